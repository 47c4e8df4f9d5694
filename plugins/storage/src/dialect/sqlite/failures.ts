import { codeOf, messageOf } from '@caruso/contract'
import { detailed, StorageError } from '../../errors.ts'
import type { StorageCode } from '../../errors.ts'

const codes: ReadonlyMap<string, StorageCode> = new Map([
  ['SQLITE_CONSTRAINT_UNIQUE', 'UNIQUE_VIOLATION'],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'UNIQUE_VIOLATION'],
  ['SQLITE_CONSTRAINT_ROWID', 'UNIQUE_VIOLATION'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'FOREIGN_KEY_VIOLATION'],
  ['SQLITE_CONSTRAINT_NOTNULL', 'NOT_NULL_VIOLATION'],
  ['SQLITE_CONSTRAINT_CHECK', 'CHECK_VIOLATION'],
  ['SQLITE_CONSTRAINT_DATATYPE', 'TYPE_VIOLATION'],
  ['SQLITE_MISMATCH', 'TYPE_VIOLATION'],
  ['SQLITE_CONSTRAINT_TRIGGER', 'TRIGGER_REJECTED'],
  ['SQLITE_BUSY', 'SOURCE_BUSY'],
  ['SQLITE_LOCKED', 'SOURCE_BUSY'],
  ['SQLITE_FULL', 'SOURCE_FULL'],
  ['SQLITE_READONLY', 'SOURCE_READONLY'],
  ['SQLITE_CORRUPT', 'SOURCE_BROKEN'],
  ['SQLITE_NOTADB', 'SOURCE_BROKEN'],
  ['SQLITE_IOERR', 'SOURCE_BROKEN'],
  ['SQLITE_CANTOPEN', 'SOURCE_UNAVAILABLE'],
])

/** What the driver threw, as an error with a stable code; ours pass as they are, with the details added. */
export function toStorageError(error: unknown, tried: string, details: Readonly<Record<string, unknown>> = {}): unknown {
  if (error instanceof StorageError) return detailed(error, tried, details)
  const driverCode = codeOf(error)
  // So the driver tells of a wrong number of values.
  if (error instanceof RangeError) return new StorageError('VALUE_INVALID', `${tried}: ${error.message}`, { cause: error, details })
  if (driverCode === undefined || !driverCode.startsWith('SQLITE_')) return error
  const code = codes.get(driverCode) ?? codes.get(driverCode.split('_').slice(0, 2).join('_')) ?? 'SQL_FAILED'
  return new StorageError(code, `${tried}: ${messageOf(error)}`, { cause: error, details })
}

/** Whether a statement named a table or a column that is not there, for which SQLite has no code. */
export function missesName(error: unknown): boolean {
  return error instanceof StorageError && /^no such (table|column)/.test(messageOf(error.cause))
}

/** The same work, whose failures are told so. */
export function explaining<Given, Found>(work: (given: Given) => Found, tried: string): (given: Given) => Found {
  return (given) => {
    try {
      return work(given)
    } catch (error) {
      throw toStorageError(error, tried)
    }
  }
}
