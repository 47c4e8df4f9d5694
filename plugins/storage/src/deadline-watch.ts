import { InUse } from './in-use.ts'

/** Somebody who waits for something, and what ends it when nobody does any more. */
interface Watched {
  readonly deadline: number
  readonly stop: () => void
}

/** Watches many deadlines with one timer: calls come by the thousand and nearly all end in time, so a timer for each would cost more than the rest of the watch. */
export class DeadlineWatch implements Disposable {
  readonly #watched = new InUse<Watched>()
  #timer: NodeJS.Timeout | undefined
  #armedFor = Infinity

  /** @param deadline milliseconds since the epoch @returns what ends the watch */
  add(deadline: number, stop: () => void): () => void {
    const watched = { deadline, stop }
    this.#watched.add(watched)
    if (deadline < this.#armedFor) this.#arm(deadline)
    return () => void this.#watched.delete(watched)
  }

  /** Stops all. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const watched of this.#watched) if (this.#watched.delete(watched)) watched.stop()
  }

  #arm(deadline: number): void {
    clearTimeout(this.#timer)
    this.#armedFor = deadline
    this.#timer = setTimeout(() => this.#sweep(), Math.min(Math.max(0, deadline - Date.now()), longestTimer)).unref()
  }

  #sweep(): void {
    const now = Date.now()
    let earliest = Infinity
    for (const watched of this.#watched) {
      if (watched.deadline > now) earliest = Math.min(earliest, watched.deadline)
      else if (this.#watched.delete(watched)) watched.stop()
    }
    this.#armedFor = Infinity
    if (earliest !== Infinity) this.#arm(earliest)
  }
}

/** What setTimeout takes at most; with more it would fire at once. */
export const longestTimer = 2_147_483_647
