import { ProtocolViolation } from './errors.ts'
import type { InboundMessage } from './inbound-message.ts'
import { LineScanner } from './line-scanner.ts'

/** The longest control line that is accepted, without its line end, in bytes; the default of nats-server. */
export const maxControlLine = 4096

/** Who acts on what a client sent. Strings hold one byte per character (latin1), so they match bytes exactly. */
export interface OperationHandler {
  /** False until the client is authenticated: then only `CONNECT` is accepted. */
  readonly mayOperate: boolean
  /** False stops the parser in the middle of a chunk. */
  readonly isOpen: boolean
  onConnect(json: string): void
  onPing(): void
  onPong(): void
  onSubscribe(subject: string, queue: string | undefined, sid: string): void
  /** `max` is the number of messages after which the subscription ends; 0 ends it now. */
  onUnsubscribe(sid: string, max: number): void
  onPublish(message: InboundMessage): void
}

const rareOperations = new Set(['CONNECT', 'PING', 'PONG', 'SUB', 'UNSUB', '+OK', 'INFO'])
const empty = Buffer.alloc(0)
const firstHold = 16_384

/**
 * The byte-level parser of one connection. It reads from the socket's chunks where a frame is whole,
 * and holds at most one control line and one payload where it is not.
 * @throws ProtocolViolation; after that the parser must not be used.
 */
export class Parser {
  readonly #handler: OperationHandler
  readonly #maxPayload: number
  readonly #tokens = new LineScanner()
  readonly #message: InboundMessage = {
    line: empty, subjectStart: 0, subjectEnd: 0, replyStart: 0, replyEnd: 0,
    headerSize: -1, size: 0, payload: empty, payloadStart: 0,
  }
  #line = empty
  #lineLength = 0
  #held = empty
  #heldLength = 0
  #awaited = 0

  constructor(handler: OperationHandler, maxPayload: number) {
    this.#handler = handler
    this.#maxPayload = maxPayload
  }

  /** Bytes of memory that wait for the rest of a frame. */
  get heldBytes(): number {
    return this.#line.length + this.#held.length
  }

  parse(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length && this.#handler.isOpen) {
      if (this.#awaited > 0) at = this.#continuePayload(chunk, at)
      else if (this.#lineLength > 0) at = this.#continueLine(chunk, at)
      else at = this.#readLine(chunk, at)
    }
  }

  #readLine(chunk: Buffer, from: number): number {
    const end = this.#tokens.scan(chunk, from, chunk.length)
    if (end < 0) {
      this.#holdLine(chunk, from, chunk.length)
      return chunk.length
    }
    if (end - from > maxControlLine + 1) throw new ProtocolViolation('maximum control line exceeded')
    return this.#operate(chunk, from, end, chunk, end + 1)
  }

  #continueLine(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(10, from)
    const next = end < 0 ? chunk.length : end + 1
    this.#holdLine(chunk, from, next)
    if (end < 0) return next
    const length = this.#lineLength
    this.#lineLength = 0
    this.#tokens.scan(this.#line, 0, length)
    return this.#operate(this.#line, 0, length - 1, chunk, next)
  }

  /** Room for the longest line and its CRLF. */
  #holdLine(chunk: Buffer, from: number, to: number): void {
    const length = this.#lineLength + to - from
    if (length > maxControlLine + 2) throw new ProtocolViolation('maximum control line exceeded')
    if (this.#line.length === 0) this.#line = Buffer.allocUnsafeSlow(maxControlLine + 2)
    chunk.copy(this.#line, this.#lineLength, from, to)
    this.#lineLength = length
  }

  /** Acts on the line between `from` and `end` of `line`; a payload begins at `next` of `chunk`. Returns where to go on. */
  #operate(line: Buffer, from: number, end: number, chunk: Buffer, next: number): number {
    const tokens = this.#tokens
    const isWellPlaced = tokens.count > 0 && tokens.start(0) === from
    const operation = isWellPlaced ? operationOf(line, from, tokens.end(0)) : undefined
    if (operation !== 'CONNECT' && !this.#handler.mayOperate) throw new ProtocolViolation('Authorization Violation')
    if (operation === 'PUB' || operation === 'HPUB') {
      this.#readPublish(line, operation === 'HPUB')
      return this.#publish(line, from, end, chunk, next)
    }
    if (operation === 'PING') this.#handler.onPing()
    else if (operation === 'PONG') this.#handler.onPong()
    else if (operation === 'SUB') this.#subscribe(line)
    else if (operation === 'UNSUB') this.#unsubscribe(line)
    else if (operation === 'CONNECT') this.#handler.onConnect(line.toString('utf8', tokens.end(0), end))
    else if (operation === undefined) throw new ProtocolViolation('Unknown Protocol Operation')
    return next
  }

  #publish(line: Buffer, from: number, end: number, chunk: Buffer, next: number): number {
    const message = this.#message
    const length = message.size + 2
    if (chunk.length - next < length) {
      this.#holdPublish(line, from, end, length)
      return next
    }
    expectLineEnd(chunk, next + message.size)
    message.payload = chunk
    message.payloadStart = next
    this.#handler.onPublish(message)
    return next + length
  }

  #readPublish(line: Buffer, hasHeaders: boolean): void {
    const tokens = this.#tokens
    const message = this.#message
    const last = tokens.count - 1
    const withoutReply = hasHeaders ? 3 : 2
    if (last < withoutReply || last > withoutReply + 1) throw new ProtocolViolation('Parser Error')
    message.line = line
    message.subjectStart = tokens.start(1)
    message.subjectEnd = tokens.end(1)
    message.replyStart = tokens.start(2)
    message.replyEnd = last === withoutReply ? message.replyStart : tokens.end(2)
    message.size = this.#number(line, last)
    message.headerSize = hasHeaders ? this.#number(line, last - 1) : -1
    if (message.size > this.#maxPayload) throw new ProtocolViolation('Maximum Payload Violation')
    if (message.headerSize > message.size) throw new ProtocolViolation('Parser Error')
  }

  /** Keeps what was read of the control line, for the chunk it is in goes away. */
  #holdPublish(line: Buffer, from: number, end: number, length: number): void {
    const message = this.#message
    if (line !== this.#line) {
      this.#holdLine(line, from, end)
      this.#lineLength = 0
      message.line = this.#line
      message.subjectStart -= from
      message.subjectEnd -= from
      message.replyStart -= from
      message.replyEnd -= from
    }
    this.#awaited = length
    this.#heldLength = 0
    this.#held = Buffer.allocUnsafeSlow(Math.min(length, firstHold))
  }

  #continuePayload(chunk: Buffer, from: number): number {
    const taken = Math.min(this.#awaited - this.#heldLength, chunk.length - from)
    this.#growHeld(this.#heldLength + taken)
    chunk.copy(this.#held, this.#heldLength, from, from + taken)
    this.#heldLength += taken
    if (this.#heldLength === this.#awaited) this.#completePayload()
    return from + taken
  }

  /** Doubles towards the awaited length: memory follows what was sent, not what was announced. */
  #growHeld(length: number): void {
    if (length <= this.#held.length) return
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#awaited, Math.max(length, this.#held.length * 2)))
    this.#held.copy(grown, 0, 0, this.#heldLength)
    this.#held = grown
  }

  #completePayload(): void {
    const message = this.#message
    message.payload = this.#held
    message.payloadStart = 0
    this.#held = empty
    this.#awaited = 0
    expectLineEnd(message.payload, message.size)
    this.#handler.onPublish(message)
    message.payload = empty
  }

  #subscribe(line: Buffer): void {
    const { count } = this.#tokens
    if (count !== 3 && count !== 4) throw new ProtocolViolation('Parser Error')
    const queue = count === 4 ? this.#text(line, 2) : undefined
    this.#handler.onSubscribe(this.#text(line, 1), queue, this.#text(line, count - 1))
  }

  #unsubscribe(line: Buffer): void {
    const { count } = this.#tokens
    if (count !== 2 && count !== 3) throw new ProtocolViolation('Parser Error')
    this.#handler.onUnsubscribe(this.#text(line, 1), count === 3 ? this.#number(line, 2) : 0)
  }

  #text(line: Buffer, token: number): string {
    return line.toString('latin1', this.#tokens.start(token), this.#tokens.end(token))
  }

  /** At most nine digits, so the result is exact and small enough to add to. */
  #number(line: Buffer, token: number): number {
    const start = this.#tokens.start(token)
    const end = this.#tokens.end(token)
    if (end - start > 9) throw new ProtocolViolation('Parser Error')
    let value = 0
    for (let at = start; at < end; at++) {
      const digit = (line[at] as number) - 48
      if (digit < 0 || digit > 9) throw new ProtocolViolation('Parser Error')
      value = value * 10 + digit
    }
    return value
  }
}

function operationOf(line: Buffer, from: number, to: number): string | undefined {
  // The hot ones are told by their bytes, upper or lower case; the others are rare enough for a string.
  const length = to - from
  const first = (line[from] as number) & 0xdf
  if (length === 3 && first === 0x50 && isUb(line, from + 1)) return 'PUB'
  if (length === 4 && first === 0x48 && ((line[from + 1] as number) & 0xdf) === 0x50 && isUb(line, from + 2)) return 'HPUB'
  const name = length > 7 ? '' : line.toString('latin1', from, to).toUpperCase()
  return rareOperations.has(name) ? name : undefined
}

function isUb(line: Buffer, at: number): boolean {
  return ((line[at] as number) & 0xdf) === 0x55 && ((line[at + 1] as number) & 0xdf) === 0x42
}

function expectLineEnd(payload: Buffer, at: number): void {
  if (payload[at] !== 13 || payload[at + 1] !== 10) throw new ProtocolViolation('Unknown Protocol Operation')
}
