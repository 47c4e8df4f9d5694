import { createHook, type AsyncHook } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'

/** Milliseconds in which what was closed may take its leave. */
const settleTime = 1_000
const pollTime = 10

/** What node calls a resource, by its name in `getActiveResourcesInfo`; the two lists of names differ in their case. */
const unwatched: ReadonlySet<string> = new Set(['PROMISE', 'TICKOBJECT', 'IMMEDIATE', 'MICROTASK'])

/** Compares what keeps the process busy before and after, and tells where the rest was acquired. */
export class LeakCheck {
  readonly #before = countResources()
  readonly #places = new Map<number, { readonly type: string; readonly place: string }>()
  readonly #hook: AsyncHook

  constructor() {
    this.#hook = createHook({
      init: (id, type) => {
        if (!unwatched.has(type.toUpperCase())) this.#places.set(id, { type: type.toUpperCase(), place: callerOf(new Error('where').stack ?? '') })
      },
      destroy: (id) => void this.#places.delete(id),
    }).enable()
  }

  /** Resolves to what is still active though it was not before, in words. */
  async left(): Promise<string[]> {
    const until = Date.now() + settleTime
    let more = this.#more()
    while (more.length > 0 && Date.now() < until) {
      await setTimeout(pollTime)
      more = this.#more()
    }
    this.#hook.disable()
    return more.map(([type, count]) => `${count} ${type}${this.#acquiredAt(type)}`)
  }

  #more(): [type: string, count: number][] {
    return [...countResources()].map(([type, count]): [string, number] => [type, count - (this.#before.get(type) ?? 0)]).filter(([, count]) => count > 0)
  }

  #acquiredAt(type: string): string {
    const places = new Set([...this.#places.values()].filter((resource) => resource.type === type.toUpperCase() && resource.place !== '').map(({ place }) => place))
    return places.size === 0 ? '' : ` acquired at ${[...places].join(', ')}`
  }
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1)
  return counts
}

/** The first line of a stack that is the author's own code. */
function callerOf(stack: string): string {
  const line = stack.split('\n').slice(1).find((frame) => !frame.includes('node:') && !frame.includes('node_modules') && !frame.includes(import.meta.filename))
  return /\(?((?:file:\/\/)?\/[^()]*:\d+:\d+|[A-Z]:[^()]*:\d+:\d+)\)?$/.exec(line ?? '')?.[1] ?? ''
}
