import { contract, type Call, type Static, Type } from '@caruso/contract'
import type { ComponentSpec, LoadedPlugin, StateDeclaration } from '@caruso/kernel'
import { Bus } from '@caruso/bus'
import { Host } from '@caruso/kernel/host'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SwapStep, TrialRequest } from '../src/contract.ts'
import { historyOf } from '../src/history.ts'
import { Journal } from '../src/journal.ts'
import { Swap } from '../src/swap.ts'
import { meanwhile } from './meanwhile.ts'

const Till = contract({
  name: 'till',
  version: '1.0.0',
  operations: {
    price: { input: Type.Object({ nth: Type.Integer() }), output: Type.Object({ cents: Type.Integer() }), idempotent: true },
    pay: { input: Type.Object({ nth: Type.Integer() }), output: Type.Object({ version: Type.String() }) },
    put: { input: Type.Object({ key: Type.String(), cents: Type.Integer() }), output: Type.Null() },
    held: { input: Type.Object({}), output: Type.Array(Type.Unknown()), idempotent: true },
  },
})

interface Behaviour {
  /** Of so many calls one fails; none where there is no such number. */
  readonly failing?: number
  readonly milliseconds?: number
  readonly cents?: number
  readonly state?: StateDeclaration
  /** Makes an entry of cents. */
  entryOf?(cents: number): unknown
}

interface Paid {
  readonly version: string
  readonly nth: number
}

const silent = (): void => undefined
const log = { debug: silent, info: silent, warn: silent, error: silent }
const spec = (version: string, entry: LoadedPlugin): ComponentSpec => ({ component: 'till', plugin: 'till', version, entry, isolation: 'inline', config: {}, grants: [] })

function till(version: string, paid: Paid[], { failing, milliseconds = 1, cents = 100, state, entryOf = (amount) => ({ cents: amount }) }: Behaviour): LoadedPlugin {
  let calls = 0
  return {
    name: 'till',
    config: Type.Object({}),
    provides: { till: Till },
    requires: {},
    ...(state === undefined ? {} : { state }),
    start: (context: { readonly state: Map<string, unknown> }) => {
      const held = state === undefined ? new Map<string, unknown>() : context.state
      return { till: {
        price: () => ({ cents }),
        pay: async ({ nth }: { nth: number }) => {
          if (failing !== undefined && ++calls % failing === 0) throw new Error('the drawer is stuck')
          await sleep(milliseconds)
          paid.push({ version, nth })
          return { version }
        },
        put: ({ key, cents: amount }: { key: string; cents: number }) => (held.set(key, entryOf(amount)), null),
        held: () => [...held.entries()],
      } }
    },
  } as LoadedPlugin
}

interface Shop {
  readonly host: Host
  readonly paid: Paid[]
  call(): Call
  readonly client: ReturnType<typeof clientIn>
  swap(version: string, behaviour?: Behaviour, trial?: Static<typeof TrialRequest>, action?: 'swap' | 'rollback'): Promise<Static<typeof SwapStep>[]>
  outcomes(): string[]
}

const consumer = { component: 'tests', grants: [] }
const clientIn = (bus: Bus) => bus.client(Till, consumer)

async function shop(behaviour: Behaviour = {}): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'caruso-trial-'))
  const bus = new Bus('shop', 'host')
  const host = new Host({ bus, log })
  const journal = await Journal.open(join(folder, 'journal.jsonl'))
  onTestFinished(async () => {
    await host.close()
    await journal.close()
    await bus.close()
    await rm(folder, { recursive: true })
  })
  const paid: Paid[] = []
  await host.startAll([spec('1.0.0', till('1.0.0', paid, behaviour))])
  const swap: Shop['swap'] = async (version, next = {}, trial, action = 'swap') => {
    const previous = host.active('till')
    if (previous === undefined) throw new Error('there is no till')
    const told: Static<typeof SwapStep>[] = []
    await new Swap(host, journal, { action, epoch: journal.nextEpoch, elsewhere: { callers: [], checks: [] }, spec: spec(version, till(version, paid, next)), previous, allowed: '*', trial, who: 'ada', why: '' }, (step) => told.push(step)).run()
    return told
  }
  const outcomes = (): string[] => historyOf(journal.entries('till'), 10).map(({ from, to, outcome }) => `${from} ${to} ${outcome}`)
  return { host, paid, client: clientIn(bus), call: () => bus.call({ ...consumer, identity: 'ada', permissions: [], timeout: 10_000 }), swap, outcomes }
}

/** Pays all the time while the work goes on, and asks prices where wanted; resolves to how it went. */
async function underway({ client, call }: Shop, work: () => Promise<unknown>, prices = false): Promise<{ sent: number; failed: number; by: Map<string, number> }> {
  const seen = { sent: 0, failed: 0, by: new Map<string, number>() }
  const pay = async (): Promise<unknown> => {
    const nth = seen.sent++
    return await Promise.all([client.pay({ nth }, call()).then(({ version }) => seen.by.set(version, (seen.by.get(version) ?? 0) + 1), () => seen.failed++), ...(prices ? [client.price({ nth }, call())] : [])])
  }
  await meanwhile(pay, work)
  return seen
}

const canary = (forMs: number, share = 0.5): Static<typeof TrialRequest> => ({ kind: 'canary', share, forMs })

describe('a canary', () => {
  test('that is not worse gets its share of the calls, then all of them', async () => {
    const one = await shop()
    let steps: Static<typeof SwapStep>[] = []
    const seen = await underway(one, async () => (steps = await one.swap('1.1.0', {}, canary(1_500, 0.25))))
    expect(steps.filter(({ figures }) => figures === undefined).map(({ step }) => step)).toEqual(['plan', 'start', 'canary', 'switch', 'drain', 'done'])
    const figures = steps.find((step) => step.figures !== undefined)?.figures
    const { running = { calls: 0 }, tried = { calls: 0 } } = figures ?? {}
    expect(tried.calls / (tried.calls + running.calls)).toBeGreaterThan(0.1)
    expect(tried.calls / (tried.calls + running.calls)).toBeLessThan(0.45)
    expect(seen.failed).toBe(0)
    expect(one.host.active('till')?.spec.version).toBe('1.1.0')
    expect(one.outcomes()).toEqual(['1.0.0 1.1.0 done'])
  })

  test.each([
    ['fails more often', { failing: 4 }, /calls failed, of the running version's 0\.0 %/],
    ['takes longer', { milliseconds: 25 }, /95 % of its calls took up to .* ms/],
  ] as const)('that %s is taken back long before its time, and what it was sent ends well', { timeout: 30_000 }, async (_what, behaviour, reason) => {
    const one = await shop()
    const begun = performance.now()
    const seen = await underway(one, async () => await expect(one.swap('1.1.0', behaviour, canary(60_000))).rejects.toMatchObject({ code: 'SWAP_FAILED', message: expect.stringMatching(reason) }))
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(one.outcomes()).toEqual(['1.0.0 1.1.0 discarded'])
    // Every call ended once: answered, or with the failure that the version itself gave it.
    expect([...seen.by.values()].reduce((sum, count) => sum + count, 0) + seen.failed).toBe(seen.sent)
    expect(new Set(one.paid.map(({ nth }) => nth)).size).toBe(one.paid.length)
    expect(one.paid.length + seen.failed).toBe(seen.sent)
    if (!('failing' in behaviour)) expect(seen.failed).toBe(0)
    expect(await one.client.pay({ nth: -1 }, one.call())).toEqual({ version: '1.0.0' })
  })

  test('is refused for what holds state', async () => {
    const one = await shop({ state: first })
    await expect(one.swap('1.1.0', { state: first }, canary(100))).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringContaining('trial: it holds state') })
  })
})

describe('a shadow', () => {
  test('is asked what may be asked twice, its answers are compared, and the old version stays', async () => {
    const one = await shop()
    let steps: Static<typeof SwapStep>[] = []
    const seen = await underway(one, async () => (steps = await one.swap('1.1.0', { cents: 99 }, { kind: 'shadow', forMs: 500 })), true)
    expect(steps.map(({ step }) => step).slice(-1)).toEqual(['shadow'])
    expect(steps.at(-1)?.detail).toMatch(/^the old version goes on: .*; 0 answers alike, different: price \d+$/)
    expect([seen.failed, [...seen.by.keys()], one.paid.filter(({ version }) => version === '1.1.0')]).toEqual([0, ['1.0.0'], []])
    expect(one.outcomes()).toEqual(['1.0.0 1.1.0 rehearsed'])
    expect(one.host.active('till')?.spec.version).toBe('1.0.0')
  })

  test('that answers alike is said to', async () => {
    const one = await shop()
    let steps: Static<typeof SwapStep>[] = []
    await underway(one, async () => (steps = await one.swap('1.1.0', {}, { kind: 'shadow', forMs: 300 })), true)
    expect(steps.at(-1)?.detail).toMatch(/; [1-9]\d* answers alike, none differ$/)
  })
})

const Cents = Type.Object({ cents: Type.Integer() })
const Amount = Type.Object({ amount: Type.String() })
const first: StateDeclaration = { version: 1, entry: Cents }
const convert = (entry: unknown): { amount: string } => ({ amount: String((entry as Static<typeof Cents>).cents) })
const revert = (entry: unknown): Static<typeof Cents> => ({ cents: Number((entry as Static<typeof Amount>).amount) })
const second = { version: 2, entry: Amount, convert, revert } as StateDeclaration
const inText = { state: second, entryOf: (cents: number) => ({ amount: String(cents) }) }

describe('state', () => {
  test('is converted, and on the way back reverted, with what was added meanwhile', async () => {
    const one = await shop({ state: first })
    const put = async (key: string, cents: number): Promise<null> => await one.client.put({ key, cents }, one.call())
    await put('a', 1)
    const steps = await one.swap('2.0.0', inText)
    expect(steps.map(({ step }) => step)).toEqual(['plan', 'start', 'copy', 'switch', 'drain', 'done'])
    await put('b', 2)
    expect(await one.client.held({}, one.call())).toEqual([['a', { amount: '1' }], ['b', { amount: '2' }]])
    await one.swap('1.0.0', { state: first }, undefined, 'rollback')
    expect(await one.client.held({}, one.call())).toEqual([['a', { cents: 1 }], ['b', { cents: 2 }]])
  })

  test.each([
    ['would be lost', { state: first }, {}, /the other version holds none and would lose it/],
    ['has another form and no convert', { state: first }, { state: { version: 2, entry: Amount } }, /version 2 declares no convert/],
    ['has an earlier form and no revert', { state: { version: 2, entry: Amount, convert } }, { state: first }, /it declares no revert to version 1/],
  ] as readonly [string, Behaviour, Behaviour, RegExp][])('that %s is refused, and nothing was touched', async (_what, before, after, reason) => {
    const one = await shop(before)
    await expect(one.swap('1.1.0', after)).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringMatching(reason) })
    expect(one.host.active('till')).toMatchObject({ state: 'active', spec: { version: '1.0.0' } })
  })

  test('that cannot be converted discards the new version; the old one goes on with what it holds', async () => {
    const one = await shop({ state: first })
    await one.client.put({ key: 'a', cents: 1 }, one.call())
    const state = { ...second, convert: () => { throw new Error('what is a cent') } } as StateDeclaration
    await expect(one.swap('2.0.0', { ...inText, state })).rejects.toMatchObject({ code: 'SWAP_FAILED', message: expect.stringContaining('Converted entry "a" of the state of component "till": what is a cent') })
    await one.client.put({ key: 'b', cents: 2 }, one.call())
    expect(await one.client.held({}, one.call())).toEqual([['a', { cents: 1 }], ['b', { cents: 2 }]])
    expect(one.outcomes()).toEqual(['1.0.0 2.0.0 discarded'])
  })
})
