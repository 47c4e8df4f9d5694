/** What has something to write at the end of this turn of the event loop. */
export interface Flushable {
  flush(): void
}

/** Collects what is to be flushed and does it once per turn, after all sockets that were readable have been read. */
export class FlushQueue {
  #waiting: Flushable[] = []
  #immediate: NodeJS.Immediate | undefined

  add(item: Flushable): void {
    this.#waiting.push(item)
    this.#immediate ??= setImmediate(this.#run)
  }

  close(): void {
    clearImmediate(this.#immediate)
    this.#waiting = []
  }

  readonly #run = (): void => {
    const ready = this.#waiting
    this.#waiting = []
    this.#immediate = undefined
    for (const item of ready) item.flush()
  }
}
