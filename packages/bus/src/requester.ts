import { codeOf, fromWireError, messageOf, type Call } from '@caruso/contract'
import { Deadlines, type Expiring } from './deadlines.ts'
import { BusError } from './errors.ts'
import { InFlight, type Chained } from './in-flight.ts'
import type { Outbox } from './outbox.ts'
import { type CallText, encodeRest, kind, type Addressee, type Frame } from './protocol.ts'
import { IncomingStream } from './incoming-stream.ts'

/** Where a call goes: the route of an instance, and what is asked for there. */
export interface Address extends Addressee {
  readonly route: string
}

/** A call or stream that waits for an answer. */
class Pending implements Expiring, Chained<Pending> {
  readonly id: number
  readonly deadline: number
  previous: Expiring | undefined
  next: Expiring | undefined
  chained: Pending | undefined
  readonly route: string
  /** The call as it was made, for whoever must know from which call another one descends. */
  readonly call: Call
  readonly settle: (frame: Frame) => void
  readonly fail: (error: Error) => void
  readonly #to: Address

  constructor(id: number, to: Address, call: Call, settle: (frame: Frame) => void, fail: (error: Error) => void) {
    this.id = id
    this.deadline = call.deadline
    this.#to = to
    this.route = to.route
    this.call = call
    this.settle = settle
    this.fail = fail
  }

  lose(error: Error): void {
    this.fail(error)
  }

  expire(): void {
    this.fail(new BusError('DEADLINE_EXCEEDED', `Called ${title(this.#to)}: no answer before the deadline`))
  }
}

const answers: ReadonlySet<number> = new Set([kind.result, kind.error, kind.item, kind.end])

const maxId = 2 ** 31

/** The caller's end of a wire: sends calls, and gives each its answer, its deadline and its cancellation. */
export class Requester {
  readonly #outbox: Outbox
  readonly #control: (route: string) => string
  readonly #deadlines = new Deadlines()
  readonly #pending = new InFlight<Pending>()
  #lastId = 0

  /** @param control where credits and cancellations go, for what was called at a route: there is somebody even when the instance has left */
  constructor(outbox: Outbox, control: (route: string) => string = (route) => route) {
    this.#outbox = outbox
    this.#control = control
  }

  get pending(): number {
    return this.#pending.size
  }

  /** The call that is pending under an id. */
  pendingCall(id: number): Call | undefined {
    return this.#pending.get(id)?.call
  }

  /**
   * Asks once. Rejects with the provider's error, or `DEADLINE_EXCEEDED`, `CANCELLED`, `NOT_DELIVERED` (nobody got it)
   * or `PROVIDER_LOST` (somebody may have got it).
   */
  call(to: Address, input: unknown, call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId()
      this.#outbox.addCall(to.route, this.#text(kind.call, id, to, input, call))
      let unwatch: (() => void) | undefined
      const end = (): void => {
        this.#forget(id)
        unwatch?.()
      }
      const settle = (frame: Frame): void => {
        end()
        if (frame[0] === kind.result) resolve(frame[2])
        else reject(fromWireError(frame[2]))
      }
      const fail = (error: Error): void => {
        end()
        reject(error)
      }
      this.#expect(new Pending(id, to, call, settle, fail))
      if (call.cancellable) unwatch = this.#watch(id, to, call)
    })
  }

  /** Asks for a stream; it begins when it is first read, and is cancelled when its reader stops. */
  stream(to: Address, input: unknown, call: Call): AsyncIterable<unknown> {
    return { [Symbol.asyncIterator]: () => this.#openStream(to, input, call) }
  }

  /** Takes an answer; other frames, and answers to calls that nobody waits for any more, are dropped. */
  receive(frame: Frame): void {
    if (answers.has(frame[0])) this.#pending.get(frame[1])?.settle(frame)
  }

  /** Fails the call whose answer could not be read; false where the frame is no answer. */
  refuse(frameKind: number, id: number, cause: unknown): boolean {
    if (!answers.has(frameKind)) return false
    const pending = this.#pending.get(id)
    pending?.fail(new BusError('INVALID_OUTPUT', `Read the answer of a call to "${pending.route}": ${messageOf(cause)}`, { cause }))
    return true
  }

  /** Fails what is pending at the routes that begin so, or everything. */
  failAll(routePrefix: string, error: Error): void {
    for (const pending of this.#pending.list()) {
      if (pending.route.startsWith(routePrefix)) pending.fail(error)
    }
  }

  /** Asks what became of what is pending at the routes that begin so; what is not known there fails. */
  query(routePrefix: string): void {
    for (const { id, route } of this.#pending.list()) {
      if (route.startsWith(routePrefix)) this.#outbox.add(this.#control(route), `[${kind.query},${id}]`)
    }
  }

  /** Fails the calls of one message: those at a route with an id in a range. */
  failSent(route: string, first: number, last: number, error: Error): void {
    if (first === 0) return
    // Ids begin anew after the highest, so the last of a message can be lower than its first.
    const isAmong = first <= last ? (id: number) => id >= first && id <= last : (id: number) => id >= first || id <= last
    for (const pending of this.#pending.list()) {
      if (isAmong(pending.id) && pending.route === route) pending.fail(error)
    }
  }

  close(): void {
    this.#deadlines.close(new BusError('CANCELLED', 'Waited for an answer: the caller has closed its bus'))
  }

  #openStream(to: Address, input: unknown, call: Call): AsyncIterator<unknown> {
    const id = this.#nextId()
    let unwatch: (() => void) | undefined
    const stream = new IncomingStream({
      grant: (items) => this.#outbox.add(this.#control(to.route), `[${kind.credit},${id},${items}]`),
      end: (early) => {
        this.#forget(id)
        unwatch?.()
        if (early) this.#outbox.add(this.#control(to.route), `[${kind.cancel},${id}]`)
      },
    })
    this.#outbox.addCall(to.route, this.#text(kind.open, id, to, input, call, stream.window))
    const settle = (frame: Frame): void => {
      if (frame[0] === kind.item) stream.push(frame[2])
      else if (frame[0] === kind.end) stream.finish()
      else stream.fail(fromWireError(frame[2]))
    }
    this.#expect(new Pending(id, to, call, settle, (error) => stream.fail(error)))
    if (call.cancellable) unwatch = this.#watch(id, to, call)
    return stream
  }

  #expect(pending: Pending): void {
    this.#pending.add(pending)
    this.#deadlines.add(pending)
  }

  #forget(id: number): void {
    const pending = this.#pending.delete(id)
    if (pending !== undefined) this.#deadlines.delete(pending)
  }

  /** Passes the caller's cancellation on to the provider; returns the end of watching. */
  #watch(id: number, to: Address, call: Call): () => void {
    const { signal } = call
    const cancelled = (): void => {
      const pending = this.#pending.get(id)
      if (pending === undefined) return
      this.#outbox.add(this.#control(to.route), `[${kind.cancel},${id}]`)
      if (codeOf(signal.reason) === 'DEADLINE_EXCEEDED') pending.expire()
      else pending.fail(new BusError('CANCELLED', `Called ${title(to)}: the caller cancelled`, { cause: signal.reason }))
    }
    if (signal.aborted) queueMicrotask(cancelled)
    else signal.addEventListener('abort', cancelled, { once: true })
    return () => signal.removeEventListener('abort', cancelled)
  }

  #text(frameKind: 0 | 1, id: number, to: Address, input: unknown, call: Call, credits?: number): CallText {
    try {
      return { kind: frameKind, id, to, trace: call.trace, rest: encodeRest(input, call, this.#deadlines.now(), credits) }
    } catch (cause) {
      throw new BusError('INVALID_INPUT', `Called ${title(to)}: the input is no JSON value: ${messageOf(cause)}`, { cause })
    }
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % maxId) + 1
    while (this.#pending.get(this.#lastId) !== undefined)
    return this.#lastId
  }
}

function title(to: Address): string {
  return `"${to.service}" operation "${to.operation}"`
}
