import type { RowStatements } from './change-compiler.ts'
import type { Bound } from './codec.ts'
import type { Filter, PlainStep, StepResult, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { bindLists, bindValues } from './sql-builder.ts'
import type { SqlDialect } from './sql-builder.ts'
import { StepRows } from './step-rows.ts'
import type { RunningStep, StepContext } from './steps.ts'
import type { Work } from './work.ts'

/** Changes of rows of one table, each of one row that has to be as it was seen. */
export type UpdateRows = Extract<PlainStep, { readonly update: string; readonly rows: unknown }>

type Together = NonNullable<RowStatements['together']>

const savepoint = 'caruso_together'

/** Changes each of the rows, by one statement where the dialect can; a failure names its row. */
export function* updateRows(context: RunningStep, step: UpdateRows, earlier: readonly StepResult[]): Work<StepResult> {
  const rows = new StepRows(step, earlier, step.same.length)
  const statements = context.compiler.updateRow(step)
  const { together } = statements ?? {}
  const isDone = together !== undefined && rows.count > 1 && (yield* updateTogether(context, step, together, rows))
  if (!isDone) yield* oneByOne(context, step, statements, rows)
  return { affected: rows.count, keys: [] }
}

/** The values of all rows, where one statement can change them all. @throws StorageError where one of them is none of its column */
export function updateLists({ compiler, dialect }: StepContext, step: UpdateRows, earlier: readonly StepResult[]): Bound[] | undefined {
  const rows = new StepRows(step, earlier, step.same.length)
  const { together } = compiler.updateRow(step) ?? {}
  return together && rows.count > 1 ? listsOf(dialect, together, rows) : undefined
}

/**
 * Where the one statement does not change a row for each of them, or fails, nothing has changed and the answer is false:
 * one after the other they show which it is.
 */
function* updateTogether({ dialect, lists, meanwhile }: RunningStep, step: UpdateRows, together: Together, rows: StepRows): Work<boolean> {
  const values = valuesTogether(() => lists.of(step, () => listsOf(dialect, together, rows)))
  if (values === undefined) return false
  yield { sql: `savepoint ${savepoint}`, values: [] }
  let failure: unknown
  try {
    const { affected } = yield { sql: together.sql, values, meanwhile }
    if (affected === rows.count) {
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

function listsOf(dialect: SqlDialect, { bindings }: Together, rows: StepRows): Bound[] {
  return bindLists(dialect, { bindings }, rows.slice(0, rows.count))
}

/** Undefined where one of them is none of its column. */
function valuesTogether<T>(bind: () => T): T | undefined {
  try {
    return bind()
  } catch (error) {
    if (error instanceof StorageError) return undefined
    throw error
  }
}

function* oneByOne(context: StepContext, step: UpdateRows, statements: RowStatements | undefined, rows: StepRows): Work<void> {
  const { compiler, dialect, explain } = context
  let row = 0
  try {
    if (statements) {
      yield { sql: statements.each.sql, times: rows.count, values: (index) => bindValues(dialect, statements.each, rows.values((row = index))), take: ({ affected }) => expectOne(affected) }
      return
    }
    for (; row < rows.count; row++) {
      const values = rows.values(row)
      const { statement, values: conditions } = compiler.update(step.update, step.columns, step.types ?? {}, isAs(step, values))
      expectOne((yield { sql: statement.sql, values: bindValues(dialect, statement, [...values.slice(0, step.columns.length), ...conditions]) }).affected)
    }
  } catch (error) {
    throw explain(error, `row ${row}`, { row })
  }
}

function isAs({ columns, same }: UpdateRows, values: readonly Value[]): Filter {
  return { and: same.map((column, index) => ({ ...column, op: '==', value: values[columns.length + index] ?? null })) }
}

function expectOne(found: number): void {
  if (found !== 1) throw new StorageError('ROW_COUNT_MISMATCH', `expected 1 rows, found ${found}`, { details: { expected: 1, found } })
}
