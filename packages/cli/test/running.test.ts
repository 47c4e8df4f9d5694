import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DeskAssembly, secret } from './desk-assembly.ts'

let desks: DeskAssembly
let up: Awaited<ReturnType<DeskAssembly['begin']>>

beforeAll(async () => {
  desks = await DeskAssembly.create()
  up = await desks.begin('Ready in', 'up')
})

afterAll(async () => await desks[Symbol.asyncDispose]())

async function json(...args: string[]): Promise<unknown[]> {
  const { code, output, errors } = await desks.typed('--json', ...args)
  expect([code, errors]).toEqual([0, ''])
  return output.trim().split('\n').map((line): unknown => JSON.parse(line))
}

test('ls lists what runs', async () => {
  const { code, output } = await desks.typed('ls')
  const [heading, ...rows] = output.trimEnd().split('\n')
  expect(code).toBe(0)
  expect(heading).toMatch(/^COMPONENT +VERSION +ISOLATION +STATE +HEALTH +CALLS +ERRORS +RUNS FOR$/)
  expect(rows).toEqual([expect.stringMatching(/^manager +\d\S+ +inline +active +well/), expect.stringMatching(/^desk +1\.0\.0 +inline +active +well/)])
  expect(await json('ls')).toEqual([{ assembly: 'desks', components: [expect.objectContaining({ component: 'manager' }), expect.objectContaining({ component: 'desk', version: '1.0.0', state: 'active', health: { ok: true } })] }])
})

test('info shows one component, and its configuration without secrets', async () => {
  const { code, output } = await desks.typed('info', 'desk')
  expect(code).toBe(0)
  expect(output).toMatch(/^desk 1\.0\.0, plugin desk, inline, active, well\n/)
  expect(output).toContain('provides   desk@1.0.0\n')
  expect(output).toContain(`config     ${JSON.stringify({ folder: desks.folder, password: '••••' })}\n`)
  expect(await json('info', 'desk')).toEqual([expect.objectContaining({ config: { folder: desks.folder, password: '••••' }, versions: expect.arrayContaining(['1.0.0']) })])
  expect(await desks.typed('info', 'dekc')).toEqual({ code: 2, output: '', errors: 'caruso: Asked for component "dekc": assembly "desks" has desk (did you mean "desk"?)\n' })
})

test('graph shows who provides what', async () => {
  expect(await desks.typed('graph')).toMatchObject({ code: 0, output: expect.stringMatching(/^desk 1\.0\.0 {2}provides desk@1\.0\.0$/m) })
  expect(await json('graph')).toEqual([{ assembly: 'desks', components: [expect.objectContaining({ component: 'manager' }), { component: 'desk', host: 'main', version: '1.0.0', provides: ['desk@1.0.0'] }], edges: [] }])
})

test('call asks an operation, with input that is typed or comes from standard input', async () => {
  expect(await desks.typed('call', 'desk.take', '{"id":"typed"}')).toEqual({ code: 0, output: '{\n  "version": "1.0.0"\n}\n', errors: '' })
  expect(await desks.carusoWith('{"id":"piped"}', '--json', 'call', 'desk.take', '-')).toEqual({ code: 0, output: '{"version":"1.0.0"}\n', errors: '' })
  expect((await readFile(join(desks.folder, 'ledger'), 'utf8')).split('\n')).toEqual(expect.arrayContaining(['typed', 'piped']))
})

test('call prints a line for each item of a stream', async () => {
  expect(await desks.typed('call', 'desk.count', '{"to":4}')).toEqual({ code: 0, output: '1\n2\n3\n4\n', errors: '' })
})

test.each([
  [['desk.taek', '{}'], 2, /contract "desk" has no operation "taek"; it has take, peek, rest, count, fail \(did you mean "take"\?\)/],
  [['dekc.take', '{}'], 2, /there is no contract "dekc"; there are .*\(did you mean "desk"\?\)/],
  [['desk.take', '{'], 2, /Read the input "\{": expected JSON such as/],
  [['desk.take', '{"id":1}'], 2, /id/],
  [['desk.fail'], 1, /the desk fails/],
])('call %j ends with code %i', async (args, code, errors) => {
  expect(await desks.typed('call', ...args)).toMatchObject({ code, output: '', errors: expect.stringMatching(errors) })
})

test('events prints what is told, and stops after so many', async () => {
  const events = await desks.begin('Listening to desk.taken', 'events', 'desk.taken', '--count', '2')
  for (const id of ['one', 'two']) await desks.typed('call', 'desk.take', JSON.stringify({ id }))
  const { code, output } = await events.ended
  expect([code, output.trim().split('\n').map((line) => line.replace(/^\S+/, 'AT'))]).toEqual([0, ['AT  desk  desk.taken  {"id":"one"}', 'AT  desk  desk.taken  {"id":"two"}']])
})

test('add, swap, rollback, history and prune go together', { timeout: 90_000 }, async () => {
  for (const [version, trait] of [['1.1.0', ''], ['1.2.0', 'contract'], ['1.3.0', 'self-test'], ['1.4.0', 'number']] as const) await desks.version(`releases/${version}`, version, trait)
  expect(await desks.typed('add', './releases/1.1.0')).toMatchObject({ code: 0, output: 'desk 1.1.0 is added\nMake it run:  npx caruso swap desk 1.1.0\n' })
  expect(await json('add', './releases/1.1.0')).toMatchObject([{ name: 'desk', version: '1.1.0', added: false, components: ['desk'] }])
  for (const version of ['1.2.0', '1.3.0', '1.4.0']) await desks.typed('add', `./releases/${version}`)

  expect(await desks.typed('swap', 'desk', '1.1.0', '--dry-run')).toMatchObject({ code: 0, output: expect.stringMatching(/^desk 1\.0\.0 -> 1\.1\.0: the swap would be accepted; nothing was touched\n( {2}ok {2}.*\n)+As planned: {2}npx caruso swap desk 1\.1\.0 --epoch 2\n$/) })
  expect(await desks.typed('swap', 'desk', '1.2.0', '--dry-run')).toMatchObject({ code: 4, output: expect.stringMatching(/ {2}no {2}public desk 1\.0\.0: operations\.take\.output/) })
  expect(await desks.typed('swap', 'desk', '1.2.0')).toMatchObject({ code: 4, output: '', errors: expect.stringContaining('refused, nothing was touched') })
  expect(await desks.typed('swap', 'desk', '1.3.0')).toMatchObject({ code: 5, output: expect.stringMatching(/ {2}no {2}discard /), errors: expect.stringContaining('the old one goes on') })
  expect(await desks.typed('swap', 'desk', '1.4.0')).toMatchObject({ code: 4, errors: expect.stringContaining('password') })
  expect(await desks.typed('rollback', 'desk')).toMatchObject({ code: 4, errors: 'caruso: Rolled back component "desk": it has not been swapped since it was finalized or first started\n' })

  expect(await desks.typed('swap', 'desk', '1.1.0', '--epoch', '2')).toMatchObject({ code: 4, output: '', errors: expect.stringContaining('something was swapped since it was planned; plan it again') })

  const swap = await desks.typed('swap', 'desk', '1.1.0', '--why', 'it is time')
  expect([swap.code, swap.output.trimEnd().split('\n').map((line) => line.trim().split(/ +/)[1])]).toEqual([0, ['plan', 'start', 'switch', 'drain', 'done']])
  expect((await desks.typed('info', 'desk')).output).toMatch(/^versions .*1\.1\.0 \(runs\), 1\.0\.0 \(before\)$/m)
  expect((await json('rollback', 'desk')).map((step) => (step as { step: string }).step)).toEqual(['plan', 'start', 'switch', 'drain', 'done'])

  const history = await json('history', 'desk', '--limit', '2')
  expect(history).toMatchObject([[{ action: 'rollback', from: '1.1.0', to: '1.0.0', outcome: 'done' }, { action: 'swap', who: userInfo().username, why: 'it is time', outcome: 'done' }]])
  expect((await desks.typed('history')).output).toMatch(/ desk +swap +1\.0\.0 +1\.3\.0 +discarded /)

  expect(await json('prune', '--dry-run')).toEqual([{ kept: [{ name: 'desk', version: '1.0.0' }, { name: 'desk', version: '1.1.0' }] }])
  expect(await desks.typed('prune')).toMatchObject({ code: 0, output: 'Removed desk 1.2.0, desk 1.3.0, desk 1.4.0\n' })
  expect(await desks.typed('prune')).toMatchObject({ code: 0, output: 'Nothing to remove: every version runs or is the one before\n' })
})

test('the log is for the user only, and no secret was ever written', async () => {
  expect(await up.end('SIGINT')).toMatchObject({ code: 0, output: expect.stringMatching(/Stopped\n$/) })
  const file = join(desks.folder, '.caruso/caruso.log')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const log = await readFile(file, 'utf8')
  expect(log).toContain('"password":"••••"')
  expect(log).not.toContain(secret)
  expect(desks.written).not.toContain(secret)
  expect(await readFile(join(desks.folder, '.caruso/journal.jsonl'), 'utf8')).not.toContain(secret)
})
