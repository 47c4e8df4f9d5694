/** Sends one message: the frames of one tick for one route, and the lowest and highest id of the calls among them. */
export type Send = (route: string, message: string, firstCall: number, lastCall: number) => void

interface Batch {
  text: string
  firstCall: number
  lastCall: number
}

/** Gathers the frames of one tick, so that they share a message per route. */
export class Outbox {
  readonly #send: Send
  #limit: number
  readonly #batches = new Map<string, Batch>()
  #scheduled = false

  /** @param limit characters after which a message is sent before the tick ends */
  constructor(send: Send, limit: number) {
    this.#send = send
    this.#limit = limit
  }

  /** Changes the limit, once it is known what a message may carry. */
  limit(characters: number): void {
    this.#limit = characters
  }

  /** Adds a frame; `call` is its id where the frame is a call that can remain undelivered. */
  add(route: string, frame: string, call = 0): void {
    let batch = this.#batches.get(route)
    if (batch === undefined) {
      batch = { text: `[${frame}`, firstCall: call, lastCall: call }
      this.#batches.set(route, batch)
      this.#schedule()
    } else {
      if (batch.text.length + frame.length > this.#limit) {
        this.#flushOne(route, batch)
        this.add(route, frame, call)
        return
      }
      batch.text += `,${frame}`
      if (call !== 0) {
        if (batch.firstCall === 0) batch.firstCall = call
        batch.lastCall = call
      }
    }
  }

  /** Sends what has been gathered, now. */
  flush(): void {
    this.#scheduled = false
    for (const [route, batch] of this.#batches) this.#flushOne(route, batch)
  }

  #flushOne(route: string, batch: Batch): void {
    this.#batches.delete(route)
    this.#send(route, `${batch.text}]`, batch.firstCall, batch.lastCall)
  }

  /** process.nextTick runs when all promise continuations of this tick have run, so their calls are in the batch too. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    process.nextTick(() => this.flush())
  }
}
