import type { KeyReference, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { ColumnValues } from './object-values.ts'
import type { PartTable } from './part-table.ts'

/** A row of a step. */
export type StepRow = Record<string, Value | KeyReference>

/** What is written to one table of a class; to its own where no other is told. */
export function columnsIn({ parts }: BusinessClass, columns: ColumnValues, part?: PartTable): ColumnValues {
  return parts.length === 0 ? columns : new Map([...columns].filter(([leaf]) => leaf.part === part))
}

export function rowOf(columns: ColumnValues): StepRow {
  const row: StepRow = {}
  // Not by its entries, each of which would be a list of two.
  columns.forEach((value, { column }) => {
    // Set as others are, it would be lost.
    if (column === '__proto__') Object.defineProperty(row, column, { value, enumerable: true })
    else row[column] = value
  })
  return row
}
