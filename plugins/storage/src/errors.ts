import { CarusoError } from '@caruso/contract'

export type StorageCode =
  | 'SOURCE_UNKNOWN'
  | 'SOURCE_KIND_UNKNOWN'
  | 'SOURCE_MISCONFIGURED'
  | 'SOURCE_UNAVAILABLE'
  | 'SOURCE_CLOSED'
  | 'SOURCE_READONLY'
  | 'SOURCE_BUSY'
  | 'SOURCE_FULL'
  | 'SOURCE_BROKEN'
  | 'TABLE_UNKNOWN'
  | 'COLUMN_UNKNOWN'
  | 'COLUMN_AMBIGUOUS'
  | 'TABLE_CHANGED'
  | 'PLAN_INVALID'
  | 'VALUE_INVALID'
  | 'LIMIT_EXCEEDED'
  | 'CANCELLED'
  | 'ROW_COUNT_MISMATCH'
  | 'UNIQUE_VIOLATION'
  | 'FOREIGN_KEY_VIOLATION'
  | 'NOT_NULL_VIOLATION'
  | 'CHECK_VIOLATION'
  | 'TYPE_VIOLATION'
  | 'TRIGGER_REJECTED'
  | 'CHANGE_REFUSED'
  | 'COPY_REFUSED'
  | 'COPY_DIFFERS'
  | 'ALREADY_HANDLED'
  | 'KEY_REUSED'
  | 'SQL_REFUSED'
  | 'SQL_FAILED'

/** A failure of the storage: what it tried, on what, and what it found. In a transaction `details.step` counts from 0. */
export class StorageError extends CarusoError {
  constructor(code: StorageCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'StorageError'
  }
}

/** An error of ours with the details added and what was tried before it. */
export function detailed(error: StorageError, tried: string, details: Readonly<Record<string, unknown>>): StorageError {
  if (Object.keys(details).length === 0) return error
  const known = typeof error.details === 'object' && error.details !== null ? error.details : {}
  return new StorageError(error.code as StorageCode, `${tried}: ${error.message}`, { cause: error, details: { ...known, ...details } })
}
