import { Bus } from '@caruso/bus'
import { codeOf, messageOf, type Call } from '@caruso/contract'
import { Manager, PluginStore } from '@caruso/manager'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Findings, Options } from './benchmark.ts'
import { Child } from './child.ts'
import { monotonic } from './clock.ts'
import { InstalledPackages } from './installed-packages.ts'
import { startNatsServer } from './nats.ts'
import type { Stretch, Tally } from './open-loop.ts'
import { treeMemory } from './process-tree.ts'
import { median, rounded, type Percentiles } from './statistics.ts'

/** Calls per second of each of the two callers. */
const rate = 1_600
const longestSwap = 4_000
const callerFile = 'swap-caller.js'

interface Sizes {
  readonly swaps: number
  /** Milliseconds between two swaps. */
  readonly pause: number
  /** Memory is compared from after this swap to after the last. */
  readonly settled: number
  /** Swaps to each side of a reading of memory whose median it is. */
  readonly around: number
}

interface ModeResult {
  readonly failures: readonly string[]
  readonly tallies: readonly Tally[]
  readonly executed: number
  readonly duplicated: number
  readonly during: readonly Percentiles[]
  readonly untilSwitched: readonly Percentiles[]
  readonly between: readonly Percentiles[]
  readonly swapMs: number
  /** Bytes after each swap. */
  readonly memory: readonly number[]
  readonly memoryBefore: number
  readonly memoryAfter: number
}

/** Swaps in a row under load, as an operator does it: `add` a version, ask the manager to swap to it, `prune`. */
export async function swap(options: Options): Promise<Findings> {
  const sizes = options.quick ? { swaps: 3, pause: 100, settled: 1, around: 0 } : { swaps: 200, pause: 250, settled: 20, around: 4 }
  const packages = new InstalledPackages()
  using _packages = { [Symbol.dispose]: () => packages.remove() }
  options.progress('building the packages')
  await packages.make()
  packages.addBenchmarks()
  const inline = await measureMode('inline', packages, sizes, options.progress)
  const isolated = await measureMode('process', packages, sizes, options.progress)
  const both = [inline, isolated]
  const swapsBetween = sizes.swaps - sizes.settled
  return {
    figures: [
      { name: 'failed', value: both.reduce((sum, { tallies, failures }) => sum + failures.length + tallies.reduce((all, { failed }) => all + failed, 0), 0), goal: { atMost: 0 }, meaning: 'calls that did not get their answer, the operator\'s among them' },
      { name: 'duplicated', value: both.reduce((sum, { duplicated }) => sum + duplicated, 0), goal: { atMost: 0 }, meaning: 'calls that ran twice' },
      { name: 'p99_ratio', value: rounded(Math.max(...both.flatMap(ratios))), goal: { atMost: 1.5 }, meaning: 'p99 of instant calls during swaps to between them; the worst of both isolations and both callers' },
      { name: 'memory_growth', value: rounded(isolated.memoryAfter / isolated.memoryBefore - 1), goal: { atMost: 0.05 }, meaning: `memory of the process tree, process isolation, from after swap ${sizes.settled} to after swap ${sizes.swaps}` },
      { name: 'kb_per_swap', value: rounded((inline.memoryAfter - inline.memoryBefore) / 1024 / swapsBetween), goal: { none: true }, meaning: 'kilobytes that each inline swap to a version never loaded before leaves behind' },
    ],
    details: { ...sizes, planned_calls_per_s: 2 * rate, inline: modeDetails(inline), process: modeDetails(isolated) },
  }
}

async function measureMode(isolation: 'inline' | 'process', packages: InstalledPackages, sizes: Sizes, progress: Options['progress']): Promise<ModeResult> {
  await using stack = new AsyncDisposableStack()
  const nats = stack.use(await startNatsServer())
  const assembly = new CountingAssembly(isolation, packages)
  stack.defer(() => assembly.remove())
  await assembly.add(0)
  progress(`${isolation}: starting the assembly`)
  const callerPath = join(packages.folder, 'bench', callerFile)
  const host = await Child.startBuilt(callerPath, nats.url, assembly.folder)
  await using near = host
  await using far = await Child.startBuilt(callerPath, nats.url)
  const bus = new Bus(assembly.name, 'operator')
  stack.defer(async () => await bus.close())
  await bus.connect({ url: nats.url })
  const capacity = Math.ceil((rate * sizes.swaps * longestSwap) / 1000)
  const callers = [near, far]
  for (const [index, caller] of callers.entries()) await caller.ask('begin', { rate, capacity, firstId: index * capacity })
  await sleep(sizes.pause * 8)
  const run = await swapInARow(bus, assembly, host.pid, sizes, (words) => progress(`${isolation}: ${words}`))
  const tallies = await Promise.all(callers.map(async (caller) => (await caller.ask('end')) as Tally))
  const taken = async (stretches: readonly Stretch[]): Promise<Percentiles[]> => await Promise.all(callers.map(async (caller) => (await caller.ask('taken', { stretches })) as Percentiles))
  const [during, untilSwitched, between] = [await taken(run.during), await taken(run.untilSwitched), await taken(run.between)]
  // Only an instance that is gone has written down all its calls.
  await near[Symbol.asyncDispose]()
  return { tallies, failures: run.failures, ...assembly.executed(), during, untilSwitched, between, swapMs: median(run.during.map(([begin, end]) => end - begin)), memory: run.memory, memoryBefore: reading(run.memory, sizes.settled, sizes.around), memoryAfter: reading(run.memory, sizes.swaps - sizes.around, sizes.around) }
}

interface Run {
  readonly during: readonly Stretch[]
  readonly untilSwitched: readonly Stretch[]
  readonly between: readonly Stretch[]
  readonly memory: readonly number[]
  /** Swaps whose operator got an error. */
  readonly failures: readonly string[]
}

async function swapInARow(bus: Bus, assembly: CountingAssembly, pid: number, { swaps, pause }: Sizes, progress: Options['progress']): Promise<Run> {
  const operator = { component: 'operator', grants: [] }
  const manager = bus.client(Manager, operator)
  const call = (): Call => bus.call({ ...operator, identity: 'bench', permissions: ['manage'], timeout: 60_000 })
  const failures: string[] = []
  const during: Stretch[] = []
  const untilSwitched: Stretch[] = []
  const between: Stretch[] = []
  const memory: number[] = []
  for (let i = 1; i <= swaps; i++) {
    await assembly.add(i)
    const begun = monotonic()
    try {
      for await (const { step } of manager.swap({ component: 'counter', version: versionOf(i) }, call())) {
        if (step === 'switch') untilSwitched.push([begun, monotonic()])
      }
    } catch (error) {
      // The swap goes on without its reader; that the operator lost sight of it is a failure all the same.
      failures.push(`${codeOf(error) ?? 'no code'}: ${messageOf(error)}`)
      const done = async (): Promise<boolean> => (await manager.history({ component: 'counter', limit: 1 }, call())).some(({ to, outcome }) => to === versionOf(i) && outcome === 'done')
      for (let waited = 0; !(await done()); waited += pause) {
        if (waited > 60_000) throw error
        await sleep(pause)
      }
    }
    during.push([begun, monotonic()])
    await assembly.prune(i)
    const calm = monotonic()
    await sleep(pause)
    between.push([calm, monotonic()])
    memory.push(treeMemory(pid))
    if (i % 20 === 0) progress(`${i} of ${swaps} swaps, ${Math.round((memory.at(-1) ?? 0) / 2 ** 20)} MB`)
  }
  return { during, untilSwitched, between, memory, failures }
}

/** The median around the memory after a swap: one reading may fall right before or after a garbage collection. */
function reading(memory: readonly number[], swapNumber: number, around: number): number {
  return median(memory.slice(Math.max(0, swapNumber - 1 - around), swapNumber + around))
}

function ratios({ during, between }: ModeResult): number[] {
  return during.map(({ p99 }, caller) => p99 / (between[caller]?.p99 ?? Number.NaN))
}

function modeDetails(result: ModeResult): Record<string, unknown> {
  const caller = (index: number): Record<string, unknown> => ({ ...result.tallies[index], p99_ratio: rounded(ratios(result)[index] ?? Number.NaN), during_ms: result.during[index], until_switched_ms: result.untilSwitched[index], between_ms: result.between[index] })
  const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20)
  return {
    swaps_failed: result.failures,
    swap_ms: rounded(result.swapMs),
    calls_per_s: Math.round(result.tallies.reduce((sum, { sent, ms }) => sum + (sent / ms) * 1000, 0)),
    executed: result.executed,
    memory_mb: [megabytes(result.memoryBefore), megabytes(result.memoryAfter)],
    memory_mb_every_tenth_swap: result.memory.filter((_, i) => i % 10 === 9).map(megabytes),
    caller_in_the_host: caller(0),
    caller_in_another_process: caller(1),
  }
}

function versionOf(i: number): string {
  return `1.0.${i}`
}

/** An assembly in a folder of its own, with a plugin that counts; each version is one that was never there before. */
class CountingAssembly {
  readonly name = 'bench-swap'
  readonly folder = mkdtempSync(join(tmpdir(), 'caruso-bench-swap-'))
  readonly #ids = join(this.folder, '.caruso/data/counter')
  readonly #store = new PluginStore(this.folder)
  readonly #packages: InstalledPackages

  constructor(isolation: 'inline' | 'process', packages: InstalledPackages) {
    this.#packages = packages
    mkdirSync(this.#ids, { recursive: true })
    symlinkSync(packages.modules, join(this.folder, 'node_modules'))
    const config = { folder: this.#ids }
    writeFileSync(join(this.folder, 'assembly.yaml'), JSON.stringify({ assembly: this.name, components: { counter: { plugin: 'counter', isolation, config } } }))
  }

  /** Takes in the i-th version, as `caruso add` does. */
  async add(i: number): Promise<void> {
    const source = join(this.folder, 'source')
    rmSync(source, { recursive: true, force: true })
    cpSync(join(this.#packages.folder, 'bench/counter'), source, { recursive: true })
    writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'counter', version: versionOf(i), type: 'module', exports: './index.js' }))
    await this.#store.add(source, () => undefined)
  }

  /** Keeps the version that runs and the one before. */
  async prune(i: number): Promise<void> {
    await this.#store.prune([i - 1, i].map((kept) => ({ name: 'counter', version: versionOf(kept) })))
  }

  executed(): { executed: number; duplicated: number } {
    const seen = new Set<number>()
    let executed = 0
    for (const file of readdirSync(this.#ids)) {
      const bytes = readFileSync(join(this.#ids, file))
      for (let at = 0; at < bytes.length; at += Uint32Array.BYTES_PER_ELEMENT, executed++) seen.add(bytes.readUInt32LE(at))
    }
    return { executed, duplicated: executed - seen.size }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
