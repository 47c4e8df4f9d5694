import type { Catalogue, Table } from './catalogue.ts'
import { sidecarName } from './sidecar.ts'

/** Where the index of a table has each word of a row, with the row's key. */
export const wordColumn = 'caruso_word'
/** Numbers what was changed since the index read it; never again the same. */
export const markColumn = 'caruso_n'

/**
 * The index of a table for searches: a table of words, and one of marks, in which triggers write the key of every row
 * that is changed, whoever changes it. What is searched for is among the rows with the words and those with a mark.
 */
export interface SearchIndex {
  readonly table: string
  readonly key: readonly string[]
  /** The columns whose words it has. */
  readonly columns: readonly string[]
  readonly words: string
  readonly marks: string
}

/**
 * The index of a table of plans. It has been made where there is the table of words, which is made last; the table of
 * marks has, beside the key, a column for each that is read, which holds nothing.
 */
export function searchIndexIn(catalogue: Catalogue, { name: table, key }: Table): SearchIndex | undefined {
  if (key.length === 0) return undefined
  const [words, marks] = [catalogue.find(sidecarName('words', table)), catalogue.find(sidecarName('marks', table))]
  if (words === undefined || marks === undefined) return undefined
  const columns = searchedColumns(key, [...marks.columns.values()].map(({ name, text }) => ({ name, isText: text })))
  return { table, key, columns, words: words.name, marks: marks.name }
}

/** The columns that are read, by those of the table of marks: of the key those that hold texts. */
export function searchedColumns(key: readonly string[], marked: readonly { readonly name: string; readonly isText: boolean }[]): readonly string[] {
  return marked.filter(({ name, isText }) => name !== markColumn && (!key.includes(name) || isText)).map(({ name }) => name)
}

export function searchIndexesIn(catalogue: Catalogue): SearchIndex[] {
  const words = sidecarName('words', '')
  // Most databases have none, and then no table is looked at.
  if (![...catalogue.names].some((name) => name.startsWith(words))) return []
  return [...catalogue.names].filter((name) => !name.startsWith('caruso_') && catalogue.find(sidecarName('words', name)) !== undefined).flatMap((name) => searchIndexIn(catalogue, catalogue.table(name)) ?? [])
}
