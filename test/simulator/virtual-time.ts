import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'
import { Random } from '../random.ts'

/** Something that happens at a time, to a participant. */
interface Occurrence {
  readonly at: number
  readonly order: number
  readonly owner: string
  readonly run: () => void
  off: boolean
}

/** What `setTimeout` and its kind return. */
class Timer {
  occurrence: Occurrence | undefined
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return false
  }
}

const realImmediate = setImmediate
const epoch = Date.UTC(2030, 0, 1)

/**
 * Time that passes from one occurrence to the next, in place of the machine's, and chance that follows from a seed.
 * Each occurrence belongs to a participant, as do the timers it sets; those of one that was killed do not happen.
 */
export class VirtualTime {
  random = new Random(0)
  /** Whose code runs now. */
  owner = ''
  #now = 0
  #order = 0
  #heap: Occurrence[] = []
  #dead = new Set<string>()

  /** Milliseconds since the schedule began. */
  get now(): number {
    return this.#now
  }

  begin(seed: number): void {
    this.random = new Random(seed)
    this.owner = ''
    this.#now = 0
    this.#order = 0
    this.#heap = []
    this.#dead = new Set()
  }

  after(milliseconds: number, owner: string, run: () => void): Occurrence {
    const delay = Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : 0
    const occurrence = { at: this.#now + delay, order: this.#order++, owner, run, off: false }
    this.#push(occurrence)
    return occurrence
  }

  /** Kills a participant: nothing that it waits for happens any more. */
  kill(owner: string): void {
    this.#dead.add(owner)
  }

  isDead(owner: string): boolean {
    return this.#dead.has(owner)
  }

  /** Lets everything happen until then, and after each occurrence all promises settle. */
  async pass(until: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.at <= until; next = this.#heap[0]) {
      this.#pop()
      if (next.off || this.#dead.has(next.owner)) continue
      this.#now = next.at
      this.owner = next.owner
      next.run()
      await new Promise((resolve) => realImmediate(resolve))
    }
    this.#now = until
  }

  /** Takes the place of the machine's time and chance in this process, for good. */
  install(): void {
    const timeout = (run: (...args: unknown[]) => void, milliseconds = 1, ...args: unknown[]): Timer => {
      const timer = new Timer()
      timer.occurrence = this.after(Math.max(milliseconds, 1), this.owner, () => run(...args))
      return timer
    }
    const interval = (run: () => void, milliseconds = 1): Timer => {
      const timer = new Timer()
      const { owner } = this
      const again = (): void => {
        timer.occurrence = this.after(Math.max(milliseconds, 1), owner, again)
        run()
      }
      timer.occurrence = this.after(Math.max(milliseconds, 1), owner, again)
      return timer
    }
    const immediate = (run: (...args: unknown[]) => void, ...args: unknown[]): Timer => {
      const timer = new Timer()
      timer.occurrence = this.after(0, this.owner, () => run(...args))
      return timer
    }
    const clear = (timer: unknown): void => {
      if (timer instanceof Timer && timer.occurrence !== undefined) timer.occurrence.off = true
    }
    Object.assign(globalThis, { setTimeout: timeout, setInterval: interval, setImmediate: immediate, clearTimeout: clear, clearInterval: clear, clearImmediate: clear })
    Object.assign(timersPromises, {
      setTimeout: async (milliseconds: number, value: unknown) => await new Promise((resolve) => timeout(() => resolve(value), milliseconds)),
      // The machine's would go on in the turn of whoever is next, and what is set then would be theirs.
      setImmediate: async (value: unknown) => await new Promise((resolve) => immediate(() => resolve(value))),
    })
    Object.assign(crypto, { randomBytes: (size: number) => Buffer.from(Array.from({ length: size }, () => this.random.within(0, 255))) })
    syncBuiltinESMExports()
    Date.now = () => epoch + Math.floor(this.#now)
    performance.now = () => this.#now
    Math.random = () => this.random.next()
  }

  #push(occurrence: Occurrence): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent]
      if (above === undefined || !isBefore(occurrence, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = occurrence
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = at * 2 + 1
      const [left, right] = [heap[child], heap[child + 1]]
      if (left === undefined) break
      if (right !== undefined && isBefore(right, left)) child++
      const below = heap[child]
      if (below === undefined || !isBefore(below, last)) break
      heap[at] = below
      at = child
    }
    heap[at] = last
  }
}

function isBefore(one: Occurrence, other: Occurrence): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
