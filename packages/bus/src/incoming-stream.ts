const window = 64

/** How a stream tells its provider that there is room for more items, and its owner that it has ended. */
export interface StreamControl {
  grant(items: number): void
  /** `early` when the reader stops before the provider ended it. */
  end(early: boolean): void
}

/**
 * The reader's end of a stream. The provider may send as many items as it was granted, so no more than one window
 * of them ever waits here; half a window is granted again whenever that much has been read.
 */
export class IncomingStream implements AsyncIterator<unknown> {
  readonly window = window
  readonly #control: StreamControl
  readonly #items: unknown[] = []
  #read = 0
  #waiting: { resolve(result: IteratorResult<unknown>): void; reject(error: Error): void } | undefined
  #failure: Error | undefined
  #ended = false

  constructor(control: StreamControl) {
    this.#control = control
  }

  push(item: unknown): void {
    if (this.#ended) return
    if (this.#waiting === undefined) this.#items.push(item)
    else this.#take().resolve(this.#deliver(item))
  }

  finish(): void {
    if (!this.#end(false)) return
    if (this.#waiting !== undefined) this.#take().resolve({ done: true, value: undefined })
  }

  fail(error: Error): void {
    if (!this.#end(false)) return
    if (this.#waiting === undefined) this.#failure = error
    else this.#take().reject(error)
  }

  async next(): Promise<IteratorResult<unknown>> {
    if (this.#items.length > 0) return this.#deliver(this.#items.shift())
    if (this.#failure !== undefined) {
      const failure = this.#failure
      this.#failure = undefined
      throw failure
    }
    if (this.#ended) return { done: true, value: undefined }
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  return(): Promise<IteratorResult<unknown>> {
    this.#items.length = 0
    this.#end(true)
    return Promise.resolve({ done: true, value: undefined })
  }

  #deliver(item: unknown): IteratorResult<unknown> {
    if (++this.#read === window / 2) {
      this.#read = 0
      if (!this.#ended) this.#control.grant(window / 2)
    }
    return { done: false, value: item }
  }

  #take(): { resolve(result: IteratorResult<unknown>): void; reject(error: Error): void } {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) throw new TypeError('Nobody waits for the next item')
    return waiting
  }

  /** Ends once; false where it had ended already. */
  #end(early: boolean): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#control.end(early)
    return true
  }
}
