import type { Catalogue } from './catalogue.ts'
import { StorageError } from './errors.ts'
import type { Sidecar } from './sidecar.ts'

/** @throws StorageError `TABLE_UNKNOWN`, `PLAN_INVALID` where the table has another primary key, or as a view none */
export function requireKey(catalogue: Catalogue, { table, key }: Sidecar, tried: string): void {
  const found = catalogue.table(table).key
  const names = (columns: readonly string[]): string => (columns.length === 0 ? 'none' : columns.map((column) => JSON.stringify(column)).join(', '))
  if (found.length === key.length && key.every((column) => found.includes(column))) return
  throw new StorageError('PLAN_INVALID', `${tried}: expected the primary key ${names(key)}, found ${names(found)}`)
}
