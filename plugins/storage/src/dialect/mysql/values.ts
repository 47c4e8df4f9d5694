import type { Bound, Decoder } from '../../codec.ts'
import type { LogicalType, Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { checkedText, fromRaw, toBuffer } from '../../logical.ts'
import type { Held } from '../../logical.ts'

/**
 * A value as MySQL takes it. Whole numbers go as texts, since the driver would send them as floating-point numbers.
 *
 * @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED`
 */
export function encode(value: Value): Bound {
  if (value === null) return null
  if (typeof value === 'object') return toBuffer(value.bytes)
  if (typeof value === 'string') return checkedText(value)
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (!Number.isFinite(value)) throw new StorageError('VALUE_INVALID', `Bound the number ${value}: expected a finite one`)
  return Number.isSafeInteger(value) ? String(value) : value
}

/** A raw value; a date of zeros, which MySQL keeps for one that is not known, is none. */
export function read(type: LogicalType, raw: Held): Value | undefined {
  if (raw instanceof Uint8Array && (type === 'text' || type === 'json')) return fromRaw(type, Buffer.from(raw).toString('utf8'))
  if (typeof raw === 'string' && (type === 'date' || type === 'instant') && raw.startsWith('0000-00-00')) return null
  return fromRaw(type, raw)
}

/** How a value is read that no plan says the type of, by MySQL's number of its type. */
export function decoderOf(type: number): Decoder {
  const found = types.get(type)
  return found === undefined ? undefined : { type: found, read: (raw) => read(found, raw) }
}

const types: ReadonlyMap<number, LogicalType> = new Map([
  [0, 'decimal'],
  [1, 'integer'],
  [2, 'integer'],
  [3, 'integer'],
  [4, 'float'],
  [5, 'float'],
  [7, 'instant'],
  [8, 'integer'],
  [9, 'integer'],
  [10, 'date'],
  [11, 'time'],
  [12, 'instant'],
  [13, 'integer'],
  [246, 'decimal'],
])
