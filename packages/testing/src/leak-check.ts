import { createHook, type AsyncHook } from 'node:async_hooks'
import { setTimeout } from 'node:timers/promises'

/** Milliseconds in which what was closed may take its leave. */
const settleTime = 1_000
const pollTime = 10
/** Acquired by this check, or by the test runner for itself. */
const ours = 'LeakCheck.left'
const runner = /node_modules\/@?vitest\//

/** A timer, socket, server, watcher or process; it can keep node running. */
interface Resource {
  hasRef(): boolean
}

/** Watches what is acquired from here on that could keep the process running, and where. */
export class LeakCheck {
  readonly #acquired = new Map<number, { readonly type: string; readonly resource: Resource; readonly place: string }>()
  readonly #hook: AsyncHook

  constructor() {
    this.#hook = createHook({
      init: (id, type, _trigger, resource) => {
        if (!('hasRef' in resource) || typeof resource.hasRef !== 'function') return
        const { stack = '' } = new Error('acquired')
        const place = placeIn(stack)
        if (!stack.includes(ours) && !runner.test(place)) this.#acquired.set(id, { type, resource: resource as Resource, place })
      },
      destroy: (id) => void this.#acquired.delete(id),
    }).enable()
  }

  /** Ends the watch; resolves to what still keeps the process running, in words. */
  async left(): Promise<string[]> {
    for (const until = Date.now() + settleTime; this.#active().length > 0 && Date.now() < until; ) await setTimeout(pollTime)
    this.#hook.disable()
    return this.#active()
  }

  #active(): string[] {
    return [...this.#acquired.values()].filter(({ resource }) => resource.hasRef()).map(({ type, place }) => `${type} acquired ${place}`)
  }
}

/** The first line of a stack that is the author's own code, else the first that is not node's. */
function placeIn(stack: string): string {
  const frames = stack.split('\n').slice(1).map((frame) => frame.trim()).filter((frame) => !frame.includes('node:') && !frame.includes(import.meta.filename))
  return frames.find((frame) => !frame.includes('node_modules')) ?? frames[0] ?? 'by node itself'
}
