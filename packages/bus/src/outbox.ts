import { encodeTo, type CallText } from './protocol.ts'

/** Sends one message: the frames of one tick for one route, and the lowest and highest id of the calls among them. */
export type Send = (route: string, message: string, firstCall: number, lastCall: number) => void

interface Batch {
  text: string
  firstCall: number
  lastCall: number
  call: CallText | undefined
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

  /** Adds a frame that is no call. */
  add(route: string, frame: string): void {
    this.#append(route, this.#roomy(route, frame), frame)
  }

  /** Adds a call. */
  addCall(route: string, call: CallText): void {
    const frame = `[${call.kind},${call.id},${call.rest}]`
    const roomy = this.#roomy(route, frame)
    const to = encodeTo(call, roomy?.call)
    const batch = this.#append(route, roomy, to === undefined ? frame : `${to},${frame}`)
    if (batch.firstCall === 0) batch.firstCall = call.id
    batch.lastCall = call.id
    batch.call = call
  }

  /** Sends what has been gathered, now. */
  flush(): void {
    this.#scheduled = false
    for (const [route, batch] of this.#batches) this.#flushOne(route, batch)
  }

  /** The batch of a route if the frame still fits in; one that is full is sent. */
  #roomy(route: string, frame: string): Batch | undefined {
    const batch = this.#batches.get(route)
    if (batch === undefined || batch.text.length + frame.length <= this.#limit) return batch
    this.#flushOne(route, batch)
    return undefined
  }

  #append(route: string, batch: Batch | undefined, frame: string): Batch {
    if (batch !== undefined) {
      batch.text += `,${frame}`
      return batch
    }
    const begun: Batch = { text: `[${frame}`, firstCall: 0, lastCall: 0, call: undefined }
    this.#batches.set(route, begun)
    this.#schedule()
    return begun
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
