import type { Bound } from 'better-sqlite3'
import type { Row, Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { limits } from '../../limits.ts'

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * A value as SQLite takes it.
 *
 * Whole numbers go as 64-bit integers: the driver would bind them as floats, and `5` in a text column would become `5.0`.
 *
 * @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED`
 */
export function encode(value: Value): Bound {
  if (value === null) return null
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new StorageError('VALUE_INVALID', `Bound the number ${value}: expected a finite one`)
    return Number.isSafeInteger(value) ? BigInt(value) : value
  }
  if (typeof value === 'boolean') return value ? 1n : 0n
  return bytes(value.bytes)
}

function text(value: string): string {
  if (value.length > limits.text) throw new StorageError('LIMIT_EXCEEDED', `Bound a text of ${value.length} characters: at most ${limits.text} are allowed`)
  // The database would store U+FFFD in place of half a character, so what is read would not be what was written.
  if (!value.isWellFormed()) throw new StorageError('VALUE_INVALID', 'Bound a text with half a surrogate pair: expected well-formed Unicode')
  return value
}

function bytes(encoded: string): Buffer {
  if (encoded.length % 4 !== 0 || !base64.test(encoded)) throw new StorageError('VALUE_INVALID', 'Bound a binary value: expected base64 with padding')
  const buffer = Buffer.from(encoded, 'base64')
  if (buffer.length > limits.bytes) throw new StorageError('LIMIT_EXCEEDED', `Bound a binary value of ${buffer.length} bytes: at most ${limits.bytes} are allowed`)
  return buffer
}

/** A row as plans answer it. */
export function decodeRow(columns: readonly string[], values: readonly Bound[]): Row {
  const row: Record<string, Value> = {}
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]
    if (column !== undefined) row[column] = decode(values[index] ?? null, column)
  }
  return row
}

function decode(value: Bound, column: string): Value {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (typeof value === 'string') {
    if (value.length > limits.text) throw tooLong(column, `a text of ${value.length} characters`, limits.text)
    return value
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value === null) return null
  if (value.length > limits.bytes) throw tooLong(column, `a binary value of ${value.length} bytes`, limits.bytes)
  return { bytes: value.toString('base64') }
}

function tooLong(column: string, found: string, allowed: number): StorageError {
  return new StorageError('LIMIT_EXCEEDED', `Read column ${JSON.stringify(column)}: found ${found}, at most ${allowed} are answered, so leave the column out`)
}
