import type { Terminal } from '@caruso/contract'
import { size } from './size.ts'

const every = 1_000

/** Says how much of some bytes is done, at most once a second. */
export class Progress {
  readonly #total: number | undefined
  readonly #terminal: Terminal
  #done = 0
  #said = performance.now()

  /** @param total bytes, where they are known beforehand */
  constructor(total: number | undefined, terminal: Terminal) {
    this.#total = total
    this.#terminal = terminal
  }

  /** What is done next. */
  step(words: string): void {
    this.#terminal.progress(`  ${words}`)
  }

  add(bytes: number): void {
    this.#done += bytes
    if (performance.now() - this.#said < every) return
    this.#said = performance.now()
    const total = this.#total
    this.#terminal.progress(total === undefined ? `  ${size(this.#done)}` : `  ${Math.min(99, Math.floor((100 * this.#done) / Math.max(1, total)))} % of ${size(total)}`)
  }
}
