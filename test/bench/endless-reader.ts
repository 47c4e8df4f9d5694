import type { Call, Client } from '@caruso/contract'
import { codeOf, messageOf, narrow } from '@caruso/contract'
import type { Counter } from './counter/contract.ts'

export interface Reading {
  readonly items: number
  /** Items that came twice, were left out, or the end of a stream that has none; the first in words. */
  readonly failed: number
  readonly failure: string
}

/** Reads an endless stream while its provider is exchanged, and sees to it that nothing is missing or comes twice. */
export class EndlessReader {
  readonly #stopped = new AbortController()
  readonly #read: Promise<void>
  #last = 0
  #failed = 0
  #failure = ''

  constructor(counter: Client<typeof Counter>, call: Call) {
    this.#read = this.#readAll(counter, narrow(call, { signal: this.#stopped.signal }))
  }

  async end(): Promise<Reading> {
    this.#stopped.abort()
    await this.#read
    return { items: this.#last, failed: this.#failed, failure: this.#failure }
  }

  async #readAll(counter: Client<typeof Counter>, call: Call): Promise<void> {
    try {
      for await (const { n } of counter.numbers({}, call)) {
        if (n !== this.#last + 1) this.#fail(`${n} came after ${this.#last}`)
        this.#last = n
      }
      this.#fail('the stream ended')
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#fail(`${codeOf(error) ?? 'no code'}: ${messageOf(error)}`)
    }
  }

  #fail(words: string): void {
    this.#failed++
    if (this.#failed === 1) this.#failure = words
  }
}
