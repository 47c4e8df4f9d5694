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

interface Named {
  readonly name: string
  readonly key: readonly string[]
  readonly columns: Iterable<{ readonly name: string; readonly isText: boolean }>
}

/**
 * The index of a table, as its database tells. It has been made where there is the table of words, which is made last;
 * the table of marks has, beside the key, a column for each that is read, which holds nothing.
 */
export function searchIndexOf({ name: table, key }: Pick<Named, 'name' | 'key'>, find: (name: string) => Named | undefined): SearchIndex | undefined {
  if (key.length === 0) return undefined
  const [words, marks] = [find(sidecarName('words', table)), find(sidecarName('marks', table))]
  if (words === undefined || marks === undefined) return undefined
  const columns = [...marks.columns].filter(({ name, isText }) => name !== markColumn && (!key.includes(name) || isText)).map(({ name }) => name)
  return { table, key, columns, words: words.name, marks: marks.name }
}

/** The index of a table of plans. */
export function searchIndexIn(catalogue: Catalogue, table: Table): SearchIndex | undefined {
  return searchIndexOf(table, (name) => {
    const found = catalogue.find(name)
    return found && { name, key: found.key, columns: [...found.columns.values()].map((column) => ({ name: column.name, isText: column.text })) }
  })
}

export function searchIndexesIn(catalogue: Catalogue): SearchIndex[] {
  const words = sidecarName('words', '')
  // Most databases have none, and then no table is looked at.
  if (![...catalogue.names].some((name) => name.startsWith(words))) return []
  return [...catalogue.names].filter((name) => !name.startsWith('caruso_') && catalogue.find(sidecarName('words', name)) !== undefined).flatMap((name) => searchIndexIn(catalogue, catalogue.table(name)) ?? [])
}
