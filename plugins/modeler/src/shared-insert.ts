import type { Cell, Step } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { columnsIn, ColumnValues, columnNames, isSameList } from './column-values.ts'
import { isKeyOf } from './object-values.ts'
import { typesOf } from './step-types.ts'
import type { Leaf } from './stored.ts'

/** A step that inserts objects of one class which have values for the same columns. */
export class SharedInsert {
  readonly step: Step
  readonly #class: BusinessClass
  readonly #leaves: readonly Leaf[]
  readonly #rows: (readonly Cell[])[] = []
  /** Its place among the steps. */
  readonly index: number

  /** @param columns those of the first object, which is still to be added */
  constructor(one: BusinessClass, { leaves }: ColumnValues, index: number) {
    const mine = leaves.filter(({ part }) => part === undefined)
    this.#class = one
    this.#leaves = leaves
    this.index = index
    this.step = { insert: one.table, columns: columnNames(mine), rows: this.#rows, ...typesOf([...mine, ...one.keyLeaves]) }
  }

  /** The row that was added last. */
  get last(): number {
    return this.#rows.length - 1
  }

  /** Adds an object, and answers what it writes with the columns that all share; undefined where it needs a step of its own. */
  add(one: BusinessClass, columns: ColumnValues): ColumnValues | undefined {
    // A row cannot use a key that its own step generates.
    if (one !== this.#class || !isSameList(columns.leaves, this.#leaves) || usesKeyOf(columns, this.index)) return undefined
    this.#rows.push(columnsIn(one, columns).cells)
    return columns.leaves === this.#leaves ? columns : new ColumnValues(this.#leaves, columns.cells)
  }
}

function usesKeyOf({ cells }: ColumnValues, step: number): boolean {
  for (const value of cells) if (isKeyOf(value) && value.keyOf === step) return true
  return false
}
