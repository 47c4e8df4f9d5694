import type { Cell, PlainStep, StepResult, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { resolveKey } from './key-reference.ts'

/** Rows that name their values, or lists of values for columns that are named once. */
type Given = Pick<Extract<PlainStep, { readonly insert: string }>, 'rows'> & { readonly columns?: readonly string[] }

/** The rows of a step as lists of values, with the keys that they refer to. */
export class StepRows {
  readonly columns: readonly string[]
  readonly count: number
  readonly #row: (index: number) => readonly Cell[]
  readonly #width: number
  readonly #earlier: readonly StepResult[]

  /** @param beside so many values of each row are of no column of its own */
  constructor({ columns, rows }: Given, earlier: readonly StepResult[], beside = 0) {
    this.columns = columns ?? Object.keys(rows[0] ?? {})
    if (new Set(this.columns).size < this.columns.length) throw new StorageError('PLAN_INVALID', `it names a column twice: ${JSON.stringify(this.columns.find((column, index) => this.columns.indexOf(column) < index))}`)
    this.count = rows.length
    this.#width = this.columns.length + beside
    this.#earlier = earlier
    this.#row = columns === undefined ? (index) => this.#named(rows[index] as Readonly<Record<string, Cell>>, index) : (index) => rows[index] as readonly Cell[]
  }

  /** @throws StorageError `PLAN_INVALID` for a row of other columns, or a key that no earlier step made */
  values(index: number): readonly Value[] {
    const row = this.#row(index)
    if (row.length !== this.#width) throw new StorageError('PLAN_INVALID', `row ${index} has ${row.length} values: expected ${this.#width}`)
    return refers(row) ? row.map((cell) => resolveKey(cell, this.#earlier)) : (row as readonly Value[])
  }

  slice(from: number, to: number): (readonly Value[])[] {
    return Array.from({ length: Math.min(to, this.count) - from }, (_, index) => this.values(from + index))
  }

  #named(row: Readonly<Record<string, Cell>>, index: number): Cell[] {
    const values = this.columns.map((column) => cell(row, column))
    let size = 0
    for (const _ in row) size++
    if (size !== values.length) throw new StorageError('PLAN_INVALID', `row ${index} names other columns than the first`)
    return values
  }
}

function cell(row: Readonly<Record<string, Cell>>, column: string): Cell {
  const value = Object.hasOwn(row, column) ? row[column] : undefined
  if (value === undefined) throw new StorageError('PLAN_INVALID', `a row does not name the column ${JSON.stringify(column)}, which the first names`)
  return value
}

/** Of a hundred thousand values hardly any does, which a loop sees sooner than `some`. */
function refers(row: readonly Cell[]): boolean {
  for (const value of row) if (typeof value === 'object' && value !== null && 'keyOf' in value) return true
  return false
}
