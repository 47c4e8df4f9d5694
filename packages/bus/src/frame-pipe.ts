import type { Socket } from 'node:net'
import type { Pipe } from './pipe-wire.ts'

/** The most bytes one message may have; whoever sends more is cut off. */
const maxMessage = 64 * 1_048_576
const header = 4

/** Whole messages over a byte stream: four bytes of length, big endian, then so many bytes of UTF-8. */
export class FramePipe implements Pipe {
  readonly #socket: Socket
  readonly #chunks: Buffer[] = []
  #buffered = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  get open(): boolean {
    return !this.#socket.destroyed && this.#socket.writable
  }

  listen(received: (message: string) => void, closed: () => void): void {
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk, received))
    // An error is followed by close, which says all there is to say: the other end is gone.
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.once('close', closed)
  }

  send(message: string): void {
    const length = Buffer.byteLength(message)
    const frame = Buffer.allocUnsafe(header + length)
    frame.writeUInt32BE(length)
    frame.write(message, header)
    this.#socket.write(frame)
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer, received: (message: string) => void): void {
    this.#chunks.push(chunk)
    this.#buffered += chunk.length
    while (this.#buffered >= header) {
      const length = this.#peek(header).readUInt32BE()
      if (length > maxMessage) {
        this.#socket.destroy()
        return
      }
      if (this.#buffered < header + length) return
      const frame = this.#peek(header + length)
      this.#drop(header + length)
      received(frame.toString('utf8', header, header + length))
    }
  }

  /** The first bytes as one buffer, joining chunks only when they do not lie in one. */
  #peek(bytes: number): Buffer {
    const [first] = this.#chunks
    if (first !== undefined && first.length >= bytes) return first
    const joined = Buffer.concat(this.#chunks.splice(0))
    this.#chunks.push(joined)
    return joined
  }

  #drop(bytes: number): void {
    const first = this.#peek(bytes)
    this.#buffered -= bytes
    if (first.length === bytes) this.#chunks.shift()
    else this.#chunks[0] = first.subarray(bytes)
  }
}
