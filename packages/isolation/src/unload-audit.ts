import { setTimeout } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'

/** Milliseconds in which what was closed may take its leave. */
const settleTime = 1_000
const pollTime = 10

/** What an author calls what Node calls so; the rest keeps its name. */
const titles: Readonly<Record<string, string>> = { TCPServerWrap: 'listening socket', TCPSocketWrap: 'socket', Timeout: 'timer' }
/** A write that is on its way belongs to a socket or pipe, which is counted. */
const ignored: ReadonlySet<string> = new Set(['WriteWrap', 'ShutdownWrap'])

/** What is found of a component that has been disposed, in its process or thread, which it shares with nobody. */
export interface Unloaded {
  /** What was left behind, in words; empty as a rule. */
  readonly left: readonly string[]
  /** Of a thread without what it shares with the others of its process. */
  readonly memory: { readonly heapMB: number; readonly residentMB?: number }
}

/**
 * Tells what a component leaves behind in its process or thread: what would keep it running, such as timers and
 * sockets, and listeners of the process.
 */
export class UnloadAudit {
  readonly #held = counted(process.getActiveResourcesInfo())
  #listeners = listeners()

  /** From here on listeners count: modules may add some while they are loaded, for as long as their code is there. */
  loaded(): void {
    this.#listeners = listeners()
  }

  async unloaded(): Promise<Unloaded> {
    for (const until = Date.now() + settleTime; this.#left().length > 0 && Date.now() < until; ) await setTimeout(pollTime)
    const { heapUsed, rss } = process.memoryUsage()
    const memory = { heapMB: megabytes(heapUsed), ...(isMainThread ? { residentMB: megabytes(rss) } : {}) }
    const left = this.#left()
    return { left: left.length === 0 ? [] : [`left behind: ${left.join(', ')} (heap ${memory.heapMB} MB)`], memory }
  }

  #left(): string[] {
    // Its output is the runtime's; it is opened when first used.
    for (const stream of [process.stdout, process.stderr]) if ('unref' in stream) stream.unref()
    const resources = surplus(counted(process.getActiveResourcesInfo()), this.#held)
    const added = surplus(listeners(), this.#listeners)
    return [
      ...[...resources].filter(([type]) => !ignored.has(type)).map(([type, count]) => quantity(count, titles[type] ?? type.replace(/Wrap$/, ''))),
      ...[...added].map(([event, count]) => `${quantity(count, 'listener')} to "${event}" of the process`),
    ]
  }
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function listeners(): Map<string, number> {
  return new Map(process.eventNames().map((event) => [String(event), process.listenerCount(event)]))
}

/** What is there beyond what was there before. */
function surplus(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...now].map(([name, count]): [string, number] => [name, count - (before.get(name) ?? 0)]).filter(([, count]) => count > 0))
}

function quantity(count: number, title: string): string {
  return `${count} ${title}${count === 1 ? '' : 's'}`
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 104_857.6) / 10
}
