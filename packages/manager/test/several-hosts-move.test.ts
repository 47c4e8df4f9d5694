import type { Client } from '@caruso/contract'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { readAssembly } from '../src/assembly.ts'
import type { Manager } from '../src/contract.ts'
import { versionsInUse } from '../src/versions-in-use.ts'
import { severalHosts, stepsOf, type SeveralHosts } from './several-hosts.ts'

const consumer = { component: 'tests', grants: [] }
const desk = { name: 'desk', version: '1.0.0', operations: { take: { input: {}, output: {} }, peek: { input: {}, output: {}, idempotent: true } }, events: {} }
const tally = { name: 'tally', version: '1.0.0', operations: { add: { input: {}, output: {} } }, events: {} }

const ask = async ({ bus, call }: SeveralHosts, operation: string, input: object = {}): Promise<unknown> => await bus.outlet(desk, consumer).call(operation, input, call())

/** Where a manager says that a component runs: host, version, state. */
async function placeOf({ call }: SeveralHosts, manager: Client<typeof Manager>, component = 'desk'): Promise<string[]> {
  const { components } = await manager.list({}, call())
  return components.filter((status) => status.component === component).map(({ host, version, state }) => `${host} ${version} ${state}`)
}

/** Takes at the desk all the time while the work goes on; resolves to how many were taken. */
async function underway(all: SeveralHosts, work: () => Promise<unknown>): Promise<number> {
  let over = false
  let sent = 0
  const taker = async (): Promise<void> => {
    while (!over) {
      await ask(all, 'take', { id: `take ${sent++}` })
      await new Promise(setImmediate)
    }
  }
  const takers = Array.from({ length: 4 }, taker)
  try {
    await work()
  } finally {
    over = true
    await Promise.all(takers)
  }
  return sent
}

test('a component moves to another host while it is called, and back by a rollback: no call fails, all hosts tell where it runs, and so does a restart', { timeout: 60_000 }, async () => {
  const all = await severalHosts()
  const { desks, call, managerAt, run } = all
  const [main, b] = [await run('main'), await run('b')]
  const manager = await managerAt('main')
  const sent = await underway(all, async () => {
    expect(await stepsOf(manager.swap({ component: 'desk', to: 'main', why: 'b is to be upgraded' }, call()))).toEqual(['plan', 'start', 'switch', 'drain', 'done'])
  })
  expect(await desks.ledger()).toHaveLength(sent)
  expect(new Set(await desks.ledger()).size).toBe(sent)
  expect([main.host.active('desk')?.spec.version, b.host.active('desk')]).toEqual(['1.0.0', undefined])
  for (const host of ['main', 'b']) {
    const asked = await managerAt(host)
    expect(await placeOf(all, asked)).toEqual(['main 1.0.0 active'])
    expect(await asked.history({}, call())).toMatchObject([{ host: 'b', action: 'move', from: '1.0.0', to: '1.0.0', movedTo: 'main', outcome: 'done', who: 'ada', why: 'b is to be upgraded' }])
    expect(await asked.info({ component: 'desk' }, call())).toMatchObject({ status: { host: 'main' } })
  }
  await main.close()
  await b.close()
  const [again] = [await run('main'), await run('b')]
  expect(again.host.active('desk')?.spec.version).toBe('1.0.0')
  expect(await stepsOf((await managerAt('b')).rollback({ component: 'desk' }, call()))).toContain('done')
  expect(await placeOf(all, await managerAt('main'))).toEqual(['b 1.0.0 active'])
  expect(await desks.steps()).toEqual(['start', 'self-test', 'active', 'start', 'self-test', 'active', 'dispose', 'dispose', 'start', 'self-test', 'active', 'start', 'self-test', 'active', 'dispose'].map((step) => `1.0.0 ${step}`))
})

test('two that are given to a host at once come one after the other', { timeout: 60_000 }, async () => {
  const { call, managerAt, run } = await severalHosts()
  await run('main')
  const manager = await managerAt('main')
  const given = { component: 'desk', version: '1.0.0', from: 'b', running: '1.0.0', epoch: 1, who: 'ada', why: '' }
  const answers = await Promise.allSettled([manager.arrive(given, call()), manager.arrive({ ...given, component: 'asker' }, call())])
  expect(answers).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'SWAP_RUNNING' } }])
})

test('it moves as another version, and what it was is kept for a rollback', { timeout: 60_000 }, async () => {
  const all = await severalHosts()
  const { desks, call, managerAt, run } = all
  await run('main')
  const b = await run('b')
  await desks.add('1.1.0', '')
  const manager = await managerAt('main')
  const plan = await manager.plan({ component: 'desk', version: '1.1.0', to: 'main' }, call())
  expect(plan).toMatchObject({ from: '1.0.0', to: '1.1.0', movesTo: 'main', accepted: true, epoch: 2, checks: expect.arrayContaining([{ check: 'load', ok: true, detail: 'desk 1.1.0 loads and accepts its configuration at host "main"' }, { check: 'caller asker', ok: true, detail: 'desk 1.1.0 can stand in for 1.0.0' }]) })
  expect(await placeOf(all, manager)).toEqual(['b 1.0.0 active'])
  await stepsOf(manager.swap({ component: 'desk', version: '1.1.0', to: 'main', epoch: plan.epoch }, call()))
  expect(await placeOf(all, manager)).toEqual(['main 1.1.0 active'])
  expect(await versionsInUse(await readAssembly(desks.folder, { env: {} }))).toEqual(expect.arrayContaining([{ name: 'desk', version: '1.0.0' }, { name: 'desk', version: '1.1.0' }]))
  await stepsOf(manager.rollback({ component: 'desk' }, call()))
  expect(b.host.active('desk')?.spec.version).toBe('1.0.0')
})

test.each([
  ['a host that nobody knows', { to: 'nowhere' }, { code: 'HOST_UNKNOWN', message: 'Moved component "desk" to host "nowhere": assembly "desks" has main, b, c' }],
  ['a host that is away', { to: 'c' }, { code: 'HOST_AWAY' }],
  ['where it runs already', { to: 'b' }, { code: 'SWAP_REFUSED', message: expect.stringContaining('version: 1.0.0 runs already') }],
  ['a version that is not there', { to: 'main', version: '3.0.0' }, { code: 'PLUGIN_MISSING' }],
  ['a version that breaks a caller', { to: 'main', version: '2.0.0' }, { code: 'SWAP_REFUSED', message: expect.stringContaining('caller asker') }],
  ['a trial on the way', { to: 'main', trial: { kind: 'canary', forMs: 100 } }, { code: 'SWAP_REFUSED', message: expect.stringContaining('trial: it moves to another host') }],
  ['a version that does not start', { to: 'main', version: '1.1.0' }, { code: 'SWAP_FAILED', message: expect.stringContaining('1.1.0 breaks at active') }],
] as const)('a move is given up, and the component goes on where it runs: %s', { timeout: 60_000 }, async (_what, asked, error) => {
  const all = await severalHosts()
  const { desks, call, edit, managerAt, run } = all
  await edit('  asker:', '  porter: { plugin: desk, version: 1.0.0, host: c, config: { folder: . } }\n  asker:')
  await run('main')
  await run('b')
  await desks.add('2.0.0', 'major')
  await desks.add('1.1.0', 'active')
  const manager = await managerAt('main')
  await expect(stepsOf(manager.swap({ component: 'desk', ...asked }, call()))).rejects.toMatchObject(error)
  expect(await placeOf(all, manager)).toEqual(['b 1.0.0 active'])
  expect(await ask(all, 'peek')).toEqual({ version: '1.0.0', active: true })
  await desks.add('1.2.0', '')
  await vi.waitFor(async () => expect(await stepsOf(manager.swap({ component: 'desk', version: '1.2.0', to: 'main' }, call()))).toContain('done'))
})

test.each(['worker', 'process'] as const)('isolated as %s: what was planned, or failed, leaves nothing at the other host, and it moves', { timeout: 90_000 }, async (isolation) => {
  const all = await severalHosts(isolation)
  const { desks, call, managerAt, run } = all
  await run('main')
  await run('b')
  await desks.add('1.1.0', 'active')
  const manager = await managerAt('main')
  expect(await manager.plan({ component: 'desk', to: 'main' }, call())).toMatchObject({ accepted: true, movesTo: 'main' })
  await expect(stepsOf(manager.swap({ component: 'desk', version: '1.1.0', to: 'main' }, call()))).rejects.toMatchObject({ code: 'SWAP_FAILED', message: expect.stringContaining('1.1.0 breaks at active') })
  expect(await stepsOf(manager.swap({ component: 'desk', to: 'main' }, call()))).toContain('done')
  expect(await placeOf(all, manager)).toEqual(['main 1.0.0 active'])
  expect((await desks.steps()).filter((step) => step === '1.1.0 dispose')).toHaveLength(1)
})

test('what is let go of while it loads is disposed once it has', { timeout: 90_000 }, async () => {
  const all = await severalHosts('process')
  await all.run('main')
  await all.run('b')
  const processes = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length
  const before = processes()
  const manager = await all.managerAt('main')
  const { arrival } = await manager.arrive({ component: 'desk', version: '1.0.0', from: 'b', running: '1.0.0', epoch: 2, who: 'ada', why: '' }, all.call())
  const loading = expect(manager.proceed({ arrival, step: 'load' }, all.call())).rejects.toMatchObject({ code: 'SWAP_FAILED' })
  await vi.waitFor(() => expect(processes()).toBe(before + 1))
  await manager.proceed({ arrival, step: 'leave' }, all.call())
  await loading
  await vi.waitFor(() => expect(processes()).toBe(before))
})

test('its state goes with it: counts are handed over exactly while calls flow', { timeout: 60_000 }, async () => {
  const all = await severalHosts()
  const { bus, call, desks, edit, managerAt, run } = all
  const folder = join(desks.folder, 'tally')
  await mkdir(folder)
  await cp(join(import.meta.dirname, 'fixtures/tally.ts'), join(folder, 'index.ts'))
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'tally', version: '1.0.0', type: 'module', exports: './index.ts' }))
  await edit('  asker:', '  tally: { plugin: ./tally, host: b }\n  asker:')
  await run('main')
  await run('b')
  const manager = await managerAt('b')
  const add = async (key: string): Promise<unknown> => await bus.outlet(tally, consumer).call('add', { key }, call())
  // Together more than fits into a message.
  const long = Array.from({ length: 300 }, (_item, index) => `${index} ${'x'.repeat(5_000)}`)
  for (const key of long) await add(key)
  const counts: unknown[] = []
  let over = false
  const counter = async (): Promise<void> => {
    while (!over) counts.push(await add('calls'))
  }
  const counters = Array.from({ length: 4 }, counter)
  for (const to of ['main', 'b']) expect(await stepsOf(manager.swap({ component: 'tally', to }, call()))).toEqual(['plan', 'start', 'copy', 'switch', 'drain', 'done'])
  over = true
  await Promise.all(counters)
  expect(new Set(await Promise.all(long.map(add)))).toEqual(new Set([2]))
  expect(counts.toSorted((a, z) => Number(a) - Number(z))).toEqual(counts.map((_count, index) => index + 1))
})

test('once the assembly file says something else, it has the last word again, also when it is changed back', { timeout: 60_000 }, async () => {
  const all = await severalHosts()
  const { call, edit, managerAt, run } = all
  const restarted = async (): Promise<string[]> => {
    const [main, b] = [await run('main'), await run('b')]
    const places = await placeOf(all, await managerAt('main'))
    await b.close()
    await main.close()
    return places
  }
  const [main, b] = [await run('main'), await run('b')]
  await stepsOf((await managerAt('main')).swap({ component: 'desk', to: 'main' }, call()))
  await b.close()
  await main.close()
  expect(await restarted()).toEqual(['main 1.0.0 active'])
  await edit('host: b', 'host: main')
  expect(await restarted()).toEqual(['main 1.0.0 active'])
  await edit('host: main', 'host: b')
  expect(await restarted()).toEqual(['b 1.0.0 active'])
})

test('two journals tell of a move, and the one of the host that gave the component away decides', { timeout: 60_000 }, async () => {
  const all = await severalHosts()
  const { call, desks, managerAt, run } = all
  await run('main')
  await run('b')
  await stepsOf((await managerAt('main')).swap({ component: 'desk', to: 'main' }, call()))
  const linesOf = async (file: string): Promise<string[]> => (await readFile(join(desks.folder, '.caruso', file), 'utf8')).split('\n').filter((line) => line.includes('"move":')).map((line) => {
    const { epoch, step, action, move } = JSON.parse(line) as { epoch: number; step: string; action: string; move: object }
    return `${epoch} ${action} ${step} ${JSON.stringify(move)}`
  })
  const [out, into] = ['{"way":"out","host":"main","declared":"b"}', '{"way":"in","host":"b","epoch":2,"declared":"b"}']
  expect(await linesOf('hosts/b/journal.jsonl')).toEqual([`2 move begin ${out}`, `2 move switch ${out}`, `2 move done ${out}`])
  expect(await linesOf('journal.jsonl')).toEqual([`2 move begin ${into}`, `2 move switch ${into}`, `2 move done ${into}`])
})

describe('whom a component belongs to that was given away, and the other host was not told', () => {
  const out = { way: 'out', host: 'main', declared: 'b' }
  const into = { way: 'in', host: 'b', epoch: 2, declared: 'b' }
  const line = (epoch: number, step: string, action: string, move?: object): string => `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', epoch, component: 'desk', step, action, from: '1.0.0', to: '1.0.0', who: 'ada', why: '', detail: '', ms: 1, ...(move === undefined ? {} : { move }) })}\n`
  const atB = [line(1, 'install', 'install'), line(2, 'begin', 'move', out)]

  /** Journals as a crash leaves them. */
  async function journals({ desks }: SeveralHosts, b: readonly string[], main: readonly string[]): Promise<void> {
    await mkdir(join(desks.folder, '.caruso/hosts/b'), { recursive: true })
    await writeFile(join(desks.folder, '.caruso/hosts/b/journal.jsonl'), b.join(''))
    await writeFile(join(desks.folder, '.caruso/journal.jsonl'), main.join(''))
  }

  test.each([
    ['it gave it away', [...atB, line(2, 'switch', 'move', out)], 'main 1.0.0 active'],
    ['it had not yet given it away', atB, 'b 1.0.0 active'],
  ] as const)('at the start of both after a crash of both: %s', { timeout: 60_000 }, async (_what, b, place) => {
    const all = await severalHosts()
    await journals(all, b, [line(1, 'begin', 'move', into)])
    await all.run('main')
    const manager = await all.managerAt('main')
    // As long as the host is away that knows, nobody runs it.
    expect(await placeOf(all, manager)).toEqual(['b * away'])
    await all.run('b')
    await vi.waitFor(async () => expect(await placeOf(all, manager)).toEqual([place]), { timeout: 5_000 })
    expect(await ask(all, 'peek')).toEqual({ version: '1.0.0', active: true })
  })

  test.each([
    ['it gave it away', [...atB, line(2, 'switch', 'move', out)], 'main 1.0.0 active'],
    ['it gave it up', [...atB, line(2, 'discarded', 'move', out)], 'b 1.0.0 active'],
  ] as const)('while both run: %s', { timeout: 60_000 }, async (_what, b, place) => {
    const all = await severalHosts()
    await journals(all, b, [])
    await all.run('main')
    await all.run('b')
    const manager = await all.managerAt('main')
    const { arrival } = await manager.arrive({ component: 'desk', version: '1.0.0', from: 'b', running: '1.0.0', epoch: 2, who: 'ada', why: '' }, all.call())
    for (const step of ['load', 'start', 'activate'] as const) await manager.proceed({ arrival, step }, all.call())
    await vi.waitFor(async () => expect(await placeOf(all, manager)).toEqual([place]), { timeout: 5_000 })
    expect(await ask(all, 'peek')).toEqual({ version: '1.0.0', active: true })
    await vi.waitFor(async () => expect((await all.desks.steps()).filter((step) => step.endsWith('dispose'))).toHaveLength(place.startsWith('b') ? 1 : 0), { timeout: 5_000 })
    await expect(manager.proceed({ arrival, step: 'commit' }, all.call())).rejects.toMatchObject({ code: 'SWAP_FAILED', message: `Took arrival "${arrival}" the step "commit" further at host "main": it has ended` })
  })
})
