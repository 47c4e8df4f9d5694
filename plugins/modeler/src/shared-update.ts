import type { Cell, Filter, Step } from '@caruso/storage/contract'
import { ColumnValues, columnNames, rowOf } from './column-values.ts'
import { typesOf } from './step-types.ts'
import type { Leaf } from './stored.ts'

type Same = Extract<Filter, { readonly op: string }>

/** A step that changes rows of one table which have values for the same columns, and are compared by the same. */
export class SharedUpdate {
  readonly step: Extract<Step, { readonly update: string }>
  readonly #table: string
  readonly #leaves: readonly Leaf[]
  readonly #same: readonly Same[]
  readonly #rows: Cell[][] = []

  private constructor(table: string, { leaves }: ColumnValues, same: readonly Same[]) {
    this.#table = table
    this.#leaves = leaves
    this.#same = same
    this.step = { update: table, columns: columnNames(leaves), same: same.map(({ column, of, type }) => ({ column, ...(of === undefined ? {} : { of }), ...(type === undefined ? {} : { type }) })), rows: this.#rows, ...typesOf(leaves) }
  }

  /** For a first row, which is still to be added; undefined where a condition is more than that a column is as it was. */
  static of(table: string, columns: ColumnValues, where: readonly Filter[]): SharedUpdate | undefined {
    return where.every(isSame) ? new SharedUpdate(table, columns, where) : undefined
  }

  /** The row that was added last. */
  get last(): number {
    return this.#rows.length - 1
  }

  /** Adds a row, and answers what it writes with the columns that all share; undefined where it needs a step of its own. */
  add(table: string, columns: ColumnValues, where: readonly Filter[]): ColumnValues | undefined {
    if (table !== this.#table || !columns.isOf(this.#leaves) || !this.#areAlike(where)) return undefined
    const row = [...columns.cells, ...where.map(valueOf)]
    this.#rows.push(row)
    return new ColumnValues(this.#leaves, row)
  }

  /** Without a list of pairs, which ten thousand changes would have made ten thousand times. */
  #areAlike(where: readonly Filter[]): boolean {
    if (where.length !== this.#same.length) return false
    for (let index = 0; index < where.length; index++) {
      const filter = where[index]
      const first = this.#same[index]
      if (filter === undefined || first === undefined || !isSame(filter) || filter.column !== first.column || filter.of !== first.of || filter.type !== first.type) return false
    }
    return true
  }
}

/** The step that changes one row, whatever its condition. */
export function updateOf(table: string, columns: ColumnValues, where: readonly Filter[]): Step {
  return { update: table, set: rowOf(columns), ...typesOf(columns.leaves), where: { and: where }, expect: 1 }
}

function valueOf(filter: Filter): Cell {
  return isSame(filter) ? filter.value : null
}

function isSame(filter: Filter): filter is Same {
  return 'op' in filter && 'column' in filter && filter.op === '=='
}
