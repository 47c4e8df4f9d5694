import type { Terminal } from '@caruso/contract'
import type { CopyListener } from './copy.ts'

const every = 1_000

/** Says how far the rows of a step are, how fast they come and how long the rest takes, at most once a second. */
export class CopyProgress implements CopyListener {
  readonly #terminal: Terminal
  #total: number | undefined
  #done = 0
  /** Where counting began, since rows that were there before took no time. */
  #first: number | undefined
  #began = 0
  #said = 0

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  step(words: string, rows?: number): void {
    this.#terminal.progress(`  ${words}${rows === undefined ? '' : `: ${rows.toLocaleString('en')}`}`)
    this.#total = rows
    this.#done = 0
    this.#first = undefined
    this.#began = this.#said = performance.now()
  }

  rows(count: number): void {
    this.#done += count
    this.#first ??= count
    const now = performance.now()
    if (now - this.#said < every || this.#total === undefined) return
    this.#said = now
    const rate = Math.max(1, (this.#done - this.#first) / ((now - this.#began) / 1_000))
    const percent = Math.min(99, Math.floor((100 * this.#done) / Math.max(1, this.#total)))
    this.#terminal.progress(`  ${percent} %, ${Math.round(rate).toLocaleString('en')} rows/s, ${Math.ceil(Math.max(0, this.#total - this.#done) / rate)} s left`)
  }
}
