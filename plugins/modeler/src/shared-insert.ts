import type { Step } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { columnsIn, rowOf, type StepRow } from './column-values.ts'
import { hasLeaves, isKeyOf, type ColumnValues } from './object-values.ts'
import { typesOf } from './step-types.ts'
import { leavesOfKey, type Leaf } from './stored.ts'

/** A step that inserts objects of one class which have values for the same columns. */
export class SharedInsert {
  readonly step: Step
  readonly #class: BusinessClass
  readonly #leaves: readonly Leaf[]
  readonly #rows: StepRow[]
  /** Its place among the steps. */
  readonly #index: number

  constructor(one: BusinessClass, columns: ColumnValues, index: number) {
    const mine = columnsIn(one, columns)
    this.#class = one
    this.#leaves = [...columns.keys()]
    this.#rows = [rowOf(mine)]
    this.#index = index
    this.step = { insert: one.table, rows: this.#rows, ...typesOf([...mine.keys(), ...leavesOfKey(one)]) }
  }

  /** The row that was added last. */
  get last(): number {
    return this.#rows.length - 1
  }

  /** Adds an object; false where it needs a step of its own. */
  add(one: BusinessClass, columns: ColumnValues): boolean {
    // A row cannot use a key that its own step generates.
    if (one !== this.#class || !hasLeaves(columns, this.#leaves) || usesKeyOf(columns, this.#index)) return false
    this.#rows.push(rowOf(columnsIn(one, columns)))
    return true
  }
}

function usesKeyOf(columns: ColumnValues, step: number): boolean {
  for (const value of columns.values()) if (isKeyOf(value) && value.keyOf === step) return true
  return false
}
