import type { Change, DescribedSearch, TableDescription } from '@caruso/storage/contract'
import type { WantedTable } from './wanted.ts'

/** A table as its database describes it, with its index for searches where it has one, or a part of one. */
export type DescribedTable = TableDescription & { readonly search?: DescribedSearch }

/** A table as the last `apply` left it: only what is ours of it, which is all where we made it. */
export interface AppliedTable extends WantedTable {
  /** We made it; else another application did, and we have added columns. */
  readonly created: boolean
}

/** The model that was applied to a data source last. */
export type Applied = readonly AppliedTable[]

/** A change with what takes it back; without, its values would be gone. */
export interface Step {
  readonly change: Change
  readonly undo?: Change
}

/** What leads from the applied model and the database as it is to the model that is wanted. */
export interface ModelDiff {
  readonly steps: readonly Step[]
  /** What is ours afterwards. */
  readonly applied: Applied
}
