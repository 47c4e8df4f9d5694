import { Bus } from '@caruso/bus'
import type { Call, Contract, Static } from '@caruso/contract'
import { isolations } from '@caruso/isolation'
import type { ComponentSpec, Isolation } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SwapStep, TrialRequest } from '../src/contract.ts'
import { historyOf } from '../src/history.ts'
import { Journal } from '../src/journal.ts'
import { Swap } from '../src/swap.ts'
import { Tally } from './fixtures/tally.ts'
import { Till } from './fixtures/till.ts'
import { meanwhile } from './meanwhile.ts'

type Step = Static<typeof SwapStep>

const consumer = { component: 'tests', grants: [] }
const silent = (): void => undefined

interface Scene {
  readonly bus: Bus
  call(): Call
  /** The version that runs. */
  running(): string | undefined
  swap(version: string, fixture: string, config?: object, trial?: Static<typeof TrialRequest>): Promise<Step[]>
  outcomes(): string[]
}

/** A component that is isolated so, and swapped as the service manager does it. */
async function scene(isolation: 'worker' | 'process', fixture: string, config: object = {}, isolate: Isolation = isolations()[isolation]): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'caruso-isolated-'))
  const bus = new Bus('isolated', 'host')
  const host = new Host({ bus, log: { debug: silent, info: silent, warn: silent, error: silent }, isolations: { [isolation]: isolate } })
  const journal = await Journal.open(join(folder, 'journal.jsonl'))
  onTestFinished(async () => {
    await host.close()
    await journal.close()
    await bus.close()
    await rm(folder, { recursive: true })
  })
  const spec = (version: string, entry: string, configuration: object): ComponentSpec => ({ component: 'it', plugin: 'it', version, entry: join(import.meta.dirname, `fixtures/${entry}.ts`), isolation, config: configuration, grants: [] })
  await host.startAll([spec('1.0.0', fixture, config)])
  const swap: Scene['swap'] = async (version, entry, configuration = {}, trial) => {
    const previous = host.active('it')
    if (previous === undefined) throw new Error('it does not run')
    const told: Step[] = []
    await new Swap(host, journal, { action: 'swap', epoch: journal.nextEpoch, elsewhere: { callers: [], checks: [] }, spec: spec(version, entry, configuration), previous, allowed: '*', trial, who: 'ada', why: '' }, (step) => told.push(step)).run()
    return told
  }
  return {
    bus, swap,
    call: () => bus.call({ ...consumer, identity: 'ada', permissions: [], timeout: 30_000 }),
    running: () => host.active('it')?.spec.version,
    outcomes: () => historyOf(journal.entries(), 10).map(({ from, to, outcome }) => `${from} ${to} ${outcome}`),
  }
}

const clientOf = <C extends Contract>({ bus }: Scene, contract: C) => bus.client(contract, consumer)

describe.each(['worker', 'process'] as const)('a component isolated as %s', { timeout: 90_000 }, (isolation) => {
  test('hands its state over exactly, while it is called', async () => {
    const one = await scene(isolation, 'tally')
    const tally = clientOf(one, Tally)
    const counts: number[] = []
    await meanwhile(async () => counts.push(await tally.add({ key: 'calls' }, one.call())), async () => {
      for (const version of ['1.1.0', '1.2.0']) expect((await one.swap(version, 'tally')).map(({ step }) => step)).toEqual(['plan', 'start', 'copy', 'switch', 'drain', 'done'])
    })
    expect(one.running()).toBe('1.2.0')
    expect(counts.toSorted((a, b) => a - b)).toEqual(counts.map((_count, index) => index + 1))
  })

  test.each([
    ['fails', 1, 'Converted entry "calls" of the state of component "it": what is a count'],
    ['dies', 2, 'exit code 3'],
  ] as const)('that %s while it takes the state over leaves the old version going on with what it holds', async (_how, count, reason) => {
    const one = await scene(isolation, 'tally')
    const tally = clientOf(one, Tally)
    for (let added = 0; added < count; added++) await tally.add({ key: 'calls' }, one.call())
    await expect(one.swap('2.0.0', 'sour-tally')).rejects.toMatchObject({ code: 'SWAP_FAILED', message: expect.stringContaining(reason) })
    expect(await tally.add({ key: 'calls' }, one.call())).toBe(count + 1)
    expect([one.running(), one.outcomes()]).toEqual(['1.0.0', ['1.0.0 2.0.0 discarded']])
  })

  test('is warmed up before callers are sent to it', async () => {
    const done: string[] = []
    const one = await scene(isolation, 'till', { by: 'old' }, async (options) => {
      const instance = await isolations()[isolation](options)
      const [warmUp, activate] = [instance.warmUp?.bind(instance), instance.activate.bind(instance)]
      return Object.assign(instance, { warmUp: async () => [await warmUp?.(), done.push('warm')], activate: async () => [await activate(), done.push('active')] })
    })
    done.length = 0
    await one.swap('1.1.0', 'till', { by: 'new' })
    expect(done).toEqual(['warm', 'active'])
  })

  test('is taken back where it fails more often as a canary, and every call ends once', async () => {
    const one = await scene(isolation, 'till', { by: 'old' })
    const till = clientOf(one, Till)
    const seen = { old: 0, new: 0, failed: 0, sent: 0 }
    const pay = async (): Promise<void> => await till.pay({ nth: seen.sent++ }, one.call()).then(({ by }) => void seen[by as 'old' | 'new']++, () => void seen.failed++)
    await meanwhile(pay, async () => {
      await expect(one.swap('1.1.0', 'till', { by: 'new', failing: 3 }, { kind: 'canary', share: 0.5, forMs: 60_000 })).rejects.toMatchObject({ code: 'SWAP_FAILED', message: expect.stringMatching(/calls failed, of the running version's 0\.0 %/) })
    })
    expect([one.running(), one.outcomes()]).toEqual(['1.0.0', ['1.0.0 1.1.0 discarded']])
    expect(seen.old + seen.new + seen.failed).toBe(seen.sent)
    expect(seen.failed).toBe(Math.floor((seen.new + seen.failed) / 3))
    expect(await till.pay({ nth: -1 }, one.call())).toEqual({ by: 'old' })
  })

  test('is asked as a shadow too, compared, and answers nobody', async () => {
    const one = await scene(isolation, 'till', { by: 'old' })
    const till = clientOf(one, Till)
    const answers = new Set<unknown>()
    let steps: Step[] = []
    await meanwhile(async () => answers.add((await till.price({}, one.call())).cents).add((await till.pay({ nth: 0 }, one.call())).by), async () => {
      steps = await one.swap('1.1.0', 'till', { by: 'new', cents: 99 }, { kind: 'shadow', forMs: 500 })
    })
    expect(steps.at(-1)?.detail).toMatch(/^the old version goes on: .*; 0 answers alike, different: price [1-9]\d*$/)
    expect([...answers]).toEqual([100, 'old'])
    expect([one.running(), one.outcomes()]).toEqual(['1.0.0', ['1.0.0 1.1.0 rehearsed']])
  })
})
