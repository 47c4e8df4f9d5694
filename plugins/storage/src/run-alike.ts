import { valuesOf, type RowUpdate } from './alike-updates.ts'
import type { RowStatements } from './change-compiler.ts'
import type { Bound } from './codec.ts'
import type { StepResult } from './contract.ts'
import { StorageError } from './errors.ts'
import { resolveKey } from './key-reference.ts'
import { bindLists, bindValues } from './sql-builder.ts'
import type { StepContext, Work } from './steps.ts'

const savepoint = 'caruso_together'

/**
 * Does updates that are alike by one statement, each of one row by its key. Where that does not change a row for each of
 * them, or fails, nothing has changed and the answer is false: one after the other they show which step it is.
 */
export function* updateTogether(context: StepContext, statement: NonNullable<RowStatements['together']>, alike: readonly RowUpdate[], earlier: readonly StepResult[]): Work<boolean> {
  const values = valuesTogether(context, statement, alike, earlier)
  if (values === undefined) return false
  yield { sql: `savepoint ${savepoint}`, values: [] }
  let failure: unknown
  try {
    const { affected } = yield { sql: statement.sql, values }
    if (affected === alike.length) {
      yield { sql: `release savepoint ${savepoint}`, values: [] }
      return true
    }
  } catch (error) {
    failure = error
  }
  try {
    yield { sql: `rollback to savepoint ${savepoint}`, values: [] }
  } catch (error) {
    // The transaction is over, which the first failure says why.
    throw failure ?? error
  }
  return false
}

/** Does one of them by the statement that they share. */
export function* updateAlone({ dialect }: StepContext, { each }: RowStatements, update: RowUpdate, earlier: readonly StepResult[]): Work<StepResult> {
  const { affected } = yield { sql: each.sql, values: bindValues(dialect, each, valuesOf(update, (value) => resolveKey(value, earlier))) }
  return { affected, keys: [] }
}

/** Undefined where one of them is none of its column. */
function valuesTogether({ dialect }: StepContext, statement: NonNullable<RowStatements['together']>, alike: readonly RowUpdate[], earlier: readonly StepResult[]): readonly Bound[] | undefined {
  try {
    const rows = alike.map((update) => valuesOf(update, (value) => resolveKey(value, earlier)))
    return bindLists(dialect, statement, rows)
  } catch (error) {
    if (error instanceof StorageError) return undefined
    throw error
  }
}
