import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DeskAssembly, secret } from './desk-assembly.ts'

async function assembly(text?: string): Promise<DeskAssembly> {
  const desks = await DeskAssembly.create(text)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  return desks
}

test('where nothing runs, what asks says so and ends with code 3', async () => {
  const desks = await assembly()
  const found = `Looked for assembly "desks" in "${desks.folder}": it does not run; start it by "caruso up"`
  expect(await desks.caruso('ls')).toEqual({ code: 3, output: '', errors: `caruso: ${found}\n` })
  expect(await desks.typed('history', '--json')).toEqual({ code: 3, output: '', errors: `${JSON.stringify({ error: { code: 'NOT_RUNNING', message: found } })}\n` })
})

test('where there is no assembly, it says where it looked', async () => {
  const desks = await assembly()
  expect(await desks.caruso('--assembly', 'desk', 'check')).toEqual({ code: 2, output: '', errors: `caruso: Looked for an assembly in "${join(desks.folder, 'desk')}": expected a file assembly.yaml, found none\n` })
})

test('the mistakes of an assembly file come at once, each with its line', async () => {
  const desks = await assembly("assembly: Desks\ncomponents:\n  desk:\n    plugin: ./desk\n    versoin: '^^1'\n")
  for (const command of ['up', 'check']) {
    const { code, errors } = await desks.typed(command)
    expect([code, errors.split('\n').slice(1, -1)]).toEqual([2, [expect.stringMatching(/^assembly\.yaml:1:11 assembly: expected .*"Desks"/), expect.stringMatching(/^assembly\.yaml:5:5 .*versoin.*\(did you mean version\?\)$/)]])
  }
})

test('check loads the plugins and tells who comes after whom, starting nothing', async () => {
  const desks = await assembly()
  expect(await desks.typed('check')).toMatchObject({ code: 0, output: expect.stringMatching(/^Assembly desks is right: 1 components\n {2}desk 1\.0\.0\n/) })
  const { output } = await desks.typed('check', '--json')
  expect(JSON.parse(output)).toEqual({ assembly: 'desks', components: [{ component: 'desk', plugin: 'desk', version: '1.0.0', provides: ['desk@1.0.0'], requires: [] }] })
  await expect(stat(join(desks.folder, 'steps'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('check names the line of a configuration that its plugin does not accept, and no secret', async () => {
  const desks = await assembly()
  await desks.version('desk', '1.0.0', 'number')
  const { code, errors } = await desks.typed('check')
  expect([code, errors]).toEqual([2, expect.stringMatching(/assembly\.yaml:5:\d+ components\.desk\.config: expected .*password/)])
  expect(errors).not.toContain(secret)
})

test('whoever stops reading ends it without a word', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/caruso.js'), '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  child.stdout.destroy()
  const [, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect([signal, errors]).toEqual(['SIGTERM', ''])
})

test('a command whose failures nobody reads ends with its own exit code', async () => {
  const desks = await assembly()
  const child = spawn(process.execPath, [join(import.meta.dirname, '../bin/caruso.js'), 'ls'], { cwd: desks.folder, stdio: ['ignore', 'ignore', 'pipe'] })
  child.stderr.destroy()
  expect(await once(child, 'close')).toEqual([3, null])
})

/** A Node that is too old: this one, made to say that it is. */
const old = `data:text/javascript,Object.defineProperty(process, 'version', { value: 'v20.1.0' }); Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })`

test('a Node that is too old is told in one line which one is needed', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', old, join(import.meta.dirname, '../bin/caruso.js'), 'ls'], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toBe(`caruso needs Node 24 or newer: this is v20.1.0 (${process.execPath}). In a project with caruso installed, start it by "npx caruso" or an npm script.\n`)
})

const system = '/usr/bin/node'

test('the Node of this machine, if there is one, is new enough or is told', () => {
  if (!existsSync(system)) return
  const { status, stdout, stderr } = spawnSync(system, [join(import.meta.dirname, '../bin/caruso.js'), '--version'], { encoding: 'utf8' })
  if (status === 0) expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  else expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^caruso needs Node 24 or newer: this is v\d.*\n$/)])
})
