import type { Bus } from '@caruso/bus'
import { codeOf, type Client } from '@caruso/contract'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Figure, Findings, Options } from './benchmark.ts'
import type { Child } from './child.ts'
import { monotonic } from './clock.ts'
import { InstalledPackages } from './installed-packages.ts'
import { startNatsServer } from './nats.ts'
import type { Stretch } from './open-loop.ts'
import { Rogue } from './rogue/contract.ts'
import { rounded, type Percentiles } from './statistics.ts'
import { SwappedAssembly } from './swapped-assembly.ts'
import { startTwoCallers } from './two-callers.ts'

/** Calls per second of each of the two callers. */
const rate = 1_000
/** Milliseconds. */
const foreignMost = 10_000
const consumer = { component: 'tempter', grants: [] }
const kinds = ['loop', 'fill'] as const

type Kind = (typeof kinds)[number]
type Stretches = Record<'calm' | 'after_fill' | Kind | `foreign_${Kind}`, Stretch[]>
type Taken = Readonly<Record<keyof Stretches, Percentiles>>

/** What the calls of a component take longer while another one, in a thread of the same host, ruins itself. */
export async function neighbours({ quick, progress }: Options): Promise<Findings> {
  const rounds = quick ? 1 : 8
  const calm = quick ? 200 : 6_000
  // V8 keeps the memory of a thread that has ended for 8 s, and then gives it back at once.
  const aftermath = quick ? 200 : 10_000
  await using stack = new AsyncDisposableStack()
  const packages = new InstalledPackages()
  stack.defer(() => packages.remove())
  progress('building the packages')
  await packages.make()
  packages.addBenchmarks()
  const nats = stack.use(await startNatsServer())
  const assembly = new SwappedAssembly({ plugin: 'counter', isolation: 'worker' }, packages, 'rogue')
  stack.defer(() => assembly.remove())
  await assembly.add(0)
  const { near, far, bus } = await startTwoCallers(stack, packages, assembly, nats)
  const rogue = bus.client(Rogue, consumer)
  for (const [index, caller] of [near, far].entries()) await caller.ask('begin', { rate, capacity: 2_000_000, firstId: index * 2_000_000, slowEvery: 0 })
  await sleep(quick ? 200 : 4_000)
  const stretches: Stretches = { calm: [], loop: [], fill: [], after_fill: [], foreign_loop: [], foreign_fill: [] }
  for (const kind of kinds) {
    for (let round = 0; round < rounds; round++) {
      stretches.calm.push(await during(async () => await sleep(calm)))
      stretches[kind].push(await during(async () => await ruin(rogue, kind, bus)))
      progress(`${kind}, round ${round + 1} of ${rounds}: ${Math.round(lengthOf(stretches[kind].at(-1)))} ms until it was back`)
      if (kind === 'fill') stretches.after_fill.push(await during(async () => await sleep(aftermath)))
      stretches[`foreign_${kind}`].push(await during(async () => await foreign(kind, Math.min(foreignMost, lengthOf(stretches[kind].at(-1))))))
    }
  }
  const results = await Promise.all([near, far].map(async (caller) => await resultOf(caller, stretches)))
  const taken = results.map((result) => result.taken)
  const foreignRatios = Object.fromEntries(kinds.map((kind) => [kind, rounded(ratioOf(`foreign_${kind}`, taken))]))
  return { figures: kinds.map((kind) => figureOf(kind, taken)), details: { rounds, planned_calls_per_s: 2 * rate, ...lengths(stretches), foreign_p99_ratio: foreignRatios, caller_in_the_host: results[0], caller_in_another_process: results[1] } }
}

async function during(work: () => Promise<void>): Promise<Stretch> {
  const begun = monotonic()
  await work()
  return [begun, monotonic()]
}

/** Resolves when the component that was ruined has been ended, started anew and answers. */
async function ruin(rogue: Client<typeof Rogue>, kind: Kind, bus: Bus): Promise<void> {
  const call = (): ReturnType<Bus['call']> => bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 60_000 })
  try {
    await rogue[kind]({}, call())
  } catch (error) {
    if (codeOf(error) !== 'PROVIDER_LOST') throw error
  }
  await rogue.ready({}, call())
}

/** The same in a process that has nothing to do with the host: what the machine itself makes of it. */
async function foreign(kind: Kind, ms: number): Promise<void> {
  const program = { loop: 'for (;;);', fill: 'for (const kept = []; ; ) kept.push(Array.from({ length: 10_000 }, (_, i) => i))' }[kind]
  const child = spawn(process.execPath, ['--max-old-space-size=512', '-e', program], { stdio: 'ignore' })
  const gone = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), ms)
  await gone
  clearTimeout(timer)
}

async function resultOf(caller: Child, stretches: Readonly<Stretches>): Promise<{ failed: number; taken: Taken }> {
  const { failed } = (await caller.ask('end')) as { failed: number }
  const taken = Object.fromEntries(await Promise.all(Object.entries(stretches).map(async ([name, some]) => [name, await caller.ask('taken', { stretches: some })])))
  return { failed, taken: taken as Taken }
}

/** Of the worse of the two callers. */
function ratioOf(stretch: keyof Stretches, taken: readonly Taken[]): number {
  return Math.max(...taken.map((one) => one[stretch].p99 / one.calm.p99))
}

function figureOf(kind: Kind, taken: readonly Taken[]): Figure {
  const what = { loop: 'is in an endless loop', fill: 'runs out of memory' }[kind]
  return { name: `${kind}_p99_ratio`, value: rounded(ratioOf(kind, taken)), goal: { atMost: 1.2 }, meaning: `p99 of a component while another in a thread of the same host ${what}, until that is back, to p99 in calm; the worse of both callers` }
}

function lengths(stretches: Readonly<Stretches>): Record<string, readonly number[]> {
  return Object.fromEntries(kinds.map((kind) => [`${kind}_ms`, stretches[kind].map((stretch) => Math.round(lengthOf(stretch)))]))
}

function lengthOf(stretch: Stretch | undefined): number {
  return stretch === undefined ? Number.NaN : stretch[1] - stretch[0]
}
