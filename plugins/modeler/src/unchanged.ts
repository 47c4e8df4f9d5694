import type { Row } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Comparison } from './comparison.ts'
import type { PartTable } from './part-table.ts'
import { leavesOf, type Leaf } from './stored.ts'

/** A filter has no more conditions than a database takes. */
const comparedMost = 400

/** The columns by which a removal notices what others have changed. */
export function allColumns({ key, attributes }: BusinessClass): readonly Leaf[] {
  return [...attributes.values()].filter((attribute) => !key.includes(attribute)).flatMap(({ stored }) => leavesOf(stored)).slice(0, comparedMost)
}

/** Adds that the columns in one table of a class, its own unless another is told, are as they were read. */
export function compareRead(comparison: Comparison, leaves: readonly Leaf[], row: Row, part: PartTable | undefined): void {
  for (const leaf of leaves) {
    const value = row[leaf.path]
    if (value !== undefined && leaf.part === part) comparison.same(leaf, value)
  }
}
