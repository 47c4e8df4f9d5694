import type { Column } from './catalogue.ts'
import type { LogicalType, Value } from './contract.ts'
import { StorageError } from './errors.ts'

/**
 * The value as it is, unless its column keeps fewer decimal places, or digits of a second, than it has: servers round
 * in silence, SQLite's columns keep whatever comes.
 *
 * @throws StorageError `VALUE_INVALID`
 */
export function requirePlaces({ name, places }: Column, type: LogicalType, value: Value): Value {
  if (places === undefined || typeof value !== 'string' || (type !== 'decimal' && type !== 'instant' && type !== 'time')) return value
  const found = /\.(\d+)/.exec(value)?.[1]?.length ?? 0
  if (found <= places) return value
  throw new StorageError('VALUE_INVALID', `Bound ${JSON.stringify(value)} for column ${JSON.stringify(name)}: it has ${found} places behind the point, the column keeps ${places}`)
}
