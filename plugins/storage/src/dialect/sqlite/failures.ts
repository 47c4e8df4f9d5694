import { codeOf, messageOf } from '@caruso/contract'
import type { Call } from '@caruso/contract'
import { setTimeout } from 'node:timers/promises'
import { StorageError } from '../../errors.ts'
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
  if (error instanceof StorageError) return withDetails(error, tried, details)
  const driverCode = codeOf(error)
  // So the driver tells of a wrong number of values.
  if (error instanceof RangeError) return new StorageError('VALUE_INVALID', `${tried}: ${error.message}`, { cause: error, details })
  if (driverCode === undefined || !driverCode.startsWith('SQLITE_')) return error
  const code = codes.get(driverCode) ?? codes.get(driverCode.split('_').slice(0, 2).join('_')) ?? 'SQL_FAILED'
  return new StorageError(code, `${tried}: ${messageOf(error)}`, { cause: error, details })
}

function withDetails(error: StorageError, tried: string, details: Readonly<Record<string, unknown>>): StorageError {
  if (Object.keys(details).length === 0) return error
  const known = typeof error.details === 'object' && error.details !== null ? error.details : {}
  return new StorageError(error.code as StorageCode, `${tried}: ${error.message}`, { cause: error, details: { ...known, ...details } })
}

const longestPause = 50

/**
 * Repeats what another process's lock prevents, until the call's deadline. The driver's own waiting is switched off,
 * because it would hold the event loop.
 */
export async function patiently<T>(call: Call, work: () => T): Promise<T> {
  for (let pause = 1; ; pause = Math.min(pause * 2, longestPause)) {
    if (isOver(call)) throw cancelled(call)
    try {
      return work()
    } catch (error) {
      if (codeOf(error) !== 'SOURCE_BUSY') throw error
      if (Date.now() + pause >= call.deadline) throw error
    }
    await setTimeout(pause)
  }
}

/** Nobody waits for the answer any more; most calls have no signal yet, and are asked without making one. */
export function isOver(call: Call): boolean {
  return Date.now() >= call.deadline || (call.cancellable && call.signal.aborted)
}

export function cancelled(call: Call): StorageError {
  return new StorageError('CANCELLED', `Read or changed a data source: ${Date.now() >= call.deadline ? 'the deadline has passed' : 'the caller cancelled'}`)
}
