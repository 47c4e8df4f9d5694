import { encodeTo, type CallText } from './protocol.ts'

/** Sends one message: the frames of one tick for one route, and the lowest and highest id of the calls among them. */
export type Send = (route: string, message: string, firstCall: number, lastCall: number) => void

/** The frames for a route that have not been sent; its text is empty when all have. */
interface Batch {
  readonly route: string
  text: string
  firstCall: number
  lastCall: number
  call: CallText | undefined
}

/** Routes whose batches are kept for the next tick: hosts and instances come and go, so not all for ever. */
const mostRoutes = 256

/** Gathers the frames of one tick, so that they share a message per route. */
export class Outbox {
  readonly #send: Send
  #limit: number
  /** Kept from tick to tick: a map whose entries come and go by the thousand is hard on the garbage collector (see `InFlight`). */
  readonly #batches = new Map<string, Batch>()
  #begun: Batch[] = []
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
    this.#append(this.#roomy(route, frame), frame)
  }

  /** Adds a call. */
  addCall(route: string, call: CallText): void {
    // Not by the template alone: V8 keeps the texts of thousands of numbers that one made, so that each outlives two collections of young objects.
    const frame = `[${call.kind},${JSON.stringify(call.id)},${call.rest}]`
    const batch = this.#roomy(route, frame)
    const to = encodeTo(call, batch.call)
    this.#append(batch, to === undefined ? frame : `${to},${frame}`)
    if (batch.firstCall === 0) batch.firstCall = call.id
    batch.lastCall = call.id
    batch.call = call
  }

  /** Sends what has been gathered, now. */
  flush(): void {
    this.#scheduled = false
    const begun = this.#begun
    this.#begun = []
    for (const batch of begun) this.#sendBatch(batch)
    if (this.#batches.size > mostRoutes) this.#batches.clear()
  }

  /** The batch of a route, with room for the frame: one that is full is sent. */
  #roomy(route: string, frame: string): Batch {
    const batch = this.#batches.get(route) ?? this.#newBatch(route)
    if (batch.text !== '' && batch.text.length + frame.length > this.#limit) this.#sendBatch(batch)
    return batch
  }

  #newBatch(route: string): Batch {
    const batch: Batch = { route, text: '', firstCall: 0, lastCall: 0, call: undefined }
    this.#batches.set(route, batch)
    return batch
  }

  #append(batch: Batch, frame: string): void {
    if (batch.text === '') {
      this.#begun.push(batch)
      batch.text = `[${frame}`
      this.#schedule()
    } else batch.text += `,${frame}`
  }

  #sendBatch(batch: Batch): void {
    const { route, text, firstCall, lastCall } = batch
    if (text === '') return
    batch.text = ''
    batch.firstCall = 0
    batch.lastCall = 0
    batch.call = undefined
    this.#send(route, `${text}]`, firstCall, lastCall)
  }

  /** process.nextTick runs when all promise continuations of this tick have run, so their calls are in the batch too. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    process.nextTick(() => this.flush())
  }
}
