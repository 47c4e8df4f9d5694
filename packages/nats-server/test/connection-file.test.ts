import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectionFileName, readConnectionFile, startNatsServer } from '../src/index.ts'

describe('the connection file', () => {
  let folder: string
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'connection-file-')) })
  afterEach(() => rm(folder, { recursive: true }))

  it('says how to connect while the server runs, to its user only', async () => {
    const server = await startNatsServer({ connectionFolder: folder })
    expect(await readConnectionFile(folder)).toEqual({ url: server.url, token: server.token })
    if (process.platform !== 'win32') expect((await stat(join(folder, connectionFileName))).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['nats.json'])
    await server.close()
    expect(await readdir(folder)).toEqual([])
  })

  it('replaces one that a killed server left, readable by all or not', async () => {
    await writeFile(join(folder, connectionFileName), 'left over', { mode: 0o644 })
    const server = await startNatsServer({ connectionFolder: folder })
    if (process.platform !== 'win32') expect((await stat(join(folder, connectionFileName))).mode & 0o777).toBe(0o600)
    await server.close()
  })

  it('is left alone at close if another server has written its own', async () => {
    const first = await startNatsServer({ connectionFolder: folder })
    const second = await startNatsServer({ connectionFolder: folder })
    await first.close()
    expect(await readConnectionFile(folder)).toEqual({ url: second.url, token: second.token })
    await second.close()
  })

  it('may be missing at close', async () => {
    const server = await startNatsServer({ connectionFolder: folder })
    await rm(join(folder, connectionFileName))
    await server.close()
  })

  it('stops the start if it cannot be written, and leaves nothing listening', async () => {
    const handles = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length
    await expect(startNatsServer({ connectionFolder: join(folder, 'missing') })).rejects.toMatchObject({
      code: 'CONNECTION_FILE', message: expect.stringMatching(/^Cannot write the connection file ".*nats\.json": ENOENT/),
    })
    expect(process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length).toBe(handles)
  })

  it.each(['', '{}', '[]', 'null', '{"url":1,"token":"x"}', '{"url":"x"'])('is refused when it holds %j', async (content) => {
    await writeFile(join(folder, connectionFileName), content)
    await expect(readConnectionFile(folder)).rejects.toMatchObject({ code: 'CONNECTION_FILE' })
    expect(await readFile(join(folder, connectionFileName), 'utf8')).toBe(content)
  })
})
