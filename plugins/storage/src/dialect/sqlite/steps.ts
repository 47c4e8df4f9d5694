import type { Bound } from 'better-sqlite3'
import type { Compiler } from '../../compiler.ts'
import type { KeyReference, Row, Step, StepResult, Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { Parameter } from '../../sql-builder.ts'
import type { Statement } from '../../sql-builder.ts'
import type { Connection } from './connection.ts'
import { startsWithValue } from './dialect.ts'
import { toStorageError } from './failures.ts'
import { decodeRow, encode } from './values.ts'

/** Runs the steps in order inside the transaction that is open; a failure names its step. */
export function runSteps(connection: Connection, compiler: Compiler, steps: readonly Step[]): StepResult[] {
  const results: StepResult[] = []
  for (const [index, step] of steps.entries()) {
    try {
      const result = runStep(connection, compiler, step, results)
      expectRows(step, result.affected)
      results.push(result)
    } catch (error) {
      throw toStorageError(error, `Ran step ${index}, ${title(step)}`, { step: index })
    }
  }
  return results
}

function runStep(connection: Connection, compiler: Compiler, step: Step, earlier: readonly StepResult[]): StepResult {
  if ('insert' in step) return insertRows(connection, compiler, step, earlier)
  if ('remove' in step) {
    const { statement, values } = compiler.remove(step.remove, step.where)
    return { affected: connection.prepare(statement.sql).run(bind(statement, values)).changes, keys: [] }
  }
  const { statement, values } = compiler.update(step.update, Object.keys(step.set), step.where)
  const set = Object.values(step.set).map((value) => resolve(value, earlier))
  return { affected: connection.prepare(statement.sql).run(bind(statement, [...set, ...values])).changes, keys: [] }
}

function insertRows(connection: Connection, compiler: Compiler, step: Extract<Step, { readonly insert: string }>, earlier: readonly StepResult[]): StepResult {
  const columns = Object.keys(step.rows[0] ?? {})
  const insert = compiler.insert(step.insert, columns)
  const statement = connection.prepare(insert.sql)
  const keys: Row[] = []
  let affected = 0
  for (const [index, row] of step.rows.entries()) {
    const values = columns.map((column) => resolve(cell(row, column), earlier))
    if (Object.keys(row).length !== columns.length) throw new StorageError('PLAN_INVALID', `row ${index} names other columns than the first`)
    const bound = bind(insert, values)
    if (!statement.reader) {
      affected += statement.run(bound).changes
      keys.push({})
      continue
    }
    const key = statement.get(bound)
    if (key) affected++
    keys.push(key ? decodeRow(insert.key, key) : {})
  }
  return { affected, keys }
}

function cell(row: Readonly<Record<string, Value | KeyReference>>, column: string): Value | KeyReference {
  const value = Object.hasOwn(row, column) ? row[column] : undefined
  if (value === undefined) throw new StorageError('PLAN_INVALID', `a row does not name the column ${JSON.stringify(column)}, which the first names`)
  return value
}

function resolve(value: Value | KeyReference, earlier: readonly StepResult[]): Value {
  if (typeof value !== 'object' || value === null || !('keyOf' in value)) return value
  const { keyOf, row = 0, column } = value
  const key = earlier[keyOf]?.keys[row]
  if (!key) throw new StorageError('PLAN_INVALID', `it refers to the key of row ${row} of step ${keyOf}: no earlier step inserted it`)
  const names = Object.keys(key)
  const name = column ?? (names.length === 1 ? names[0] : undefined)
  const found = name !== undefined && Object.hasOwn(key, name) ? key[name] : undefined
  if (found === undefined) throw new StorageError('PLAN_INVALID', `it refers to the key of step ${keyOf}${column === undefined ? '' : `, column ${JSON.stringify(column)}`}: the key has ${names.length === 0 ? 'no column' : `the columns ${names.map((known) => JSON.stringify(known)).join(', ')}`}`)
  return found
}

/** The values in the order of the statement's question marks. */
export function bind(statement: Statement, values: readonly Value[]): Bound[] {
  return statement.bindings.map((binding) => {
    if (!(binding instanceof Parameter)) return BigInt(binding)
    const value = values[binding.index] ?? null
    return encode(binding.prefix && typeof value === 'string' ? startsWithValue(value) : value)
  })
}

function expectRows(step: Step, found: number): void {
  if (step.expect === undefined || step.expect === found) return
  throw new StorageError('ROW_COUNT_MISMATCH', `expected ${step.expect} rows, found ${found}`, { details: { expected: step.expect, found } })
}

function title(step: Step): string {
  if ('insert' in step) return `an insert into ${JSON.stringify(step.insert)}`
  return 'update' in step ? `an update of ${JSON.stringify(step.update)}` : `a removal from ${JSON.stringify(step.remove)}`
}
