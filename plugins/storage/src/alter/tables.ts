import type { ColumnDescription, TableDescription } from '../description.ts'

/** A table while changes are planned: how it is by then, and what it and its columns are called in the database now; nothing for what is new. */
export interface Planned {
  readonly table: TableDescription
  readonly was: string | undefined
  /** Names of now by the names of then. */
  readonly columnsWere: ReadonlyMap<string, string>
}

export type Tables = ReadonlyMap<string, Planned>

/** The tables that plans can name, by name. */
export function tablesOf(described: readonly TableDescription[]): Tables {
  const named = described.filter(({ schema }) => schema === undefined)
  return new Map(named.map((table) => [table.name, { table, was: table.name, columnsWere: new Map(table.columns.map(({ name }) => [name, name])) }]))
}

/** What the columns of a table are called that no two rows may have the same, as lists of columns: its key too. */
export function uniquesOf({ key, unique }: TableDescription): (readonly string[])[] {
  return [...(key.length === 0 ? [] : [key]), ...unique.map(({ columns }) => columns)]
}

export function columnOf({ columns }: TableDescription, name: string): ColumnDescription | undefined {
  return columns.find((column) => column.name === name)
}

export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index])
}
