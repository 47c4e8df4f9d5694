import type { Compiler } from './compiler.ts'
import type { Filter, LogicalType, PlainStep, StepResult, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { insertRows } from './insert-rows.ts'
import { resolveKey } from './key-reference.ts'
import { bindValues } from './sql-builder.ts'
import type { SqlDialect } from './sql-builder.ts'
import { StepLists } from './step-lists.ts'
import { StepRows } from './step-rows.ts'
import { updateRows } from './update-rows.ts'
import type { Work } from './work.ts'

type CheckStep = Extract<PlainStep, { readonly check: string }>
type Column = { readonly column: string; readonly of: string; readonly type?: LogicalType }

/** What the steps are compiled with, and how a failure of the driver is told. */
export interface StepContext {
  readonly compiler: Compiler
  readonly dialect: SqlDialect
  readonly explain: (error: unknown, tried: string, details: Readonly<Record<string, unknown>>) => unknown
}

/** The same for one step among others. */
export interface RunningStep extends StepContext {
  readonly lists: StepLists
  /** Makes the next step ready while a server is at this one. */
  readonly meanwhile: () => void
}

/** The steps in order; a failure names its step. */
export function* runSteps(context: StepContext, steps: readonly PlainStep[]): Work<StepResult[]> {
  const results: StepResult[] = []
  const lists = new StepLists(context)
  for (const [index, step] of steps.entries()) {
    try {
      const result = yield* runStep({ ...context, lists, meanwhile: () => lists.prepare(steps[index + 1], results) }, step, results)
      expectRows(step, result.affected)
      results.push(result)
    } catch (error) {
      throw context.explain(error, `Ran step ${index}, ${title(step)}`, { step: index })
    }
  }
  return results
}

function* runStep(context: RunningStep, step: PlainStep, earlier: readonly StepResult[]): Work<StepResult> {
  const { compiler, dialect } = context
  if ('insert' in step) return yield* insertRows(context, step, earlier)
  if ('check' in step) return { affected: yield* countRows(context, step, earlier), keys: [] }
  if ('remove' in step) {
    const { statement, values } = compiler.remove(step.remove, step.where)
    const { affected } = yield { sql: statement.sql, values: bindValues(dialect, statement, values) }
    return { affected, keys: [] }
  }
  if ('rows' in step) return yield* updateRows(context, step, earlier)
  const { statement, values } = compiler.update(step.update, Object.keys(step.set), step.types ?? {}, step.where)
  const set = Object.values(step.set).map((value) => resolveKey(value, earlier))
  const { affected } = yield { sql: statement.sql, values: bindValues(dialect, statement, [...set, ...values]) }
  return { affected, keys: [] }
}

// So few that a filter of them is within the limits of filters, with room for what else must hold.
const conditionsAtOnce = 200
const valuesAtOnce = 4_096

function* countRows(context: RunningStep, step: CheckStep, earlier: readonly StepResult[]): Work<number> {
  const { check, as, joins, types = {}, where } = step
  const plan = { source: '', from: check, ...(as === undefined ? {} : { as }), ...(joins === undefined ? {} : { joins }), aggregates: [{ fn: 'count', as: 'n' }] } as const
  const rows = step.rows && new StepRows({ rows: step.rows, columns: step.columns ?? [] }, earlier)
  const columns = (rows?.columns ?? []).map((column) => ({ column, of: as ?? check, ...(types[column] === undefined ? {} : { type: types[column] }) }))
  const size = columns.length === 1 ? valuesAtOnce : Math.max(1, Math.floor(conditionsAtOnce / (columns.length + 1)))
  let found = 0
  for (let from = 0; from === 0 || from < (rows?.count ?? 0); from += size) {
    const conditions = [...(rows ? [isAmong(columns, rows.slice(from, from + size))] : []), ...(where ? [where] : [])]
    const { statement, values } = context.compiler.select({ ...plan, where: { and: conditions } }, undefined)
    const { rows: counted } = yield { sql: statement.sql + (context.dialect.checkLock ?? ''), values: bindValues(context.dialect, statement, values), meanwhile: context.meanwhile }
    found += Number(statement.row(counted[0] ?? [])['n'])
  }
  return found
}

function isAmong(columns: readonly Column[], rows: readonly (readonly Value[])[]): Filter {
  const [only] = columns
  if (columns.length === 1 && only) return { ...only, in: rows.map(([value = null]) => value) }
  return { or: rows.map((row) => ({ and: columns.map((column, index) => ({ ...column, op: '==', value: row[index] ?? null })) })) }
}

function expectRows(step: PlainStep, found: number): void {
  if (!('expect' in step) || step.expect === undefined || step.expect === found) return
  throw new StorageError('ROW_COUNT_MISMATCH', `expected ${step.expect} rows, found ${found}`, { details: { expected: step.expect, found } })
}

function title(step: PlainStep): string {
  if ('check' in step) return `a check of ${JSON.stringify(step.check)}`
  if ('insert' in step) return `an insert into ${JSON.stringify(step.insert)}`
  return 'update' in step ? `an update of ${JSON.stringify(step.update)}` : `a removal from ${JSON.stringify(step.remove)}`
}
