import { StorageError } from '../errors.ts'
import type { TableDescription } from '../description.ts'
import { afterChange } from './after.ts'
import { titleOf } from './change.ts'
import type { Change } from './change.ts'
import { obstaclesTo } from './obstacles.ts'
import type { Looked, Obstacle } from './obstacles.ts'
import { Refusal } from './refusal.ts'
import { tablesOf } from './tables.ts'
import type { Tables } from './tables.ts'

/** A change with what it finds, and what may stand in its way. */
export interface PlannedChange {
  readonly index: number
  readonly change: Change
  /** The tables as they are by then. */
  readonly tables: Tables
  readonly obstacles: readonly Obstacle[]
}

/**
 * Follows a list of changes over what the database says of itself, without touching it.
 *
 * @throws StorageError `CHANGE_REFUSED` with the first change that cannot be made
 */
export function planChanges(changes: readonly Change[], described: readonly TableDescription[], looked: Looked): PlannedChange[] {
  let tables = tablesOf(described)
  return changes.map((change, index) => {
    const before = tables
    return explained(change, index, () => {
      tables = afterChange(before, change)
      return { index, change, tables: before, obstacles: obstaclesTo(change, before, looked) }
    })
  })
}

/** What is done for a change; what it is refused for is told with it. @throws StorageError `CHANGE_REFUSED` */
export function explained<T>(change: Change, index: number, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof Refusal ? refused(change, index, 0, error.message, error) : error
  }
}

/** @param done how many changes of the list were made and stay */
export function refused(change: Change, index: number, done: number, found: string, cause?: unknown): StorageError {
  const rows = cause instanceof Refusal ? cause.rows : undefined
  return new StorageError('CHANGE_REFUSED', `Made change ${index}, ${titleOf(change)}: ${found}${done === 0 ? '; nothing was changed' : `; ${done} changes before it were made`}`, { cause, details: { change: index, done, ...(rows === undefined ? {} : { rows }) } })
}

/** What was tried when a change failed by no fault of its own, as where the disk is full. */
export function triedChange(tried: string, change: Change, index: number): string {
  return `${tried}, change ${index}, ${titleOf(change)}`
}

/** @param rows how many are in the way */
export function requireNone({ says }: Obstacle, rows: number): void {
  if (rows > 0) throw new Refusal(`${rows} ${rows === 1 ? 'row' : 'rows'}: they ${says}`, rows)
}
