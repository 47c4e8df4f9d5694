/** Milliseconds of calls that are kept, the newest. */
const kept = 2_048

/** What was seen of the calls of one instance: how many, how many failed, and how long they took. */
export class CallSample {
  readonly #taken: number[] = []
  readonly #skipped: number
  #calls = 0
  #failures = 0

  /** @param skipped calls at the beginning whose times do not count: code that has just been loaded is slow */
  constructor(skipped = 0) {
    this.#skipped = skipped
  }

  get calls(): number {
    return this.#calls
  }

  get failures(): number {
    return this.#failures
  }

  /** Calls whose times are kept. */
  get timed(): number {
    return this.#taken.length
  }

  add(milliseconds: number, failed: boolean): void {
    const nth = this.#calls++
    if (failed) this.#failures++
    if (nth >= this.#skipped) this.#taken[(nth - this.#skipped) % kept] = milliseconds
  }

  /** The time that this part of the calls did not exceed; 0 while none is known. */
  quantile(part: number): number {
    const sorted = this.#taken.toSorted((a, b) => a - b)
    return sorted[Math.min(Math.max(Math.ceil(part * sorted.length) - 1, 0), sorted.length - 1)] ?? 0
  }
}
