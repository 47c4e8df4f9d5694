import { codeOf, type Call } from '@caruso/contract'
import type { DurableEvent } from './contract.ts'

/** Milliseconds after which is looked for events that nobody told of. */
const pollInterval = 5_000
/** Milliseconds before an event is handled anew that failed; twice as long each time, up to the second. */
const firstPause = 500
const longestPause = 60_000

/** What a component does with durable events. */
export interface Consumption {
  /** Asks for what comes after the last that was acknowledged. */
  readonly next: (call: Call) => Promise<{ readonly events: readonly DurableEvent[] }>
  readonly acknowledge: (seq: number, call: Call) => Promise<unknown>
  /** A call for one look or one event. */
  readonly call: () => Call
  /**
   * Does what the event asks for. What it changes in a data source it does in a transaction that says which event it
   * handles (`handled`), and so once; what it does elsewhere may be done again after a crash.
   */
  readonly handle: (event: DurableEvent, call: Call) => Promise<void>
  /** Is told of each failure; the event is tried again, and those behind it wait. */
  readonly failed: (error: unknown, event: DurableEvent | undefined) => void
}

/**
 * Hands durable events to a component, one after the other in their order, each until it is handled. It belongs into
 * `scope.whenActive`; `wake`, bound to the storage's event `emitted`, makes it look at once.
 */
export class EventConsumer {
  readonly #consumption: Consumption
  #ended = false
  #woken = false
  #wake: (() => void) | undefined
  #stop: (() => void) | undefined

  constructor(consumption: Consumption) {
    this.#consumption = consumption
  }

  /** Begins; the returned function ends it after the event that is being handled. */
  begin(): () => Promise<void> {
    const running = this.#run()
    return async () => {
      this.#ended = true
      this.#stop?.()
      await running
    }
  }

  /** There may be events; what has failed waits for its time all the same. */
  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  async #run(): Promise<void> {
    let pause = firstPause
    while (!this.#ended) {
      this.#woken = false
      const found = await this.#next()
      if (found === 'failed') await this.#wait(pause)
      else if (found === 'none' && !this.#woken) await this.#wait(pollInterval, 'or until it is woken')
      pause = found === 'failed' ? Math.min(pause * 2, longestPause) : firstPause
    }
  }

  /** Handles what there is. */
  async #next(): Promise<'some' | 'none' | 'failed'> {
    const { next, call, failed } = this.#consumption
    let done: number | undefined
    let current: DurableEvent | undefined
    let found: 'some' | 'none' | 'failed'
    try {
      const { events } = await next(call())
      for (current of events) {
        if (this.#ended) break
        await this.#handle(current)
        done = current.seq
        // All of it may be direct calls over SQLite, which give way to nobody.
        await new Promise<void>((resolve) => void setImmediate(resolve))
      }
      found = events.length > 0 ? 'some' : 'none'
    } catch (error) {
      failed(error, current)
      found = 'failed'
    }
    return done === undefined || (await this.#acknowledge(done)) ? found : 'failed'
  }

  async #handle(event: DurableEvent): Promise<void> {
    try {
      await this.#consumption.handle(event, this.#consumption.call())
    } catch (error) {
      if (codeOf(error) !== 'ALREADY_HANDLED') throw error
    }
  }

  /** Where it fails, the events come again. */
  async #acknowledge(seq: number): Promise<boolean> {
    const { acknowledge, call, failed } = this.#consumption
    try {
      await acknowledge(seq, call())
      return true
    } catch (error) {
      failed(error, undefined)
      return false
    }
  }

  async #wait(milliseconds: number, woken?: 'or until it is woken'): Promise<void> {
    if (this.#ended) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    this.#stop = resolve
    if (woken) this.#wake = resolve
    await promise
    clearTimeout(timer)
    this.#wake = this.#stop = undefined
  }
}
