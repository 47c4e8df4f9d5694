import type { SourceConfig } from '../config.ts'
import type { Value } from '../contract.ts'
import type { Raw } from '../logical.ts'
import type { CopiedTable } from './structure.ts'

/** What a thread reads, and what it gives of it. */
export interface ScanJob {
  readonly table: Pick<CopiedTable, 'name' | 'columns' | 'key'>
  /** In the order of keys, after this one. */
  readonly after?: readonly Raw[] | undefined
  /** Rows as lines of bytes or as values; only their sum; the sums of rows by the hash of their keys; the rows of some of these. */
  readonly give: 'lines' | 'rows' | 'sum' | 'buckets' | { readonly rowsOf: readonly number[] }
}

/** What the thread is for: one database, read as it is at the first job. */
export interface ScanSource {
  readonly name: string
  readonly config: SourceConfig
}

/** Some rows, or all that is asked for where it is no rows. */
export interface ScanBatch {
  readonly count: number
  /** What a `RowSum` of them says. */
  readonly sum: string
  /** The key of the last. */
  readonly last?: readonly Raw[]
  readonly lines?: Uint8Array
  readonly rows?: readonly (readonly Value[])[]
  readonly buckets?: readonly string[]
}

/** What is said to the thread: a job, or that the next batch may come. */
export type ScanQuestion = { readonly job: ScanJob } | { readonly more: true }

export type ScanReply = { readonly batch: ScanBatch } | { readonly done: true } | { readonly error: { readonly message: string; readonly code: string | undefined } }

/** Into so many parts the rows are divided to find those that differ. */
export const bucketCount = 4_096
