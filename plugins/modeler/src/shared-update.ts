import type { Cell, Step } from '@caruso/storage/contract'
import { columnOf } from './column-of.ts'
import { ColumnValues, columnNames, isSameList, rowOf } from './column-values.ts'
import type { Comparison } from './comparison.ts'
import { inItsTable } from './part-table.ts'
import { typesOf } from './step-types.ts'
import type { Leaf } from './stored.ts'

/** A step that changes rows of one table which have values for the same columns, and are compared by the same. */
export class SharedUpdate {
  readonly step: Extract<Step, { readonly update: string }>
  readonly #leaves: readonly Leaf[]
  readonly #same: readonly Leaf[]
  readonly #rows: Cell[][] = []

  private constructor({ leaves }: ColumnValues, { table, leaves: same }: Comparison) {
    this.#leaves = leaves
    this.#same = same
    this.step = { update: table, columns: columnNames(leaves), same: same.map((leaf) => columnOf(inItsTable(leaf), table)), rows: this.#rows, ...typesOf(leaves) }
  }

  /** For a first row, which is still to be added; undefined where a condition is more than that a column is as it was. */
  static of(columns: ColumnValues, where: Comparison): SharedUpdate | undefined {
    return where.others.length === 0 ? new SharedUpdate(columns, where) : undefined
  }

  /** The row that was added last. */
  get last(): number {
    return this.#rows.length - 1
  }

  /** Adds a row, and answers what it writes with the columns that all share; undefined where it needs a step of its own. */
  add(columns: ColumnValues, where: Comparison): ColumnValues | undefined {
    if (where.table !== this.step.update || where.others.length > 0 || !isSameList(columns.leaves, this.#leaves) || !isSameList(where.leaves, this.#same)) return undefined
    const row = [...columns.cells, ...where.values]
    this.#rows.push(row)
    return new ColumnValues(this.#leaves, row)
  }
}

/** The step that changes one row, whatever its condition. */
export function updateOf(columns: ColumnValues, { table, where }: Comparison): Step {
  return { update: table, set: rowOf(columns), ...typesOf(columns.leaves), where: { and: where }, expect: 1 }
}
