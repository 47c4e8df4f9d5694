import type { Static } from '@caruso/contract'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { SwapStep } from '../src/contract.ts'
import { deskHost, type DeskHost } from './desk-host.ts'

type Step = Static<typeof SwapStep>

afterEach(() => {
  vi.useRealTimers()
})

async function readAll<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = []
  for await (const item of items) read.push(item)
  return read
}

const swap = async ({ manager, call }: DeskHost, version: string, why = ''): Promise<Step[]> => await readAll(manager.swap('desk', version, why, call()))
const rollback = async ({ manager, call }: DeskHost): Promise<Step[]> => await readAll(manager.rollback('desk', '', call()))
const outcomes = ({ manager }: DeskHost): string[] => manager.history('desk').map(({ action, from, to, outcome }) => `${action} ${from} ${to} ${outcome}`)
const steps = (told: readonly Step[]): string[] => told.map(({ step }) => step)
const reached = async ({ desks }: DeskHost, step: string): Promise<void> => await vi.waitFor(async () => expect(await desks.steps()).toContain(step), { timeout: 15_000, interval: 5 })

async function expectServing(desk: DeskHost, version: string): Promise<void> {
  expect(await desk.ask('peek')).toEqual({ version, active: true })
  expect(desk.host.status().map(({ instance }) => `${instance.spec.component} ${instance.spec.version} ${instance.state}`)).toContain(`desk ${version} active`)
  expect(desk.host.bus.registry.list().filter(({ info }) => info.component === 'desk').map(({ info }) => info.version)).toEqual([version])
}

/** Each isolated component takes its time to start, so of failures only those are tried there that go another way. */
describe.each(['inline', 'worker', 'process'] as const)('%s', (isolation) => {
  const tried = <Case>(cases: readonly Case[], isolated: readonly Case[]): readonly Case[] => (isolation === 'inline' ? cases : isolated)

  test('a compatible version takes over step by step, and the history says who, why and what', async () => {
    const desk = await deskHost({ isolation })
    await desk.desks.add('1.1.0', '')
    expect(steps(await swap(desk, '1.1.0', 'it is quicker'))).toEqual(['plan', 'start', 'switch', 'drain', 'done'])
    await expectServing(desk, '1.1.0')
    expect(desk.manager.history('desk')).toMatchObject([{ action: 'swap', from: '1.0.0', to: '1.1.0', who: 'ada', why: 'it is quicker', outcome: 'done', detail: '', ms: expect.any(Number) }])
    expect(await desk.desks.steps()).toEqual(['1.0.0 start', '1.0.0 self-test', '1.0.0 active', '1.1.0 start', '1.1.0 self-test', '1.1.0 active', '1.0.0 dispose'])
    expect(desk.warnings).toEqual([])
  })

  const refused: readonly [what: string, trait: string, reason: RegExp][] = [
    ['breaks the contract of a live caller', 'contract', /caller asker: operations\.take\.output/],
    ['has another major version than a live caller wants', 'major', /caller asker: it requires desk \^1\.0\.0; the new version provides 2\.0\.0/],
    ['does not accept the configuration', 'config', /load: .*rooms/],
    ['requires what nobody provides', 'hungry', /requires ghost: nobody provides ghost \^1\.0\.0/],
    ['is another plugin', 'name', /plugin: it calls itself "other", what runs is "desk"/],
  ]
  test.each(tried(refused, []))('a version that %s is refused, and nothing was touched', async (_what, trait, reason) => {
    const desk = await deskHost({ isolation, asker: true })
    await desk.desks.add('1.1.0', trait)
    await expect(swap(desk, '1.1.0')).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringMatching(reason), details: { accepted: false } })
    await expectServing(desk, '1.0.0')
    expect(desk.manager.history('desk')).toMatchObject([{ outcome: 'refused', detail: expect.stringMatching(reason) }])
    expect(await desk.desks.steps()).toEqual(['1.0.0 start', '1.0.0 self-test', '1.0.0 active'])
  })

  test.each(tried(['start', 'self-test', 'active'], ['active']))('a version that breaks at the step %s is discarded, and the old one goes on', async (step) => {
    const desk = await deskHost({ isolation })
    await desk.desks.add('1.1.0', step)
    await expect(swap(desk, '1.1.0')).rejects.toMatchObject({ code: 'SWAP_FAILED', message: expect.stringContaining(`1.1.0 breaks at ${step}`) })
    await expectServing(desk, '1.0.0')
    expect(outcomes(desk)).toEqual(['swap 1.0.0 1.1.0 discarded'])
    expect(desk.manager.history('desk')[0]?.detail).toContain(`1.1.0 breaks at ${step}`)
    expect((await desk.desks.steps()).filter((line) => line === '1.1.0 dispose')).toHaveLength(1)
  })

  test.each(tried(['start', 'self-test'], ['start']))('a version that hangs at the step %s is discarded at the limit', async (step) => {
    const desk = await deskHost({ isolation })
    await desk.desks.add('1.1.0', `hang ${step}`)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const swapping = expect(swap(desk, '1.1.0')).rejects.toMatchObject({ code: 'SWAP_FAILED' })
    await reached(desk, `1.1.0 ${step}`)
    await vi.advanceTimersByTimeAsync(60_000)
    vi.useRealTimers()
    await swapping
    await expectServing(desk, '1.0.0')
    expect(outcomes(desk)).toEqual(['swap 1.0.0 1.1.0 discarded'])
  })

  test('calls flow while versions change: none fails, none is done twice, and long ones end in the version that took them', async () => {
    const desk = await deskHost({ isolation })
    await desk.desks.add('1.1.0', '')
    let over = false
    let sent = 0
    const take = async (): Promise<void> => {
      while (!over) {
        await desk.ask('take', { id: `take ${sent++}` })
        await new Promise(setImmediate)
      }
    }
    const takers = Array.from({ length: 8 }, take)
    for (const [turn, from] of ['1.0.0', '1.1.0', '1.0.0'].entries()) {
      const rest = desk.ask('rest', { id: `rest ${turn}`, ms: 500 })
      await vi.waitFor(async () => expect(await desk.desks.ledger()).toContain(`rest ${turn}`), { timeout: 10_000, interval: 5 })
      await (turn === 0 ? swap(desk, '1.1.0') : rollback(desk))
      expect(await rest).toEqual({ version: from })
    }
    over = true
    await Promise.all(takers)
    const ledger = await desk.desks.ledger()
    expect(ledger).toHaveLength(sent + 3)
    expect(new Set(ledger).size).toBe(sent + 3)
    await expectServing(desk, '1.1.0')
    expect(outcomes(desk)).toEqual(['rollback 1.0.0 1.1.0 done', 'rollback 1.1.0 1.0.0 done', 'swap 1.0.0 1.1.0 done'])
  })
})

test('a stream that runs is read to its end by the version that began it', async () => {
  const desk = await deskHost()
  await desk.desks.add('1.1.0', '')
  const release = await desk.desks.hold('1.0.0', 'count')
  const read = readAll(desk.stream('count', { to: 200 }))
  await reached(desk, '1.0.0 count')
  const swapping = swap(desk, '1.1.0')
  await vi.waitFor(async () => expect(await desk.ask('peek')).toMatchObject({ version: '1.1.0' }), { timeout: 10_000 })
  await release()
  expect(await read).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
  expect((await swapping).at(-2)).toMatchObject({ step: 'drain', detail: expect.stringContaining('left nothing behind') })
})

test('rollback goes back, and once more forth', async () => {
  const desk = await deskHost()
  await expect(rollback(desk)).rejects.toMatchObject({ code: 'NO_PREVIOUS' })
  await desk.desks.add('1.1.0', '')
  await swap(desk, '1.1.0')
  await rollback(desk)
  await expectServing(desk, '1.0.0')
  await rollback(desk)
  await expectServing(desk, '1.1.0')
  expect(outcomes(desk)).toEqual(['rollback 1.0.0 1.1.0 done', 'rollback 1.1.0 1.0.0 done', 'swap 1.0.0 1.1.0 done'])
})

test('a stream that goes on past the drain limit ends with MOVED, and the history says what was left', async () => {
  const desk = await deskHost()
  await desk.desks.add('1.1.0', '')
  await desk.desks.hold('1.0.0', 'count')
  const read = expect(readAll(desk.stream('count', { to: 200 }))).rejects.toMatchObject({ code: 'MOVED' })
  await reached(desk, '1.0.0 count')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const swapping = swap(desk, '1.1.0')
  await vi.waitFor(() => expect(desk.host.active('desk')?.spec.version).toBe('1.1.0'))
  await vi.advanceTimersByTimeAsync(30_000)
  vi.useRealTimers()
  expect((await swapping).find(({ step }) => step === 'drain')?.detail).toContain('1 calls had not ended after 30000 ms')
  await read
  expect(desk.manager.history('desk')).toMatchObject([{ outcome: 'done', detail: expect.stringContaining('1 calls had not ended') }])
  await expectServing(desk, '1.1.0')
})

test('one swap at a time: a second one is told which is under way', async () => {
  const desk = await deskHost()
  await desk.desks.add('1.1.0', '')
  const release = await desk.desks.hold('1.1.0', 'self-test')
  const first = swap(desk, '1.1.0')
  await reached(desk, '1.1.0 self-test')
  await expect(swap(desk, '1.1.0')).rejects.toMatchObject({ code: 'SWAP_RUNNING', message: 'Swapped component "desk": a swap of "desk" is under way' })
  expect(desk.manager.history('desk')).toMatchObject([{ outcome: 'running' }])
  await release()
  expect(steps(await first).at(-1)).toBe('done')
  expect(outcomes(desk)).toEqual(['swap 1.0.0 1.1.0 done'])
})

test('a swap goes on when its reader goes away', async () => {
  const desk = await deskHost()
  await desk.desks.add('1.1.0', '')
  const release = await desk.desks.hold('1.1.0', 'self-test')
  for await (const { step } of desk.manager.swap('desk', '1.1.0', '', desk.call())) {
    expect(step).toBe('plan')
    break
  }
  await release()
  await vi.waitFor(() => expect(outcomes(desk)).toEqual(['swap 1.0.0 1.1.0 done']))
  await expectServing(desk, '1.1.0')
})

test('what cannot be swapped is said', async () => {
  const desk = await deskHost()
  await desk.desks.add('1.1.0', '')
  await expect(swap(desk, '1.0.0')).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringContaining('version: 1.0.0 runs already') })
  await expect(swap(desk, '^3.0.0')).rejects.toMatchObject({ code: 'PLUGIN_MISSING' })
  await expect(readAll(desk.manager.swap('dekc', undefined, '', desk.call()))).rejects.toMatchObject({ code: 'COMPONENT_UNKNOWN', message: expect.stringContaining('did you mean "desk"?') })
  expect(steps(await swap(desk, '^1.0.0'))).toContain('done')
  await expectServing(desk, '1.1.0')
})

test('plan tells what a swap would check, and touches nothing', async () => {
  const desk = await deskHost({ asker: true })
  await desk.desks.add('1.1.0', 'contract')
  const plan = await desk.manager.plan('desk', undefined)
  expect(plan).toMatchObject({ component: 'desk', from: '1.0.0', to: '1.1.0', accepted: false })
  expect(plan.checks.map(({ check, ok }) => `${check} ${ok}`)).toEqual(['load true', 'plugin true', 'caller asker false', 'public desk 1.0.0 false', 'range true'])
  expect(desk.manager.history('desk')).toEqual([])
  await expectServing(desk, '1.0.0')
})
