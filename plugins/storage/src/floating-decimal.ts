import { describeValue } from '@caruso/contract'
import { StorageError } from './errors.ts'
import { decimalText } from './logical.ts'
import type { Plain } from './logical.ts'

/**
 * The number of double precision that a decimal is; null for null.
 *
 * @throws StorageError `VALUE_INVALID` for a decimal that is none, so that a column of such numbers would change it
 */
export function floatingDecimal(column: string, value: Plain): number | null {
  if (value === null) return null
  const number = Number(value)
  if (decimalText(String(number)) === String(value)) return number
  throw new StorageError('VALUE_INVALID', `Bound the decimal ${describeValue(String(value))} for column ${JSON.stringify(column)}: it keeps floating-point numbers, which would change it`)
}
