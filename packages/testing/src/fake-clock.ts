import type { Clock } from '@caruso/kernel'
import { setImmediate } from 'node:timers/promises'

/** Time that passes only when the test says so. */
export interface FakeClock extends Clock {
  /** How many callbacks wait for their time. */
  readonly waiting: number
  /** Lets so many milliseconds pass: runs what falls due, in order, and after each lets promises settle. */
  advance(milliseconds: number): Promise<void>
}

interface Timer {
  readonly due: number
  readonly callback: () => void
}

/** A clock for tests; `at` is where it begins, in milliseconds since the epoch. */
export function fakeClock(options: { readonly at?: number } = {}): FakeClock {
  return new ManualClock(options.at ?? 0)
}

class ManualClock implements FakeClock {
  readonly #timers = new Set<Timer>()
  #now: number

  constructor(at: number) {
    this.#now = at
  }

  get waiting(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer: Timer = { due: this.#now + milliseconds, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    await setImmediate()
    for (let timer = this.#earliest(until); timer !== undefined; timer = this.#earliest(until)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.due)
      timer.callback()
      await setImmediate()
    }
    this.#now = Math.max(this.#now, until)
  }

  /** The first to fall due; of several at the same time the one that has waited longest. */
  #earliest(until: number): Timer | undefined {
    let earliest: Timer | undefined
    for (const timer of this.#timers) if (timer.due <= until && (earliest === undefined || timer.due < earliest.due)) earliest = timer
    return earliest
  }
}
