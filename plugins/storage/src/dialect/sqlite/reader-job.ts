import type { Bound } from 'better-sqlite3'

/** What is asked of the reader thread: to begin a statement, for its next rows, or to end it. */
export type Question = { readonly job: number } & ({ readonly sql: string; readonly values: readonly Bound[] } | { readonly more: boolean })

/** What it answers to all but the last. */
export interface Reply {
  readonly job: number
  readonly rows?: readonly (readonly Bound[])[]
  /** There are no more. */
  readonly done?: boolean
  readonly error?: { readonly message: string; readonly code: string | undefined }
}
