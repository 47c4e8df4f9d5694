import type { Bound, Codec } from '../codec.ts'
import type { SourceConfig } from '../config.ts'
import type { Value } from '../contract.ts'
import type { Raw } from '../logical.ts'
import type { CopiedTable } from './structure.ts'

/** What is known of a table while its rows are read or written. */
export interface BulkTable extends Pick<CopiedTable, 'name' | 'columns' | 'key'> {
  /** How each column is kept. */
  readonly codecs: readonly Codec[]
}

/** One connection that reads or writes many rows; each dialect brings one. */
export interface Bulk {
  readonly kind: string
  /** How the database keeps the columns of a table. */
  tableOf(table: Pick<CopiedTable, 'name' | 'columns' | 'key'>): Promise<BulkTable>
  /** Reads from here on see the database as it is now. */
  freeze(): Promise<void>
  /** All rows as they are kept, or those after a key in the order of keys; then ordered by it. */
  scan(table: BulkTable, order: { readonly after?: readonly Raw[] | undefined } | undefined): AsyncIterable<readonly (readonly Raw[])[]>
  count(table: string): Promise<number>
  /** All or nothing. */
  transaction(work: () => Promise<void>): Promise<void>
  run(sql: string, values: readonly Bound[]): Promise<readonly (readonly Raw[])[]>
  insert(table: BulkTable, rows: readonly (readonly Value[])[]): Promise<void>
  /** Where the database reads rows in the form of `fieldOf`, which is much faster. */
  insertLines?(table: BulkTable, lines: Uint8Array): Promise<void>
  /** The lines of all rows that `comparedFieldOf` would give, where the database can write most of them itself. */
  comparedLines?(table: BulkTable): AsyncIterable<readonly string[]>
  /** What the driver threw, as an error of ours with what was tried; others pass as they are. */
  explain(error: unknown, tried: string): unknown
  /** New rows get keys after the highest. */
  countOn(table: string, column: string): Promise<void>
  close(): Promise<void>
}

type Open = (name: string, config: SourceConfig) => Promise<Bulk>

const kinds: Readonly<Record<string, () => Promise<{ readonly openBulk: Open }>>> = {
  sqlite: () => import('../dialect/sqlite/bulk.ts'),
  pg: () => import('../dialect/pg/bulk.ts'),
  mysql: () => import('../dialect/mysql/bulk.ts'),
}

/** A connection of its own; the kind has been checked when the data source was opened. */
export async function openBulk(name: string, config: SourceConfig): Promise<Bulk> {
  const dialect = await kinds[config.kind]?.()
  if (dialect === undefined) throw new TypeError(`Opened data source "${name}" to copy: kind ${JSON.stringify(config.kind)} has no such connection`)
  return dialect.openBulk(name, config)
}
