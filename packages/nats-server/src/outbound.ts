import type { Socket } from 'node:net'
import type { Flushable, FlushQueue } from './flush-queue.ts'
import type { InboundMessage } from './inbound-message.ts'

const smallestSlab = 4_096
const largestSlab = 65_536
const shortCopy = 64
/** `HMSG `, two sizes of nine digits, the blanks and both line ends. */
const frameOverhead = 32

/**
 * What one client has yet to receive. Messages are written into a slab, and the slab to the socket once per turn;
 * while the socket is blocked, slabs are kept here, where a slow consumer's can be dropped.
 */
export class Outbound implements Flushable {
  readonly #socket: Socket
  readonly #queue: FlushQueue
  #slab = Buffer.allocUnsafeSlow(smallestSlab)
  #at = 0
  #full: Buffer[] = []
  #fullBytes = 0
  #unsentBytes = 0
  #isScheduled = false

  constructor(socket: Socket, queue: FlushQueue) {
    this.#socket = socket
    this.#queue = queue
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.#at + this.#fullBytes + this.#unsentBytes
  }

  writeText(text: string): void {
    this.#reserve(text.length)
    this.#at += this.#slab.write(text, this.#at, 'latin1')
  }

  /** Writes `MSG`, or `HMSG` if there are headers and the client understands them. */
  writeMessage(message: InboundMessage, sid: Buffer, withHeaders: boolean): void {
    const { line, subjectStart, subjectEnd, replyStart, replyEnd } = message
    const skipped = withHeaders || message.headerSize < 0 ? 0 : message.headerSize
    const isHmsg = withHeaders && message.headerSize >= 0
    this.#reserve(subjectEnd - subjectStart + sid.length + replyEnd - replyStart + message.size + frameOverhead)
    const out = this.#slab
    let at = this.#at
    if (isHmsg) out[at++] = 72
    out[at++] = 77
    out[at++] = 83
    out[at++] = 71
    out[at++] = 32
    at = copyShort(line, subjectStart, subjectEnd, out, at)
    out[at++] = 32
    at = copyShort(sid, 0, sid.length, out, at)
    out[at++] = 32
    if (replyEnd > replyStart) {
      at = copyShort(line, replyStart, replyEnd, out, at)
      out[at++] = 32
    }
    if (isHmsg) {
      at = writeNumber(message.headerSize, out, at)
      out[at++] = 32
    }
    at = writeNumber(message.size - skipped, out, at)
    out[at++] = 13
    out[at++] = 10
    this.#at = copyPayload(message, skipped, out, at)
  }

  flush(): void {
    this.#isScheduled = false
    this.#send()
  }

  /** Forgets what was not yet given to the socket; what was ends on a message's border. */
  discard(): void {
    this.#full = []
    this.#fullBytes = 0
    this.#at = 0
  }

  /** Gives all to the socket, blocked or not, and ends it. */
  end(): void {
    if (this.#socket.destroyed) return
    this.#unsentBytes = 0
    this.#send()
    this.#socket.end()
  }

  /** Does nothing while the socket is blocked: `#onWritten` calls again. */
  #send(): void {
    if (this.#unsentBytes > 0 || this.#at === 0 || this.#socket.destroyed) return
    if (this.#full.length > 0) this.#socket.cork()
    for (const slab of this.#full) this.#socket.write(slab, this.#onWritten)
    this.#socket.write(this.#slab.subarray(0, this.#at), this.#onWritten)
    if (this.#full.length > 0) this.#socket.uncork()
    this.#full = []
    this.#fullBytes = 0
    this.#at = 0
    this.#unsentBytes = this.#socket.writableLength
    // With nothing left the kernel has copied the bytes, so the slab may be written again from its start.
    const isKept = this.#unsentBytes === 0 && this.#slab.length <= largestSlab
    if (!isKept) this.#slab = Buffer.allocUnsafeSlow(Math.min(largestSlab, this.#slab.length))
  }

  readonly #onWritten = (): void => {
    if (this.#unsentBytes === 0 || this.#socket.writableLength > 0) return
    this.#unsentBytes = 0
    this.#send()
  }

  /** Makes room for one frame, which lies in one slab. */
  #reserve(length: number): void {
    if (!this.#isScheduled) {
      this.#isScheduled = true
      this.#queue.add(this)
    }
    if (this.#at + length <= this.#slab.length) return
    this.#send()
    const wanted = Math.max(length, Math.min(largestSlab, this.#slab.length * 2))
    if (this.#at === 0 && this.#slab.length >= wanted) return
    if (this.#at > 0) {
      this.#full.push(this.#slab.subarray(0, this.#at))
      this.#fullBytes += this.#at
    }
    this.#slab = Buffer.allocUnsafeSlow(wanted)
    this.#at = 0
  }
}

/** For a few bytes a loop is quicker than the call into the runtime. */
function copyShort(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  let next = at
  for (let place = start; place < end; place++) to[next++] = from[place] as number
  return next
}

/** Headers (unless skipped), body and line end, as they came. */
function copyPayload(message: InboundMessage, skipped: number, to: Buffer, at: number): number {
  const start = message.payloadStart + skipped
  const end = message.payloadStart + message.size + 2
  if (end - start <= shortCopy) return copyShort(message.payload, start, end, to, at)
  return at + message.payload.copy(to, at, start, end)
}

function writeNumber(value: number, to: Buffer, at: number): number {
  let digits = 1
  for (let rest = value; rest >= 10; rest = Math.trunc(rest / 10)) digits++
  let rest = value
  for (let place = at + digits - 1; place >= at; place--) {
    to[place] = 48 + (rest % 10)
    rest = Math.trunc(rest / 10)
  }
  return at + digits
}
