import type { Caller } from '@caruso/contract'
import { CallContext } from './call-context.ts'
import { BusError } from './errors.ts'
import { InFlight, type Chained } from './in-flight.ts'
import type { Outbox } from './outbox.ts'
import { decodeCall, decodeTo, encodeError, encodeValue, kind, type CallFrame, type CallHead, type Frame } from './protocol.ts'
import { withThrough } from './through.ts'
import { isTraceparent, newTraceparent } from './traceparent.ts'

/** Runs what a frame asks for. */
export interface Served {
  run(input: unknown, call: CallContext): Promise<unknown>
  runStream(input: unknown, call: CallContext): AsyncGenerator<unknown, void>
}

/** How the responder finds what a frame asks for, and who asks. */
export interface ResponderTarget {
  /** @throws CarusoError where there is no such service or operation, or the caller may not know of it */
  find(service: string, operation: string, stream: boolean): Served
  caller(wire: unknown, frame: CallFrame): Caller
  /** The stateful components that the call is work of, where the frame is not believed. */
  through?(frame: CallFrame): readonly string[]
}

interface Running extends Chained<Running> {
  readonly call: CallContext
  readonly replyTo: string
  readonly stream: boolean
  credits: number
  more: (() => void) | undefined
}

const maxTimeout = 24 * 3_600_000

/** The provider's end of a wire: runs calls and sends their answers, items by the credits the reader gave. */
export class Responder {
  readonly #outbox: Outbox
  readonly #maxAnswer: number
  /** By where the answer goes, then by the id of the call. */
  readonly #running = new Map<string, InFlight<Running>>()

  /** @param maxAnswer the most bytes an answer may have */
  constructor(outbox: Outbox, maxAnswer: number) {
    this.#outbox = outbox
    this.#maxAnswer = maxAnswer
  }

  /** Takes the frames of one message, one after the other, from a caller who reads its answers at `replyTo`. */
  reader(replyTo: string, target: ResponderTarget): (frame: Frame) => void {
    const now = Date.now()
    let head: CallHead | undefined
    return (frame) => {
      if (frame[0] === kind.to) head = withTrace(decodeTo(frame))
      else if (frame[0] !== kind.call && frame[0] !== kind.open) this.control(frame, replyTo)
      else {
        const request = head === undefined ? undefined : decodeCall(frame, head)
        if (request === undefined) this.#answerError(replyTo, frame[1], new BusError('INVALID_INPUT', 'Read a call: a field is missing or of the wrong type'))
        else this.#begin(request, frame[0] === kind.open, replyTo, target, now)
      }
    }
  }

  /** Takes a credit, a cancellation or a question about what runs already, of whatever instance. */
  control(frame: Frame, replyTo: string): void {
    if (frame[0] === kind.cancel) this.#cancel(replyTo, frame[1])
    else if (frame[0] === kind.query) this.#tellWhetherKnown(frame[1], replyTo)
    else if (frame[0] === kind.credit) this.#credit(replyTo, frame[1], frame[2])
  }

  /** Answers a call that could not be read. */
  refuse(frameKind: number, id: number, replyTo: string, error: unknown): void {
    if (frameKind === kind.call || frameKind === kind.open) this.#answerError(replyTo, id, error)
  }

  /** Ends what still runs, since whoever reads its answers at `replyTo` is gone; without it, since nobody is reached any more. */
  abandon(replyTo?: string): void {
    for (const [where, running] of [...this.#running]) {
      if (replyTo !== undefined && where !== replyTo) continue
      for (const { id } of running.list()) this.#cancel(where, id)
      this.#running.delete(where)
    }
  }

  /** Ends what still runs, and tells whoever waits for it that nobody goes on with it here. */
  close(): void {
    for (const { replyTo, id, stream } of [...this.#running.values()].flatMap((running) => running.list())) {
      this.#cancel(replyTo, id)
      this.#answerError(replyTo, id, new BusError(stream ? 'MOVED' : 'PROVIDER_LOST', 'Waited for an answer: the host of its provider closes'))
    }
  }

  #begin(request: CallFrame, stream: boolean, replyTo: string, target: ResponderTarget, now: number): void {
    const { id } = request
    const runningThere = this.#runningFor(replyTo)
    try {
      const served = target.find(request.service, request.operation, stream)
      const through = target.through === undefined ? request.through : target.through(request)
      const call = contextOf(request, target.caller(request.caller, request), through, now)
      const running: Running = { id, call, replyTo, stream, credits: request.credits, more: undefined, chained: undefined }
      runningThere.add(running)
      if (stream) void this.#pump(served.runStream(request.input, call), running)
      else void this.#answer(served.run(request.input, call), running)
    } catch (error) {
      this.#forget(replyTo, id)
      this.#answerError(replyTo, id, error)
    }
  }

  #runningFor(replyTo: string): InFlight<Running> {
    let running = this.#running.get(replyTo)
    if (running === undefined) {
      running = new InFlight()
      this.#running.set(replyTo, running)
    }
    return running
  }

  /** False where it was not known any more. */
  #forget(replyTo: string, id: number): boolean {
    return this.#running.get(replyTo)?.delete(id) !== undefined
  }

  async #answer(answer: Promise<unknown>, { replyTo, id }: Running): Promise<void> {
    try {
      const output = await answer
      this.#forget(replyTo, id)
      const text = encodeValue(output)
      if (!fits(text, this.#maxAnswer)) this.#answerError(replyTo, id, tooLarge(text.length, this.#maxAnswer))
      else this.#outbox.add(replyTo, `[${kind.result},${encodeValue(id)},${text}]`)
    } catch (error) {
      this.#forget(replyTo, id)
      this.#answerError(replyTo, id, error)
    }
  }

  async #pump(items: AsyncGenerator<unknown, void>, running: Running): Promise<void> {
    const { replyTo, id } = running
    const { signal } = running.call
    const aborted = (): void => running.more?.()
    signal.addEventListener('abort', aborted)
    try {
      for await (const item of items) {
        while (running.credits <= 0 && !signal.aborted) await creditsOf(running)
        signal.throwIfAborted()
        running.credits--
        const text = encodeValue(item)
        if (!fits(text, this.#maxAnswer)) throw tooLarge(text.length, this.#maxAnswer)
        this.#outbox.add(replyTo, `[${kind.item},${encodeValue(id)},${text}]`)
      }
      this.#outbox.add(replyTo, `[${kind.end},${id}]`)
    } catch (error) {
      if (this.#forget(replyTo, id)) this.#answerError(replyTo, id, error)
    } finally {
      signal.removeEventListener('abort', aborted)
      running.call.finish()
      this.#forget(replyTo, id)
    }
  }

  #answerError(replyTo: string, id: number, error: unknown): void {
    let text = encodeError(error)
    if (!fits(text, this.#maxAnswer)) text = encodeError(tooLarge(text.length, this.#maxAnswer))
    this.#outbox.add(replyTo, `[${kind.error},${id},${text}]`)
  }

  #tellWhetherKnown(id: number, replyTo: string): void {
    if (this.#running.get(replyTo)?.get(id) === undefined) this.#answerError(replyTo, id, new BusError('PROVIDER_LOST', 'Asked about a call: the connection of its provider broke before it was answered'))
  }

  #cancel(replyTo: string, id: number): void {
    const running = this.#running.get(replyTo)?.get(id)
    if (running === undefined) return
    this.#forget(replyTo, id)
    running.call.cancel(new BusError('CANCELLED', 'Worked on a call: its caller cancelled'))
    running.more?.()
  }

  #credit(replyTo: string, id: number, items: unknown): void {
    const running = this.#running.get(replyTo)?.get(id)
    if (running === undefined || typeof items !== 'number') return
    running.credits += items
    running.more?.()
    running.more = undefined
  }
}

/** Resolves when the reader gave credits, cancelled, or its deadline passed. */
async function creditsOf(running: Running): Promise<void> {
  await new Promise<void>((resolve) => {
    running.more = resolve
  })
}

/** Checks what a caller at the other end of a wire says of its call, so that no clock and no text of its is taken as it is. */
function contextOf(request: CallFrame, caller: Caller, through: readonly string[], now: number): CallContext {
  const deadline = now + Math.min(Math.max(request.left, 0), maxTimeout)
  const origin = through.length === 0 ? undefined : withThrough(new CallContext(deadline, caller, request.trace, undefined, undefined, false), through)
  return new CallContext(deadline, caller, request.trace, request.key, origin, true)
}

function withTrace(head: CallHead | undefined): CallHead | undefined {
  return head === undefined || isTraceparent(head.trace) ? head : { ...head, trace: newTraceparent() }
}

/** A character takes at most three bytes of UTF-8 for each of its UTF-16 units, so most texts need not be counted. */
function fits(text: string, bytes: number): boolean {
  return text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes
}

function tooLarge(size: number, most: number): BusError {
  return new BusError('TOO_LARGE', `Answered a call with ${size} characters: at most ${most} bytes fit into a message; use a stream`)
}
