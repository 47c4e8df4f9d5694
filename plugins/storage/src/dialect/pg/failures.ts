import { codeOf, messageOf } from '@caruso/contract'
import { detailed, StorageError } from '../../errors.ts'
import type { StorageCode } from '../../errors.ts'

/** By PostgreSQL's code, or by its class of codes, the first two characters. */
const codes: ReadonlyMap<string, StorageCode> = new Map([
  ['23505', 'UNIQUE_VIOLATION'],
  ['23503', 'FOREIGN_KEY_VIOLATION'],
  ['23001', 'FOREIGN_KEY_VIOLATION'],
  ['23502', 'NOT_NULL_VIOLATION'],
  ['23514', 'CHECK_VIOLATION'],
  ['23P01', 'CHECK_VIOLATION'],
  ['22P02', 'TYPE_VIOLATION'],
  ['42804', 'TYPE_VIOLATION'],
  ['22', 'VALUE_INVALID'],
  ['P0001', 'TRIGGER_REJECTED'],
  ['40', 'SOURCE_BUSY'],
  ['55P03', 'SOURCE_BUSY'],
  ['53300', 'SOURCE_BUSY'],
  ['53100', 'SOURCE_FULL'],
  ['25006', 'SOURCE_READONLY'],
  ['57014', 'CANCELLED'],
  ['42P01', 'TABLE_UNKNOWN'],
  ['42703', 'COLUMN_UNKNOWN'],
  ['42601', 'SQL_FAILED'],
  ['08', 'SOURCE_UNAVAILABLE'],
  ['57', 'SOURCE_UNAVAILABLE'],
  ['28', 'SOURCE_UNAVAILABLE'],
  ['3D000', 'SOURCE_UNAVAILABLE'],
  ['XX', 'SOURCE_BROKEN'],
])

/** What the driver threw, as an error with a stable code; ours pass as they are, with the details added. */
export function toStorageError(error: unknown, tried: string, details: Readonly<Record<string, unknown>> = {}): unknown {
  if (error instanceof StorageError) return detailed(error, tried, details)
  const code = codeOf(error) ?? ''
  const message = `${tried}: ${messageOf(error)}`
  if (isFull(code, message)) return new StorageError('SOURCE_FULL', message, { cause: error, details })
  if (isOutdated(error)) return new StorageError('TABLE_CHANGED', message, { cause: error, details })
  if (/^[0-9A-Z]{5}$/.test(code)) return new StorageError(codes.get(code) ?? codes.get(code.slice(0, 2)) ?? 'SQL_FAILED', message, { cause: error, details })
  if (isLost(code, messageOf(error))) return new StorageError('SOURCE_UNAVAILABLE', message, { cause: error, details })
  return error
}

/** The server has a code for a full disk, and none for a quota that is reached. */
function isFull(code: string, message: string): boolean {
  return (code === '58030' || code === 'XX000') && /No space left on device|Disk quota exceeded/.test(message)
}

/** The statement was prepared before its table was changed, or somebody between has had the server forget it; this connection cannot use it any more. */
export function isOutdated(error: unknown): boolean {
  return codeOf(error) === '26000' || (codeOf(error) === '0A000' && messageOf(error).includes('cached plan'))
}

/** So sockets and the driver tell of a server that is not there, or no more. */
function isLost(code: string, message: string): boolean {
  return /^E[A-Z]+$/.test(code) || /^Connection terminated|^Client (has|was)|connection error|timeout expired|not queryable/i.test(message)
}
