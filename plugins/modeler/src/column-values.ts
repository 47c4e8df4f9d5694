import type { Cell } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { PartTable } from './part-table.ts'
import type { Leaf } from './stored.ts'

/** What a change writes, by column. Changes of the same columns share the list of these. */
export class ColumnValues {
  readonly leaves: readonly Leaf[]
  /** Of each column, in their order; there may be more, of no column. */
  readonly cells: readonly Cell[]

  constructor(leaves: readonly Leaf[], cells: readonly Cell[]) {
    this.leaves = leaves
    this.cells = cells
  }

  get size(): number {
    return this.leaves.length
  }

  get(leaf: Leaf): Cell | undefined {
    const at = this.leaves.indexOf(leaf)
    return at === -1 ? undefined : this.cells[at]
  }

  with(leaf: Leaf, cell: Cell): ColumnValues {
    return new ColumnValues([...this.leaves, leaf], [...this.cells, cell])
  }

  entries(): (readonly [Leaf, Cell])[] {
    return this.leaves.map((leaf, index) => [leaf, this.cells[index] ?? null] as const)
  }
}

/** Whether it is the same columns, in the same order. */
export function isSameList(leaves: readonly Leaf[], others: readonly Leaf[]): boolean {
  return leaves === others || (leaves.length === others.length && leaves.every((leaf, index) => leaf === others[index]))
}

export const noColumns = new ColumnValues([], [])

/** What is written to one table of a class; to its own where no other is told. */
export function columnsIn({ parts }: BusinessClass, columns: ColumnValues, part?: PartTable): ColumnValues {
  if (parts.length === 0) return columns
  const mine = columns.entries().filter(([leaf]) => leaf.part === part)
  return new ColumnValues(mine.map(([leaf]) => leaf), mine.map(([, cell]) => cell))
}

/** The names of columns, as steps have them. */
export function columnNames(leaves: readonly Leaf[]): string[] {
  return leaves.map(({ column }) => column)
}

/** The values by the names of their columns, for a step of one row. */
export function rowOf(columns: ColumnValues): Record<string, Cell> {
  const row: Record<string, Cell> = {}
  for (const [{ column }, value] of columns.entries()) {
    // Set as others are, it would be lost.
    if (column === '__proto__') Object.defineProperty(row, column, { value, enumerable: true })
    else row[column] = value
  }
  return row
}
