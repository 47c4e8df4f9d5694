import type { Filter, Row } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { equals } from './column-of.ts'
import { inItsTable, type PartTable } from './part-table.ts'
import { leavesOf, type Leaf } from './stored.ts'

/** A filter has no more conditions than a database takes. */
const comparedMost = 400

/** The columns by which a removal notices what others have changed. */
export function allColumns({ key, attributes }: BusinessClass): readonly Leaf[] {
  return [...attributes.values()].filter((attribute) => !key.includes(attribute)).flatMap(({ stored }) => leavesOf(stored)).slice(0, comparedMost)
}

/** The conditions that the columns in one table of a class, its own unless another is told, are as they were read. */
export function unchanged({ table }: BusinessClass, leaves: readonly Leaf[], row: Row, part: PartTable | undefined): Filter[] {
  return leaves.flatMap((leaf): Filter[] => {
    const value = row[leaf.path]
    return value === undefined || leaf.part !== part ? [] : [equals(inItsTable(leaf), part?.table ?? table, value)]
  })
}
