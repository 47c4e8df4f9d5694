import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { holdFolder } from '../src/held-folder.ts'

const warnings: string[] = []
const silent = (): void => undefined
const options = { name: 'desks', log: { debug: silent, info: silent, warn: (...words: unknown[]) => void warnings.push(words.join(' ')), error: silent } }

async function folder(...below: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'caruso-held-'))
  onTestFinished(async () => await rm(root, { recursive: true }))
  await mkdir(join(root, ...below, '.caruso'), { recursive: true })
  return join(root, ...below)
}

test('a folder is held by one host at a time, and let go of', async () => {
  const held = await folder()
  {
    await using _first = await holdFolder(held, options)
    await expect(holdFolder(held, options)).rejects.toMatchObject({ code: 'USAGE', message: `Started assembly "desks": it runs already in "${held}"; see it by "caruso ls"` })
  }
  await using _second = await holdFolder(held, options)
  expect(warnings).toEqual([])
})

/** A folder whose host was killed. */
async function leftFolder(): Promise<string> {
  const held = await folder()
  const socket = join(held, '.caruso/host.sock')
  const killed = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(socket)}, () => console.log('listens'))`])
  await once(killed.stdout, 'data')
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  expect(existsSync(socket)).toBe(true)
  return held
}

test.skipIf(process.platform === 'win32')('of two hosts that would take over at once what a killed one left behind, one does', async () => {
  const held = await leftFolder()
  const both = await Promise.allSettled([holdFolder(held, options), holdFolder(held, options)])
  onTestFinished(() => both.forEach((one) => one.status === 'fulfilled' && one.value.close()))
  // Which of them is first, the system decides.
  expect(both.toSorted((one, other) => one.status.localeCompare(other.status))).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'USAGE', message: `Started assembly "desks": another "caruso" is starting it in "${held}"` } }])
})

test.skipIf(process.platform === 'win32')('what a killed host left behind is taken over', async () => {
  const held = await leftFolder()
  await using _held = await holdFolder(held, options)
  await expect(holdFolder(held, options)).rejects.toMatchObject({ code: 'USAGE' })
})

test.skipIf(process.platform === 'win32')('where no socket can be made, it starts all the same and says so', async () => {
  await using _held = await holdFolder(await folder('a'.repeat(120)), options)
  expect(warnings).toEqual([expect.stringMatching(/^Nothing keeps a second host away from ".*a": listen /)])
})
