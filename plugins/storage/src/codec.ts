import type { LogicalType, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import type { Held, Raw } from './logical.ts'
import { limits } from './limits.ts'

/** What a driver takes for a value. */
export type Bound = string | number | bigint | Buffer | null

/**
 * How one column is read, written and compared as a logical type. The texts are SQL in which `??` is the column and
 * `?` a value; each dialect has its own for each way in which its columns keep a type.
 */
export interface Codec {
  readonly type: LogicalType
  /** What is read; the column itself unless told. */
  readonly select?: string
  /** What is compared, ordered by and grouped by. */
  readonly compare: string
  /** What is grouped by, where that is not what is compared. */
  readonly group?: string
  /** What is read of a group, where that is not what is grouped by. */
  readonly grouped?: string
  /** A value that is compared with that. */
  readonly place: string
  /** A condition that holds wherever column and value are equal, which an index can answer; `compare` then decides. */
  readonly narrow?: string
  /** Equal values are kept in one form only, so that `narrow` decides. */
  readonly exact?: true
  /** A value to store. @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED` */
  store(value: Value): Bound
  /** A value to compare with. @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED` */
  match(value: Value): Bound
  /** What was read; undefined where it is no value of the type. */
  read(raw: Held): Value | undefined
}

/** How one value of a row is read; undefined to take it as the database gives it. */
export type Decoder = Pick<Codec, 'type' | 'read'> | undefined

/** @throws StorageError `VALUE_INVALID` where the database holds no value of the type, `LIMIT_EXCEEDED` */
export function decode(decoder: Decoder, raw: Raw, column: string): Value {
  if (raw === null) return null
  if (typeof raw === 'string' && raw.length > limits.text) throw tooLong(column, `a text of ${raw.length} characters`, limits.text)
  if (typeof raw === 'object' && raw.length > limits.bytes) throw tooLong(column, `a binary value of ${raw.length} bytes`, limits.bytes)
  if (decoder === undefined) return asHeld(raw)
  const value = decoder.read(raw)
  if (value !== undefined) return value
  const found = raw instanceof Uint8Array ? `${raw.length} bytes` : JSON.stringify(String(raw).slice(0, 80))
  throw new StorageError('VALUE_INVALID', `Read column ${JSON.stringify(column)} as ${decoder.type}: found ${found}`)
}

function asHeld(raw: Held): Value {
  if (typeof raw === 'bigint') {
    const number = Number(raw)
    return Number.isSafeInteger(number) ? number : String(raw)
  }
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : String(raw)
  return raw instanceof Uint8Array ? { bytes: Buffer.from(raw).toString('base64') } : raw
}

function tooLong(column: string, found: string, allowed: number): StorageError {
  return new StorageError('LIMIT_EXCEEDED', `Read column ${JSON.stringify(column)}: found ${found}, at most ${allowed} are answered, so leave the column out`)
}
