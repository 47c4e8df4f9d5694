import type { Call, Client } from '@caruso/contract'
import { codeOf, messageOf } from '@caruso/contract'
import { monotonic } from './clock.ts'
import type { Counter } from './counter/contract.ts'
import { percentiles, type Percentiles } from './statistics.ts'

/** A stretch of time, in milliseconds of the monotonic clock. */
export type Stretch = readonly [begin: number, end: number]

export interface Load {
  readonly rate: number
  /** The most calls that will be sent. */
  readonly capacity: number
  /** The ids of this generator's calls begin here, so that no two have the same. */
  readonly firstId: number
  /** Every so many calls is one of half a second; 0 where none is. */
  readonly slowEvery: number
}

export interface Tally {
  readonly sent: number
  readonly answered: number
  readonly failed: number
  readonly ms: number
  /** The first few failures, in words. */
  readonly failures: readonly string[]
}

const told = 10

/**
 * Sends calls at planned times, whatever became of those before, and measures each from the time it was planned for:
 * an answer that is late because sending was late is late all the same.
 */
export class OpenLoop {
  readonly #counter: Client<typeof Counter>
  readonly #newCall: () => Call
  readonly #load: Load
  readonly #taken: Float32Array
  readonly #failures: string[] = []
  #begun = 0
  #ended = 0
  #sent = 0
  #answered = 0
  #failed = 0
  #stopping = false
  #idle: (() => void) | undefined

  constructor(counter: Client<typeof Counter>, newCall: () => Call, load: Load) {
    this.#counter = counter
    this.#newCall = newCall
    this.#load = load
    // Touched now, so that the process does not seem to grow while it is filled.
    this.#taken = new Float32Array(load.capacity).fill(Number.NaN)
  }

  begin(): void {
    this.#begun = monotonic()
    this.#tick()
  }

  /** Sends no more; resolves when everything sent has been answered or has failed. */
  async end(): Promise<Tally> {
    this.#stopping = true
    this.#ended = monotonic()
    if (this.#answered + this.#failed < this.#sent) await new Promise<void>((resolve) => (this.#idle = resolve))
    return { sent: this.#sent, answered: this.#answered, failed: this.#failed, ms: this.#ended - this.#begun, failures: this.#failures }
  }

  /** How long the instant calls took that were planned within any of these stretches. */
  taken(stretches: readonly Stretch[]): Percentiles {
    const chosen: number[] = []
    for (const [begin, end] of stretches) {
      const last = Math.min(this.#sent - 1, Math.floor(((end - this.#begun) * this.#load.rate) / 1000))
      for (let i = Math.max(0, Math.ceil(((begin - this.#begun) * this.#load.rate) / 1000)); i <= last; i++) {
        const ms = this.#taken[i] ?? Number.NaN
        if (!Number.isNaN(ms)) chosen.push(ms)
      }
    }
    return percentiles(chosen)
  }

  #tick(): void {
    if (this.#stopping) return
    const due = Math.min(this.#load.capacity, Math.floor(((monotonic() - this.#begun) * this.#load.rate) / 1000) + 1)
    while (this.#sent < due) void this.#send(this.#sent++)
    if (this.#sent < this.#load.capacity) setTimeout(() => this.#tick(), 1)
  }

  async #send(i: number): Promise<void> {
    const planned = this.#begun + (i * 1000) / this.#load.rate
    const id = this.#load.firstId + i
    const { slowEvery } = this.#load
    const slow = slowEvery > 0 && i % slowEvery === 0
    try {
      const answer = await this.#counter[slow ? 'wait' : 'count']({ id }, this.#newCall())
      if (answer.id !== id) throw new Error(`Called with id ${id}: the answer is for ${answer.id}`)
      this.#answered++
      if (!slow) this.#taken[i] = monotonic() - planned
    } catch (error) {
      this.#failed++
      if (this.#failures.length < told) this.#failures.push(`${codeOf(error) ?? 'no code'}: ${messageOf(error)}`)
    }
    if (this.#stopping && this.#answered + this.#failed === this.#sent) this.#idle?.()
  }
}
