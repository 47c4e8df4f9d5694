import type { CommandContext, LiveAssembly } from '@caruso/contract'
import { setTimeout } from 'node:timers/promises'
import { liveFigures, type SeenInstance } from './live-figures.ts'
import { Screen } from './screen.ts'
import { fittingTable, type Column } from './table.ts'

/** An instance and what it did in the last second. */
export interface WatchedInstance extends Omit<SeenInstance, 'calls' | 'errors' | 'timed'> {
  readonly callsPerSecond: number
  readonly errorsPerSecond: number
  /** Milliseconds, on average; undefined where nothing was asked. */
  readonly latency: number | undefined
}

const second = 1_000

/** `caruso watch`: what every instance does, once a second, until it is told to stop. */
export async function watch({ count = Infinity }: { readonly count?: number }, { connected, terminal }: CommandContext): Promise<void> {
  await connected(async (assembly) => {
    const stop = new AbortController()
    process.once('SIGINT', () => stop.abort())
    process.once('SIGTERM', () => stop.abort())
    using screen = new Screen(process.stdout, terminal.json)
    let shown = 0
    for await (const instances of seconds(assembly, stop.signal)) {
      const at = new Date().toISOString()
      if (terminal.json) for (const instance of instances) terminal.answer({ at, ...instance }, () => '')
      else screen.show((width) => fittingTable(columns, instances, width))
      if (++shown >= count) return
    }
  })
}

async function* seconds(assembly: LiveAssembly, signal: AbortSignal): AsyncGenerator<WatchedInstance[], void> {
  let [at, before] = [performance.now(), await liveFigures(assembly)]
  for (let next = at + second; ; next += second) {
    if (!(await passes(next - performance.now(), signal))) return
    const [now, seen] = [performance.now(), await liveFigures(assembly)]
    yield seen.map((instance) => watched(instance, before.find(({ id }) => id === instance.id), (now - at) / second))
    ;[at, before] = [now, seen]
  }
}

/** Whether the time (ms) has passed before nobody waits any more. */
async function passes(time: number, signal: AbortSignal): Promise<boolean> {
  try {
    await setTimeout(Math.max(0, time), undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

function watched({ calls, errors, timed, ...instance }: SeenInstance, before: SeenInstance | undefined, seconds: number): WatchedInstance {
  const answered = timed.calls - (before?.timed.calls ?? 0)
  return {
    ...instance,
    callsPerSecond: round(Math.max(0, calls - (before?.calls ?? 0)) / seconds),
    errorsPerSecond: round(Math.max(0, errors - (before?.errors ?? 0)) / seconds),
    latency: answered <= 0 ? undefined : round((timed.ms - (before?.timed.ms ?? 0)) / answered),
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** The most important first: a narrow terminal leaves out the others. */
const columns: readonly Column<WatchedInstance>[] = [
  { title: 'COMPONENT', weight: 1, of: ({ component }) => component },
  { title: 'VERSION', weight: 2, of: ({ version }) => version },
  { title: 'HOST', weight: 10, of: ({ host }) => host },
  { title: 'ISOLATION', weight: 9, of: ({ isolation }) => isolation },
  { title: 'STATE', weight: 4, of: ({ state }) => state },
  { title: 'CALLS/S', weight: 3, right: true, of: ({ callsPerSecond }) => callsPerSecond.toFixed(callsPerSecond < 10 ? 1 : 0) },
  { title: 'ERRORS/S', weight: 5, right: true, of: ({ errorsPerSecond }) => errorsPerSecond.toFixed(errorsPerSecond < 10 ? 1 : 0) },
  { title: 'LATENCY', weight: 6, right: true, of: ({ latency }) => (latency === undefined ? '-' : `${latency.toFixed(latency < 10 ? 2 : 0)} ms`) },
  { title: 'IN FLIGHT', weight: 7, right: true, of: ({ inFlight }) => String(inFlight) },
  { title: 'HEALTH', weight: 8, of: ({ health }) => health },
]
