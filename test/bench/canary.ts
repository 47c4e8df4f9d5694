import type { Bus } from '@caruso/bus'
import { codeOf } from '@caruso/contract'
import { Manager } from '@caruso/manager'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { monotonic } from './clock.ts'
import { InstalledPackages } from './installed-packages.ts'
import { startNatsServer } from './nats.ts'
import { rounded } from './statistics.ts'
import { SwappedAssembly, versionOf } from './swapped-assembly.ts'
import { startTwoCallers } from './two-callers.ts'

/** Calls per second of each of the two callers. */
const rate = 1_500
const share = 0.05
/** Milliseconds that a canary is meant to be watched. */
const watched = 30_000

interface Behaviour {
  /** Of its calls, from 0 to 1. */
  readonly failing: number
  /** How many times longer its calls take. */
  readonly factor: number
}

const kinds: Readonly<Record<string, Behaviour>> = { failing: { failing: 0.05, factor: 1 }, slow: { failing: 0, factor: 2 } }
const good: Behaviour = { failing: 0, factor: 1 }

interface Rollback {
  readonly kind: string
  /** From the first call that could reach the bad version to the last that did. */
  readonly ms: number
  /** Of the calls while it was meant to be watched, those that the bad version got. */
  readonly touched: number
  readonly rolledBack: boolean
}

/** How soon a version that is worse is taken back from a canary, and how many calls it got until then. */
export async function canary({ quick, progress }: Options): Promise<Findings> {
  const rounds = quick ? 1 : 10
  await using stack = new AsyncDisposableStack()
  const packages = new InstalledPackages()
  stack.defer(() => packages.remove())
  progress('building the packages')
  await packages.make()
  packages.addBenchmarks()
  const nats = stack.use(await startNatsServer())
  const assembly = new SwappedAssembly({ plugin: 'fickle', isolation: 'inline' }, packages)
  stack.defer(() => assembly.remove())
  await assembly.add(0, good)
  const { near, far, bus } = await startTwoCallers(stack, packages, assembly, nats)
  for (const [index, caller] of [near, far].entries()) await caller.ask('begin', { rate, capacity: 5_000_000, firstId: index * 5_000_000, slowEvery: 0 })
  await sleep(2_000)
  const rollbacks: Rollback[] = []
  let version = 0
  for (let round = 0; round < rounds; round++) {
    for (const [kind, behaviour] of Object.entries(kinds)) {
      await assembly.add(++version, behaviour)
      rollbacks.push({ kind, ...(await tried(bus, assembly, versionOf(version), watched)) })
      progress(`round ${round + 1} of ${rounds}: ${kind}, ${Math.round(rollbacks.at(-1)?.ms ?? 0)} ms`)
    }
  }
  let alarms = 0
  for (let round = 0; round < rounds; round++) {
    await assembly.add(++version, good)
    if ((await tried(bus, assembly, versionOf(version), quick ? 500 : 5_000)).rolledBack) alarms++
    progress(`${round + 1} of ${rounds} versions that are as good`)
  }
  for (const caller of [near, far]) await caller.ask('end')
  return findings(rollbacks, alarms, rounds)
}

async function tried(bus: Bus, assembly: SwappedAssembly, version: string, forMs: number): Promise<Omit<Rollback, 'kind'>> {
  const operator = { component: 'operator', grants: [] }
  const call = bus.call({ ...operator, identity: 'bench', permissions: ['manage'], timeout: forMs + 60_000 })
  let begun = monotonic()
  let rolledBack = false
  let ms = 0
  try {
    for await (const { step } of bus.client(Manager, operator).swap({ component: 'counter', version, trial: { kind: 'canary', share, forMs } }, call)) {
      if (step === 'start') begun = monotonic()
      if (step === 'discard') ms = monotonic() - begun
    }
  } catch (error) {
    if (codeOf(error) !== 'SWAP_FAILED') throw error
    rolledBack = true
  }
  return { ms, rolledBack, touched: rolledBack ? assembly.calls(version) / ((2 * rate * forMs) / 1000) : 1 }
}

function findings(rollbacks: readonly Rollback[], alarms: number, rounds: number): Findings {
  const worst = (value: (rollback: Rollback) => number): number => Math.max(...rollbacks.map(value))
  return {
    figures: [
      { name: 'rollback_ms', value: rounded(worst(({ ms, rolledBack }) => (rolledBack ? ms : watched))), goal: { atMost: 3_000 }, meaning: 'from the first call that a worse version could get to its last; the slowest of all rounds' },
      { name: 'touched', value: rounded(worst(({ touched }) => touched)), goal: { atMost: 0.005 }, meaning: `calls that a worse version got, of all in the ${watched / 1000} s it was to be watched; the most of all rounds` },
    ],
    details: {
      rounds,
      planned_calls_per_s: 2 * rate,
      share,
      false_alarms: alarms,
      ...Object.fromEntries(Object.keys(kinds).map((kind) => [kind, rollbacks.filter((one) => one.kind === kind).map(({ ms, touched, rolledBack }) => ({ ms: Math.round(ms), touched: Math.round(touched * 1e5) / 1e5, rolled_back: rolledBack }))])),
    },
  }
}
