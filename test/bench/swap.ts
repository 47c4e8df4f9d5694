import type { Figure, Findings, Options } from './benchmark.ts'
import { InstalledPackages } from './installed-packages.ts'
import { median, percentiles, rounded } from './statistics.ts'
import { rate, swapUnderLoad, type CallerResult, type RunResult } from './swap-run.ts'
import type { Isolation } from './swapped-assembly.ts'

interface Sizes {
  readonly swaps: number
  readonly swapsWithState: number
  readonly entries: number
  /** Milliseconds between two swaps. */
  readonly pause: number
  /** Memory is compared from after this swap to after the last. */
  readonly settled: number
  /** Swaps to each side of a reading of memory whose median it is. */
  readonly around: number
}

const full: Sizes = { swaps: 200, swapsWithState: 50, entries: 100_000, pause: 250, settled: 20, around: 4 }
const tiny: Sizes = { swaps: 3, swapsWithState: 2, entries: 1_000, pause: 100, settled: 1, around: 0 }
const isolations: readonly Isolation[] = ['inline', 'worker', 'process']
const slowEvery = 100

/** Swaps in a row under load, as an operator does it: `add` a version, ask the manager to swap to it, `prune`. */
export async function swap({ quick, progress }: Options): Promise<Findings> {
  const sizes = quick ? tiny : full
  const packages = new InstalledPackages()
  using _packages = { [Symbol.dispose]: () => packages.remove() }
  progress('building the packages')
  await packages.make()
  packages.addBenchmarks()
  const plain = new Map<Isolation, RunResult>()
  const stateful = new Map<Isolation, RunResult>()
  for (const isolation of isolations) plain.set(isolation, await swapUnderLoad({ plugin: 'counter', isolation }, packages, { swaps: sizes.swaps, pause: sizes.pause, slowEvery }, (words) => progress(`${isolation}: ${words}`)))
  for (const isolation of isolations) stateful.set(isolation, await swapUnderLoad({ plugin: 'ledger', isolation, config: { entries: sizes.entries } }, packages, { swaps: sizes.swapsWithState, pause: sizes.pause, slowEvery: 0 }, (words) => progress(`${isolation}, with state: ${words}`)))
  return {
    figures: figuresOf(plain, stateful, sizes),
    details: { ...sizes, planned_calls_per_s: 2 * rate, ...Object.fromEntries([...plain].map(([name, run]) => [name, detailsOf(run, sizes)])), state: Object.fromEntries([...stateful].map(([name, run]) => [name, { ...detailsOf(run, sizes), ...stateDetails(run) }])) },
  }
}

function figuresOf(plain: ReadonlyMap<Isolation, RunResult>, stateful: ReadonlyMap<Isolation, RunResult>, sizes: Sizes): Figure[] {
  const runs = [...plain.values(), ...stateful.values()]
  const isolated = [plain.get('worker'), plain.get('process')].filter((run) => run !== undefined)
  const inline = plain.get('inline')
  return [
    { name: 'failed', value: sum(runs.map(failuresOf)), goal: { atMost: 0 }, meaning: 'calls that did not get their answer, items of streams that were missing or came twice, and swaps that failed' },
    { name: 'duplicated', value: sum([...plain.values()].map(({ duplicated }) => duplicated)), goal: { atMost: 0 }, meaning: 'calls that ran twice' },
    { name: 'p99_ratio', value: rounded(Math.max(...[...plain.values()].flatMap(({ callers }) => callers.map(ratioOf)))), goal: { atMost: 1.5 }, meaning: 'p99 of instant calls during swaps to between them; the worst of all isolations and both callers' },
    { name: 'memory_growth', value: rounded(Math.max(...isolated.map(({ memory }) => growthOf(memory, sizes)))), goal: { atMost: 0.05 }, meaning: `memory of the process tree from after swap ${sizes.settled} to after swap ${sizes.swaps}; the worse of worker and process` },
    { name: 'kb_per_swap', value: rounded(inline === undefined ? Number.NaN : leftBehind(inline.memory, sizes)), goal: { none: true }, meaning: 'kilobytes that each inline swap to a version never loaded before leaves behind' },
    { name: 'state.pause_ms', value: rounded(Math.max(...[...stateful.values()].map(pauseOf))), goal: { atMost: 100 }, meaning: `the longest that a call waited while ${sizes.entries.toLocaleString('en')} entries changed hands; p99 over the swaps, the worst of all isolations and both callers` },
    { name: 'state.lost', value: sum([...stateful.values()].map(lostOf)), goal: { atMost: 0 }, meaning: 'counts that were answered and are not in the state afterwards, or are in it twice' },
  ]
}

function failuresOf({ failures, callers }: RunResult): number {
  return failures.length + sum(callers.map(({ failed, stream }) => failed + stream.failed))
}

function ratioOf({ during, between }: CallerResult): number {
  return during.p99 / between.p99
}

function pauseOf({ callers }: RunResult): number {
  return Math.max(...callers.map(({ longestWhileSwitching }) => percentiles(longestWhileSwitching).p99))
}

function lostOf({ callers, tally }: RunResult): number {
  return Math.abs(sum(callers.map(({ answered }) => answered)) - tally.counted)
}

/** The median around the memory after a swap: one reading may fall right before or after a garbage collection. */
function reading(memory: readonly number[], swapNumber: number, around: number): number {
  return median(memory.slice(Math.max(0, swapNumber - 1 - around), swapNumber + around))
}

function growthOf(memory: readonly number[], { swaps, settled, around }: Sizes): number {
  return reading(memory, swaps - around, around) / reading(memory, settled, around) - 1
}

function leftBehind(memory: readonly number[], { swaps, settled, around }: Sizes): number {
  return (reading(memory, swaps - around, around) - reading(memory, settled, around)) / 1024 / (swaps - settled)
}

function detailsOf({ failures, during, callers, executed, memory }: RunResult, { settled, around }: Sizes): Record<string, unknown> {
  const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20)
  const [near, far] = callers.map(({ longestWhileSwitching: _longest, ...caller }) => ({ ...caller, p99_ratio: rounded(ratioOf({ ...caller, longestWhileSwitching: [] })) }))
  return {
    swaps_failed: failures,
    swap_ms: rounded(median(during.map(([begin, end]) => end - begin))),
    calls_per_s: Math.round(sum(callers.map(({ sent, ms }) => (sent / ms) * 1000))),
    executed,
    memory_mb: [megabytes(reading(memory, settled, around)), megabytes(reading(memory, memory.length - around, around))],
    memory_mb_every_tenth_swap: memory.filter((_, i) => i % 10 === 9).map(megabytes),
    caller_in_the_host: near,
    caller_in_another_process: far,
  }
}

function stateDetails(run: RunResult): Record<string, unknown> {
  return { entries: run.tally.entries, pause_ms: rounded(pauseOf(run)), switch_ms: percentiles(run.switchMs), lost: lostOf(run) }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0)
}
