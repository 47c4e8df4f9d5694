import type { Bus } from '@caruso/bus'
import { codeOf, messageOf, type Call } from '@caruso/contract'
import { Manager } from '@caruso/manager'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './child.ts'
import { monotonic } from './clock.ts'
import type { Reading } from './endless-reader.ts'
import type { InstalledPackages } from './installed-packages.ts'
import { startNatsServer } from './nats.ts'
import type { Stretch, Tally } from './open-loop.ts'
import { treeMemory } from './process-tree.ts'
import type { Percentiles } from './statistics.ts'
import { SwappedAssembly, versionOf, type Swapped } from './swapped-assembly.ts'
import { startTwoCallers } from './two-callers.ts'

/** Calls per second of each of the two callers. */
export const rate = 1_600
const longestSwap = 4_000

/** How often is swapped, and how long it is calm in between (ms). */
export interface Plan {
  readonly swaps: number
  readonly pause: number
  /** Every so many calls is one of half a second; 0 where none is. */
  readonly slowEvery: number
}

export interface SwapRun {
  /** Swaps whose operator got an error. */
  readonly failures: readonly string[]
  readonly during: readonly Stretch[]
  readonly untilSwitched: readonly Stretch[]
  /** From the state being copied to callers being sent to the new instance. */
  readonly switching: readonly Stretch[]
  readonly between: readonly Stretch[]
  /** Milliseconds of each switch, as the service manager tells them. */
  readonly switchMs: readonly number[]
  /** Bytes of the host's process tree after each swap. */
  readonly memory: readonly number[]
}

/** What one caller saw: the one in the host's process comes first, then the one in a process of its own. */
export interface CallerResult extends Tally {
  readonly stream: Reading
  readonly during: Percentiles
  readonly untilSwitched: Percentiles
  readonly between: Percentiles
  /** The longest wait of a call in each switch. */
  readonly longestWhileSwitching: readonly number[]
}

export interface RunResult extends SwapRun {
  readonly callers: readonly CallerResult[]
  readonly executed: number
  readonly duplicated: number
  readonly tally: { readonly entries: number; readonly counted: number }
}

/** Swaps one component of an assembly again and again while two callers send calls at planned times and read a stream each. */
export async function swapUnderLoad(swapped: Swapped, packages: InstalledPackages, plan: Plan, progress: (words: string) => void): Promise<RunResult> {
  await using stack = new AsyncDisposableStack()
  const nats = stack.use(await startNatsServer())
  const assembly = new SwappedAssembly(swapped, packages)
  stack.defer(() => assembly.remove())
  await assembly.add(0)
  progress('starting the assembly')
  const { near, far, bus } = await startTwoCallers(stack, packages, assembly, nats)
  const callers = [near, far]
  const capacity = Math.ceil((rate * plan.swaps * longestSwap) / 1000)
  for (const [index, caller] of callers.entries()) await caller.ask('begin', { rate, capacity, firstId: index * capacity, slowEvery: plan.slowEvery })
  await sleep(plan.pause * 8)
  const run = await swapInARow(bus, assembly, near.pid, plan, progress)
  const results = await Promise.all(callers.map(async (caller) => await resultOf(caller, run)))
  const tally = (await far.ask('tally')) as RunResult['tally']
  await far[Symbol.asyncDispose]()
  await near[Symbol.asyncDispose]()
  return { ...run, callers: results, tally, ...assembly.executed() }
}

async function resultOf(caller: Child, { during, untilSwitched, between, switching }: SwapRun): Promise<CallerResult> {
  const ended = (await caller.ask('end')) as Tally & { stream: Reading }
  const taken = async (stretches: readonly Stretch[]): Promise<Percentiles> => (await caller.ask('taken', { stretches })) as Percentiles
  return { ...ended, during: await taken(during), untilSwitched: await taken(untilSwitched), between: await taken(between), longestWhileSwitching: (await caller.ask('longest', { stretches: switching })) as number[] }
}

async function swapInARow(bus: Bus, assembly: SwappedAssembly, pid: number, { swaps, pause }: Plan, progress: (words: string) => void): Promise<SwapRun> {
  const run = { failures: [] as string[], during: [] as Stretch[], untilSwitched: [] as Stretch[], switching: [] as Stretch[], between: [] as Stretch[], switchMs: [] as number[], memory: [] as number[] }
  for (let i = 1; i <= swaps; i++) {
    await assembly.add(i)
    const begun = monotonic()
    await swapOnce(bus, versionOf(i), pause, (step, ms) => {
      if (step !== 'switch') return
      const now = monotonic()
      run.untilSwitched.push([begun, now])
      run.switching.push([now - ms, now])
      run.switchMs.push(ms)
    }).catch((error: unknown) => run.failures.push(`${codeOf(error) ?? 'no code'}: ${messageOf(error)}`))
    run.during.push([begun, monotonic()])
    await assembly.prune(i)
    const calm = monotonic()
    await sleep(pause)
    run.between.push([calm, monotonic()])
    run.memory.push(treeMemory(pid))
    if (i % 20 === 0) progress(`${i} of ${swaps} swaps, ${Math.round((run.memory.at(-1) ?? 0) / 2 ** 20)} MB`)
  }
  return run
}

/** Rejects with what the operator was told; the swap goes on without its reader, and is waited for. */
async function swapOnce(bus: Bus, version: string, pause: number, told: (step: string, ms: number) => void): Promise<void> {
  const operator = { component: 'operator', grants: [] }
  const manager = bus.client(Manager, operator)
  const call = (): Call => bus.call({ ...operator, identity: 'bench', permissions: ['manage'], timeout: 60_000 })
  try {
    for await (const { step, ms } of manager.swap({ component: 'counter', version }, call())) told(step, ms)
  } catch (error) {
    const ended = async (): Promise<boolean> => (await manager.history({ component: 'counter', limit: 1 }, call())).some(({ to, outcome }) => to === version && outcome !== 'running')
    for (let waited = 0; waited < 60_000 && !(await ended()); waited += pause) await sleep(pause)
    throw error
  }
}
