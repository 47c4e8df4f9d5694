import type { Bound } from '../../codec.ts'
import type { Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { checkedText, toBuffer } from '../../logical.ts'

/**
 * A value as SQLite takes it.
 *
 * Whole numbers go as 64-bit integers: the driver would bind them as floats, and `5` in a text column would become `5.0`.
 *
 * @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED`
 */
export function encode(value: Value): Bound {
  if (value === null) return null
  if (typeof value === 'string') return checkedText(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new StorageError('VALUE_INVALID', `Bound the number ${value}: expected a finite one`)
    return Number.isSafeInteger(value) ? BigInt(value) : value
  }
  if (typeof value === 'boolean') return value ? 1n : 0n
  return toBuffer(value.bytes)
}
