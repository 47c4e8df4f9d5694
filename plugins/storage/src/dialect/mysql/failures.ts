import { codeOf, messageOf } from '@caruso/contract'
import { detailed, StorageError } from '../../errors.ts'
import type { StorageCode } from '../../errors.ts'

const codes: ReadonlyMap<string, StorageCode> = new Map([
  ['ER_DUP_ENTRY', 'UNIQUE_VIOLATION'],
  ['ER_NO_REFERENCED_ROW', 'FOREIGN_KEY_VIOLATION'],
  ['ER_NO_REFERENCED_ROW_2', 'FOREIGN_KEY_VIOLATION'],
  ['ER_ROW_IS_REFERENCED', 'FOREIGN_KEY_VIOLATION'],
  ['ER_ROW_IS_REFERENCED_2', 'FOREIGN_KEY_VIOLATION'],
  ['ER_BAD_NULL_ERROR', 'NOT_NULL_VIOLATION'],
  ['ER_NO_DEFAULT_FOR_FIELD', 'NOT_NULL_VIOLATION'],
  ['ER_CHECK_CONSTRAINT_VIOLATED', 'CHECK_VIOLATION'],
  ['ER_TRUNCATED_WRONG_VALUE', 'TYPE_VIOLATION'],
  ['ER_TRUNCATED_WRONG_VALUE_FOR_FIELD', 'TYPE_VIOLATION'],
  ['WARN_DATA_TRUNCATED', 'TYPE_VIOLATION'],
  ['ER_INVALID_JSON_TEXT', 'TYPE_VIOLATION'],
  ['ER_WARN_DATA_OUT_OF_RANGE', 'VALUE_INVALID'],
  ['ER_DATA_OUT_OF_RANGE', 'VALUE_INVALID'],
  ['ER_DATA_TOO_LONG', 'VALUE_INVALID'],
  ['ER_SIGNAL_EXCEPTION', 'TRIGGER_REJECTED'],
  ['ER_LOCK_DEADLOCK', 'SOURCE_BUSY'],
  ['ER_LOCK_WAIT_TIMEOUT', 'SOURCE_BUSY'],
  ['ER_CHECKREAD', 'SOURCE_BUSY'],
  ['ER_CON_COUNT_ERROR', 'SOURCE_BUSY'],
  ['ER_TOO_MANY_USER_CONNECTIONS', 'SOURCE_BUSY'],
  ['ER_RECORD_FILE_FULL', 'SOURCE_FULL'],
  ['ER_DISK_FULL', 'SOURCE_FULL'],
  ['ER_DISK_FULL_NOWAIT', 'SOURCE_FULL'],
  ['ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', 'SOURCE_READONLY'],
  ['ER_OPTION_PREVENTS_STATEMENT', 'SOURCE_READONLY'],
  ['ER_QUERY_INTERRUPTED', 'CANCELLED'],
  ['ER_NO_SUCH_TABLE', 'TABLE_UNKNOWN'],
  ['ER_BAD_FIELD_ERROR', 'COLUMN_UNKNOWN'],
  ['ER_TABLE_DEF_CHANGED', 'TABLE_CHANGED'],
  ['ER_ACCESS_DENIED_ERROR', 'SOURCE_UNAVAILABLE'],
  ['ER_DBACCESS_DENIED_ERROR', 'SOURCE_UNAVAILABLE'],
  ['ER_BAD_DB_ERROR', 'SOURCE_UNAVAILABLE'],
  ['ER_CRASHED_ON_USAGE', 'SOURCE_BROKEN'],
  ['ER_SERVER_SHUTDOWN', 'SOURCE_UNAVAILABLE'],
  ['ER_CLIENT_INTERACTION_TIMEOUT', 'SOURCE_UNAVAILABLE'],
  ['PROTOCOL_CONNECTION_LOST', 'SOURCE_UNAVAILABLE'],
])

/** MariaDB's own, for which the driver has no name. */
const numbers: ReadonlyMap<unknown, StorageCode> = new Map<unknown, StorageCode>([
  [4025, 'CHECK_VIOLATION'],
  [1969, 'CANCELLED'],
])

/** What the driver threw, as an error with a stable code; ours pass as they are, with the details added. */
export function toStorageError(error: unknown, tried: string, details: Readonly<Record<string, unknown>> = {}): unknown {
  if (error instanceof StorageError) return detailed(error, tried, details)
  const code = codeOf(error) ?? ''
  const message = `${tried}: ${messageOf(error)}`
  const known = (isFull(code, message) ? 'SOURCE_FULL' : codes.get(code)) ?? numbers.get(error instanceof Error && 'errno' in error ? error.errno : undefined) ?? (/^(ER|WARN|UNKNOWN)_/.test(code) ? 'SQL_FAILED' : /^E[A-Z]+$|^PROTOCOL_/.test(code) || /closed state/.test(message) ? 'SOURCE_UNAVAILABLE' : undefined)
  return known === undefined ? error : new StorageError(known, message, { cause: error, details })
}

/** So the server tells of a disk or a quota that an engine or a file of its own found full: by the number of the system. */
function isFull(code: string, message: string): boolean {
  return (code === 'ER_GET_ERRNO' || code === 'ER_ERROR_ON_WRITE') && /(errno:|error) "?(28|122)\b/i.test(message)
}
