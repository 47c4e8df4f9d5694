import type { Bound, Decoder } from '../../codec.ts'
import type { LogicalType, Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { checkedText, readerOf as canonicalReaderOf, toBuffer } from '../../logical.ts'
import type { Held, Reader } from '../../logical.ts'

/** A value as PostgreSQL takes it, which reads texts as whatever its place is. @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED` */
export function encode(value: Value): Bound {
  if (value === null) return null
  if (typeof value === 'object') return toBuffer(value.bytes)
  if (typeof value === 'string') return pgText(checkedText(value))
  if (typeof value === 'number' && !Number.isFinite(value)) throw new StorageError('VALUE_INVALID', `Bound the number ${value}: expected a finite one`)
  return String(value)
}

/** What reads a value, which comes as PostgreSQL writes it. */
export function readerOf(type: LogicalType): Reader {
  const read = canonicalReaderOf(type)
  return type === 'bytes' ? (raw) => read(typeof raw === 'string' ? Buffer.from(raw.slice(2), 'hex') : raw) : read
}

/** What reads a moment of a column that can hold nothing else: PostgreSQL writes `2026-11-24 10:00:00.12+00`, of which no digit need be looked at. */
export function readMoment(raw: Held): Value | undefined {
  const isUsual = typeof raw === 'string' && raw.length >= 22 && raw[4] === '-' && raw.endsWith('+00')
  return isUsual ? `${raw.slice(0, 10)}T${raw.slice(11, -3)}Z` : readInstant(raw)
}

const readInstant = canonicalReaderOf('instant')

/** How a value is read that no plan says the type of, by PostgreSQL's number of its type. */
export function decoderOf(oid: number): Decoder {
  const type = types.get(oid)
  return type === undefined ? undefined : { type, read: readerOf(type) }
}

const types: ReadonlyMap<number, LogicalType> = new Map([
  [16, 'boolean'],
  [17, 'bytes'],
  [20, 'integer'],
  [21, 'integer'],
  [23, 'integer'],
  [26, 'integer'],
  [700, 'float'],
  [701, 'float'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'instant'],
  [1184, 'instant'],
  [1700, 'decimal'],
  [2950, 'uuid'],
])

function pgText(text: string): string {
  if (text.includes('\0')) throw new StorageError('VALUE_INVALID', 'Bound a text with a NUL character: PostgreSQL keeps none')
  return text
}
