import type { Bus } from '@caruso/bus'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { readAssembly } from '../src/assembly.ts'
import { versionsInUse } from '../src/versions-in-use.ts'
import type { DeskFolder } from './desk-folder.ts'
import { severalHosts, stepsOf, type SeveralHosts } from './several-hosts.ts'

let desks: DeskFolder
let bus: Bus
let run: SeveralHosts['run']
let managerAt: SeveralHosts['managerAt']
let callOf: SeveralHosts['call']

beforeEach(async () => {
  ({ desks, bus, run, managerAt, call: callOf } = await severalHosts())
})

test('whichever manager is asked, all answers are those of the host that runs the component', { timeout: 60_000 }, async () => {
  // Neither waits for the other: what one requires of the other comes later.
  const [main, b] = [await run('main'), await run('b')]
  expect([main, b].map(({ host }) => host.status().map(({ instance: { spec } }) => spec.component).toSorted())).toEqual([['asker', 'manager'], ['desk', 'manager-b']])
  await desks.add('1.1.0', '')
  for (const host of ['main', 'b']) {
    const manager = await managerAt(host)
    const { components } = await manager.list({}, callOf())
    expect(components.map((status) => `${status.component} ${status.host}`).toSorted()).toEqual(['asker main', 'desk b', 'manager main', 'manager-b b'])
    expect(await manager.info({ component: 'desk' }, callOf())).toMatchObject({ status: { host: 'b' }, versions: expect.arrayContaining(['1.1.0']) })
    expect(await manager.plan({ component: 'desk' }, callOf())).toMatchObject({ accepted: true, checks: expect.arrayContaining([{ check: 'caller asker', ok: true, detail: 'desk 1.1.0 can stand in for 1.0.0' }]) })
  }
  const manager = await managerAt('main')
  expect(await stepsOf(manager.swap({ component: 'desk', version: '1.1.0', why: 'from afar' }, callOf()))).toEqual(['plan', 'start', 'switch', 'drain', 'done'])
  expect(b.host.active('desk')?.spec.version).toBe('1.1.0')
  expect(await stepsOf(manager.rollback({ component: 'desk' }, callOf()))).toContain('done')
  for (const host of ['main', 'b']) {
    const history = await (await managerAt(host)).history({}, callOf())
    expect(history.map((entry) => [entry.host, entry.action, entry.to, entry.who])).toEqual([['b', 'rollback', '1.0.0', 'ada'], ['b', 'swap', '1.1.0', 'ada']])
  }
  expect(await readFile(join(desks.folder, '.caruso/journal.jsonl'), 'utf8')).not.toContain('"component":"desk"')
  expect(await versionsInUse(await readAssembly(desks.folder, { env: {} }))).toEqual(expect.arrayContaining([{ name: 'desk', version: '1.0.0' }, { name: 'desk', version: '1.1.0' }]))
})

test('a version that would break a caller at another host is refused', async () => {
  await run('main')
  await run('b')
  await desks.add('2.0.0', 'major')
  await expect(stepsOf((await managerAt('b')).swap({ component: 'desk', version: '2.0.0' }, callOf()))).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringContaining('caller asker') })
})

test('of two swaps that were planned at one epoch, the second is refused', { timeout: 60_000 }, async () => {
  await run('main')
  await run('b')
  await desks.add('1.1.0', '')
  await desks.add('1.2.0', '')
  const managers = [await managerAt('main'), await managerAt('b')]
  const [first, second] = await Promise.all(managers.map(async (manager, index) => await manager.plan({ component: 'desk', version: `1.${index + 1}.0` }, callOf())))
  expect(first?.epoch).toBe(second?.epoch)
  expect(await stepsOf(managers[0]!.swap({ component: 'desk', version: '1.1.0', epoch: first!.epoch }, callOf()))).toContain('done')
  await expect(stepsOf(managers[1]!.swap({ component: 'desk', version: '1.2.0', epoch: second!.epoch }, callOf()))).rejects.toMatchObject({ code: 'EPOCH_PASSED', message: 'Began epoch 2 by component "desk": the next epoch of its host is 3, so something was swapped since it was planned; plan it again' })
  expect(await managers[0]!.info({ component: 'desk' }, callOf())).toMatchObject({ status: { version: '1.1.0' } })
})

test('a host that is away is said to be, and comes back with its journal', { timeout: 60_000 }, async () => {
  await run('main')
  const b = await run('b')
  await desks.add('1.1.0', '')
  const manager = await managerAt('main')
  await stepsOf(manager.swap({ component: 'desk', version: '1.1.0' }, callOf()))
  await b.close()
  const why = 'Asked host "b" of assembly "desks": it is not there; start it by "caruso host b --join"'
  await vi.waitFor(async () => expect((await manager.list({}, callOf())).components).toEqual(expect.arrayContaining([expect.objectContaining({ component: 'desk', host: 'b', state: 'away', health: { ok: false, detail: why } })])))
  await expect(manager.info({ component: 'desk' }, callOf())).rejects.toMatchObject({ code: 'HOST_AWAY', message: why })
  expect((await run('b')).host.active('desk')?.spec.version).toBe('1.1.0')
})

test('a host is started once, wherever', async () => {
  await run('b')
  await expect(run('b')).rejects.toMatchObject({ code: 'HOST_TAKEN', message: expect.stringMatching(/^Started host "b" of assembly "desks": component "(manager-b|desk)" runs already at "b-/) })
})

test('what happens to a component is told once, also when its host has gone', async () => {
  const told: string[] = []
  onTestFinished(bus.on('manager.changed', ({ payload }) => void told.push(Object.values(payload as object).join(' '))))
  await run('main')
  const b = await run('b')
  await vi.waitFor(() => expect(told.filter((words) => words.startsWith('desk'))).toEqual(['desk 1.0.0 active']))
  await b.close()
  await vi.waitFor(() => expect(told.filter((words) => words.startsWith('manager-b')).at(-1)).toContain('gone'))
  expect(told.filter((words) => words.startsWith('desk'))).toEqual(['desk 1.0.0 active', 'desk 1.0.0 gone'])
})
