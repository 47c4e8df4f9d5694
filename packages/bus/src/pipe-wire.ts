import type { Call } from '@caruso/contract'
import { BusError } from './errors.ts'
import { Outbox } from './outbox.ts'
import { readFrames } from './protocol.ts'
import { Requester } from './requester.ts'
import { Responder, type ResponderTarget } from './responder.ts'

const batchLimit = 262_144
/** The most bytes of an answer, and of a call: the other end is cut off by a message twice as long. */
const largest = 32 * 1_048_576
/** There is one route on a pipe: its other end. */
const route = 'pipe'

/** Carries whole messages between two ends, in order. */
export interface Pipe {
  readonly open: boolean
  /** Begins to read; called once. `received` is given each message, `closed` is told once when either end is gone. */
  listen(received: (message: string) => void, closed: () => void): void
  send(message: string): void
  close(): void
}

/** Calls in both directions over one pipe, in the frames of the bus. */
export class PipeWire {
  readonly requester: Requester
  readonly #pipe: Pipe
  readonly #outbox: Outbox
  readonly #responder: Responder

  constructor(pipe: Pipe, target: ResponderTarget, closed: () => void) {
    this.#pipe = pipe
    this.#outbox = new Outbox((_route, message, first, last) => {
      // A message without calls holds answers, which were measured.
      const size = first !== 0 && message.length * 3 > largest ? Buffer.byteLength(message) : 0
      if (size > largest) this.requester.failSent(route, first, last, new BusError('TOO_LARGE', `Sent a call of ${size} bytes through the pipe of an isolated component: at most ${largest} fit into a message`))
      else if (pipe.open) pipe.send(message)
      else this.requester.failSent(route, first, last, new BusError('NOT_DELIVERED', 'Called through the pipe of an isolated component: its other end is gone'))
    }, batchLimit)
    this.requester = new Requester(this.#outbox)
    this.#responder = new Responder(this.#outbox, largest)
    pipe.listen(
      (message) => this.#received(message, target),
      () => {
        this.#responder.abandon()
        closed()
      },
    )
  }

  call(service: string, operation: string, caller: string, input: unknown, call: Call): Promise<unknown> {
    return this.requester.call({ route, service, operation, caller }, input, call)
  }

  stream(service: string, operation: string, caller: string, input: unknown, call: Call): AsyncIterable<unknown> {
    return this.requester.stream({ route, service, operation, caller }, input, call)
  }

  /** Fails what waits for the other end, then lets go of it. */
  close(error: Error): void {
    this.requester.failAll('', error)
    this.requester.close()
    this.#responder.abandon()
    this.#pipe.close()
  }

  #received(message: string, target: ResponderTarget): void {
    const take = this.#responder.reader(route, target)
    readFrames(message, {
      read: (frame) => {
        this.requester.receive(frame)
        take(frame)
      },
      unreadable: (error, kind, id) => {
        // A component that does not speak the protocol is broken or hostile; its end is what its host knows to handle.
        if (kind === undefined || id === undefined) this.#pipe.close()
        else if (!this.requester.refuse(kind, id, error)) this.#responder.refuse(kind, id, route, error)
      },
    })
  }
}
