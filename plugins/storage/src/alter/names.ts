import { didYouMean } from '@caruso/contract'
import type { ColumnDescription, TableDescription } from '../description.ts'
import { keysTable } from '../keys.ts'
import { Refusal } from './refusal.ts'
import { columnOf } from './tables.ts'

/** A new name is one that all databases keep as it is. @throws Refusal */
export function requireName(name: string): void {
  const bytes = Buffer.byteLength(name)
  if (bytes > 63) throw new Refusal(`the name ${JSON.stringify(name)} has ${bytes} bytes, at most 63 are kept by every database`)
  if (name.trim() !== name || /\p{C}/u.test(name) || !name.isWellFormed()) throw new Refusal(`the name ${JSON.stringify(name)} begins or ends with a blank, or has a character that cannot be seen`)
  if (name.toLowerCase() === keysTable || name.toLowerCase().startsWith('sqlite_')) throw new Refusal(`the name ${JSON.stringify(name)} is a database's or the storage's own`)
}

/** Some databases take "A" and "a" for one name. @throws Refusal */
export function requireFree(name: string, taken: readonly string[], what: string): void {
  const found = taken.find((known) => known.toLowerCase() === name.toLowerCase())
  if (found !== undefined) throw new Refusal(`there is ${what} ${JSON.stringify(found)} already`)
}

/** @throws Refusal */
export function requireColumn(table: TableDescription, name: string): ColumnDescription {
  const found = columnOf(table, name)
  if (found === undefined) throw new Refusal(`the table ${JSON.stringify(table.name)} has no column ${JSON.stringify(name)}${didYouMean(name, table.columns.map((column) => column.name))}`)
  return found
}
