import { alikeUpdates, type RowUpdate } from './alike-updates.ts'
import type { Bound } from './codec.ts'
import { decode } from './codec.ts'
import type { Insert, RowStatements } from './change-compiler.ts'
import type { Compiler } from './compiler.ts'
import type { Filter, KeyReference, LogicalType, Row, PlainStep, StepResult, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { resolveKey } from './key-reference.ts'
import type { Raw } from './logical.ts'
import { updateAlone, updateTogether } from './run-alike.ts'
import { bindLists, bindValues } from './sql-builder.ts'
import type { SqlDialect } from './sql-builder.ts'

/** A statement to run inside the transaction that is open. */
export interface Command {
  readonly sql: string
  readonly values: readonly Bound[]
}

/** What a statement did; the rows it answered, and the key that the database last generated. */
export interface Answer {
  readonly affected: number
  readonly rows: readonly (readonly Raw[])[]
  readonly generated?: Raw
}

/** Work inside a transaction: it gives statements and is given what they did, so that it is the same whether a driver answers at once or later. */
export type Work<T> = Generator<Command, T, Answer>

type CheckStep = Extract<PlainStep, { readonly check: string }>
type InsertStep = Extract<PlainStep, { readonly insert: string }>
type Column = { readonly column: string; readonly of: string; readonly type?: LogicalType }
type Cells = Readonly<Record<string, Value | KeyReference>>

/** What the steps are compiled with, and how a failure of the driver is told. */
export interface StepContext {
  readonly compiler: Compiler
  readonly dialect: SqlDialect
  readonly explain: (error: unknown, tried: string, details: Readonly<Record<string, unknown>>) => unknown
}

/** The steps in order; a failure names its step. Updates that are alike share a statement. */
export function* runSteps(context: StepContext, steps: readonly PlainStep[]): Work<StepResult[]> {
  const results: StepResult[] = []
  while (results.length < steps.length) {
    const alike = alikeUpdates(steps, results.length)
    if (alike.length > 1) yield* runAlike(context, alike, results)
    else yield* runNext(context, steps[results.length], results, runStep)
  }
  return results
}

function* runAlike(context: StepContext, alike: readonly RowUpdate[], results: StepResult[]): Work<void> {
  const [first] = alike
  const shared = first && statementsOf(context, first, results.length)
  const together = shared?.together !== undefined && (yield* updateTogether(context, shared.together, alike, results))
  const run: Run<RowUpdate> = shared ? (_, step, earlier) => updateAlone(context, shared, step, earlier) : runStep
  for (const update of alike) {
    if (together) results.push({ affected: 1, keys: [] })
    else yield* runNext(context, update, results, run)
  }
}

type Run<S extends PlainStep> = (context: StepContext, step: S, earlier: readonly StepResult[]) => Work<StepResult>

function statementsOf({ compiler, explain }: StepContext, first: RowUpdate, index: number): RowStatements | undefined {
  try {
    return compiler.updateRow(first)
  } catch (error) {
    throw explain(error, `Ran step ${index}, ${title(first)}`, { step: index })
  }
}

function* runNext<S extends PlainStep>(context: StepContext, step: S | undefined, results: StepResult[], run: Run<S>): Work<void> {
  if (step === undefined) return
  const index = results.length
  try {
    const result = yield* run(context, step, results)
    expectRows(step, result.affected)
    results.push(result)
  } catch (error) {
    throw context.explain(error, `Ran step ${index}, ${title(step)}`, { step: index })
  }
}

/** Does the work with a driver that answers at once. */
export function work<T>(steps: Work<T>, run: (command: Command) => Answer): T {
  let next = steps.next()
  while (!next.done) {
    let answer
    try {
      answer = run(next.value)
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(answer)
  }
  return next.value
}

/** Does the work with a driver that answers later. */
export async function workLater<T>(steps: Work<T>, run: (command: Command) => Promise<Answer>): Promise<T> {
  let next = steps.next()
  while (!next.done) {
    let answer
    try {
      answer = await run(next.value)
    } catch (error) {
      next = steps.throw(error)
      continue
    }
    next = steps.next(answer)
  }
  return next.value
}

function* runStep(context: StepContext, step: PlainStep, earlier: readonly StepResult[]): Work<StepResult> {
  const { compiler, dialect } = context
  if ('insert' in step) return yield* insertRows(context, step, earlier)
  if ('check' in step) return { affected: yield* countRows(context, step, earlier), keys: [] }
  if ('remove' in step) {
    const { statement, values } = compiler.remove(step.remove, step.where)
    const { affected } = yield { sql: statement.sql, values: bindValues(dialect, statement, values) }
    return { affected, keys: [] }
  }
  const { statement, values } = compiler.update(step.update, Object.keys(step.set), step.types ?? {}, step.where)
  const set = Object.values(step.set).map((value) => resolveKey(value, earlier))
  const { affected } = yield { sql: statement.sql, values: bindValues(dialect, statement, [...set, ...values]) }
  return { affected, keys: [] }
}

// So few that a filter of them is within the limits of filters, with room for what else must hold.
const conditionsAtOnce = 200
const valuesAtOnce = 4_096

function* countRows(context: StepContext, { check, as, joins, rows, types = {}, where }: CheckStep, earlier: readonly StepResult[]): Work<number> {
  const plan = { source: '', from: check, ...(as === undefined ? {} : { as }), ...(joins === undefined ? {} : { joins }), aggregates: [{ fn: 'count', as: 'n' }] } as const
  const columns = Object.keys(rows?.[0] ?? {})
  const size = columns.length === 1 ? valuesAtOnce : Math.max(1, Math.floor(conditionsAtOnce / (columns.length + 1)))
  let found = 0
  for (let from = 0; from === 0 || from < (rows?.length ?? 0); from += size) {
    const given = rows?.slice(from, from + size).map((row, index) => cells(row, columns, from + index, earlier))
    const conditions = [...(given ? [isAmong(columns.map((column) => ({ column, of: as ?? check, ...(types[column] === undefined ? {} : { type: types[column] }) })), given)] : []), ...(where ? [where] : [])]
    const { statement, values } = context.compiler.select({ ...plan, where: { and: conditions } }, undefined)
    const { rows: counted } = yield { sql: statement.sql + (context.dialect.checkLock ?? ''), values: bindValues(context.dialect, statement, values) }
    found += Number(statement.row(counted[0] ?? [])['n'])
  }
  return found
}

function isAmong(columns: readonly Column[], rows: readonly (readonly Value[])[]): Filter {
  const [only] = columns
  if (columns.length === 1 && only) return { ...only, in: rows.map(([value = null]) => value) }
  return { or: rows.map((row) => ({ and: columns.map((column, index) => ({ ...column, op: '==', value: row[index] ?? null })) })) }
}

function* insertRows(context: StepContext, step: InsertStep, earlier: readonly StepResult[]): Work<StepResult> {
  const { rows, types = {}, replace = false } = step
  const columns = Object.keys(rows[0] ?? {})
  const keys: Row[] = []
  let affected = 0
  let size = 0
  let insert: Insert | undefined
  for (let from = 0; from < rows.length; ) {
    const next = rowsAtOnce(context, step, columns, rows.length - from)
    if (insert === undefined || next !== size) insert = context.compiler.insert(step.insert, columns, types, (size = next), replace)
    const given = rows.slice(from, from + size).map((row, index) => cells(row, columns, from + index, earlier))
    const answer = yield { sql: insert.sql, values: insert.lists ? bindLists(context.dialect, insert, given) : bindValues(context.dialect, insert, given.flat()) }
    // MySQL counts a row that took another's place twice.
    affected += replace ? given.length : answer.affected
    for (const key of keysOf(context.dialect, insert, columns, given, answer)) keys.push(key)
    from += size
  }
  return { affected, keys }
}

// Among the supported databases the least number of places in one statement.
const mostPlaces = 65_535

/** All where they go as lists; else a power of two, so that inserts of many lengths share statements; one where the database would not tell every generated key. */
function rowsAtOnce({ compiler, dialect }: StepContext, { insert, types = {}, replace = false }: InsertStep, columns: readonly string[], left: number): number {
  if (dialect.together && columns.length > 0) return left
  const most = Math.min(left, dialect.insertRows, columns.length === 0 ? 1 : Math.floor(mostPlaces / columns.length))
  if (most <= 1) return 1
  const told = dialect.returning || compiler.insert(insert, columns, types, 1, replace).key.every((column) => columns.includes(column))
  return told ? 2 ** Math.floor(Math.log2(most)) : 1
}

function keysOf(dialect: SqlDialect, insert: Insert, columns: readonly string[], given: readonly (readonly Value[])[], answer: Answer): Row[] {
  const { key, decoders } = insert
  if (key.length === 0) return given.map(() => ({}))
  if (!dialect.returning) return given.map((row) => Object.fromEntries(key.map((name) => [name, columns.includes(name) ? (row[columns.indexOf(name)] ?? null) : read(decoders, key, name, answer.generated ?? null)])))
  if (answer.rows.length < given.length && given.length > 1) throw new StorageError('TRIGGER_REJECTED', `a trigger left out ${given.length - answer.rows.length} of ${given.length} rows, so it is not known whose key is whose`)
  return given.map((_, index) => keyOf(insert, answer.rows[index] ?? []))
}

function keyOf({ key, decoders }: Insert, row: readonly Raw[]): Row {
  const found: Record<string, Value> = {}
  for (let place = 0; place < row.length; place++) {
    const name = key[place]
    if (name !== undefined) found[name] = decode(decoders[place], row[place] ?? null, name)
  }
  return found
}

function read(decoders: Insert['decoders'], key: readonly string[], name: string, raw: Raw): Value {
  return decode(decoders[key.indexOf(name)], raw, name)
}

function cells(row: Cells, columns: readonly string[], index: number, earlier: readonly StepResult[]): Value[] {
  const values = columns.map((column) => resolveKey(cell(row, column), earlier))
  let size = 0
  for (const _ in row) size++
  if (size !== columns.length) throw new StorageError('PLAN_INVALID', `row ${index} names other columns than the first`)
  return values
}

function cell(row: Cells, column: string): Value | KeyReference {
  const value = Object.hasOwn(row, column) ? row[column] : undefined
  if (value === undefined) throw new StorageError('PLAN_INVALID', `a row does not name the column ${JSON.stringify(column)}, which the first names`)
  return value
}

function expectRows(step: PlainStep, found: number): void {
  if (step.expect === undefined || step.expect === found) return
  throw new StorageError('ROW_COUNT_MISMATCH', `expected ${step.expect} rows, found ${found}`, { details: { expected: step.expect, found } })
}

function title(step: PlainStep): string {
  if ('check' in step) return `a check of ${JSON.stringify(step.check)}`
  if ('insert' in step) return `an insert into ${JSON.stringify(step.insert)}`
  return 'update' in step ? `an update of ${JSON.stringify(step.update)}` : `a removal from ${JSON.stringify(step.remove)}`
}
