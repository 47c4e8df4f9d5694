import type { Duplex } from 'node:stream'
import { StorageError } from '../../errors.ts'
import type { Raw } from '../../logical.ts'

/** Takes a row as the texts of its values. */
export type RowTaker = (fields: readonly Raw[]) => void

const dataRow = 0x44
const codeBytes = 1
const lengthBytes = 4
const headerBytes = codeBytes + lengthBytes
const countBytes = 2
// The texts of one row share its memory. Of a longer row, a short text that is kept would keep too much.
const mostShared = 4096

/**
 * Stands between a socket and the driver's parser: reads rows by itself while somebody takes them, and hands everything
 * else on as it came. The driver makes each value by a call out of the engine; here there is one for each row, which
 * takes two fifths of the time.
 *
 * https://www.postgresql.org/docs/current/protocol-message-formats.html (DataRow)
 */
export class RowParser {
  taker: RowTaker | undefined
  #socket: Duplex | undefined
  #driver: (bytes: Buffer) => void = () => undefined
  /** What has come of a row, or of a header, that is not whole yet. */
  #pieces: Buffer[] = []
  #missing = 0
  /** Bytes that have yet to come of a message that is handed on. */
  #passing = 0

  /** Reads a socket between two messages in place of the driver. Where that is not the only one to read it, it goes on to hand over rows itself. */
  readFrom(socket: Duplex): void {
    const [driver, ...others] = socket.listeners('data') as ((bytes: Buffer) => void)[]
    if (driver === undefined || others.length > 0) return
    this.#socket = socket
    this.#driver = driver
    socket.off('data', driver)
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
  }

  /** Takes what has come, which may end anywhere. */
  #read(bytes: Buffer): void {
    const all = this.#joined(bytes)
    if (all === undefined) return
    let handedOn = 0
    let at = this.#passing
    while (at + headerBytes <= all.length) {
      const end = at + codeBytes + Math.max(all.readUInt32BE(at + codeBytes), lengthBytes)
      if (this.taker !== undefined && all[at] === dataRow) {
        this.#handOn(all, handedOn, at)
        handedOn = Math.min(end, all.length)
        if (end > all.length) this.#wait(all.subarray(at), end - all.length)
        else this.#take(all, at + headerBytes, end)
      }
      at = end
    }
    const begun = this.#pieces.length > 0
    this.#passing = begun ? 0 : Math.max(0, at - all.length)
    this.#handOn(all, handedOn, Math.min(at, all.length))
    if (at < all.length) this.#wait(all.subarray(at), at + headerBytes - all.length)
  }

  /** With the pieces before it, where they are whole now. */
  #joined(bytes: Buffer): Buffer | undefined {
    if (this.#pieces.length === 0) return bytes
    this.#pieces.push(bytes)
    this.#missing -= bytes.length
    if (this.#missing > 0) return undefined
    const all = Buffer.concat(this.#pieces)
    this.#pieces = []
    return all
  }

  #wait(piece: Buffer, missing: number): void {
    this.#pieces = [piece]
    this.#missing = missing
  }

  #handOn(all: Buffer, from: number, to: number): void {
    if (from < to) this.#driver(from === 0 && to === all.length ? all : all.subarray(from, to))
  }

  #take(all: Buffer, from: number, to: number): void {
    const fields = fieldsOf(all, from, to)
    if (fields === undefined) this.#socket?.destroy(new StorageError('SOURCE_BROKEN', `Read a row of ${to - from} bytes from PostgreSQL: its values have other lengths than it says`))
    else this.taker?.(fields)
  }
}

/** The values of a row; undefined where they do not fill it. */
function fieldsOf(all: Buffer, from: number, to: number): readonly Raw[] | undefined {
  const begin = from + countBytes
  if (begin > to) return undefined
  // oxlint-disable-next-line unicorn/no-new-array -- one that grows takes twice the memory, and there are ten thousand of them
  const fields = new Array<Raw>(all.readUInt16BE(from)).fill(null)
  let at = begin
  for (let index = 0; index < fields.length; index++) {
    const length = lengthAt(all, at)
    at += lengthBytes
    if (length > to - at) return undefined
    const end = at + length
    let seen = 0
    for (let byte = at; byte < end; byte++) seen |= all[byte] ?? 0
    if (seen >= 0x80) fields[index] = all.toString('utf8', at, end)
    at = Math.max(at, end)
  }
  if (at !== to) return undefined
  takeAscii(fields, all, begin, to)
  return fields
}

/** What is still missing are texts of single bytes, and nulls. */
function takeAscii(fields: Raw[], all: Buffer, begin: number, to: number): void {
  const shared = to - begin <= mostShared ? all.toString('latin1', begin, to) : undefined
  let at = begin
  for (let index = 0; index < fields.length; index++) {
    const length = lengthAt(all, at)
    at += lengthBytes
    if (length < 0) continue
    const end = at + length
    if (fields[index] === null) fields[index] = shared === undefined ? all.toString('latin1', at, end) : shared.slice(at - begin, end - begin)
    at = end
  }
}

/** Below 0 for null. */
function lengthAt(all: Buffer, at: number): number {
  return ((all[at] ?? 0) << 24) | ((all[at + 1] ?? 0) << 16) | ((all[at + 2] ?? 0) << 8) | (all[at + 3] ?? 0)
}
