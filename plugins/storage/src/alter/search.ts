import type { ColumnDescription, TableDescription } from '../description.ts'
import { describedSearch, markingTriggers } from '../described-search.ts'
import type { DescribedSearch } from '../described-search.ts'
import { markColumn, wordColumn } from '../search-index.ts'
import { sidecarName } from '../sidecar.ts'
import type { Change } from './change.ts'
import { requireColumn } from './names.ts'
import { Refusal } from './refusal.ts'
import { columnOf } from './tables.ts'
import type { Planned, Tables } from './tables.ts'

/** There is an index of the table for searches, or a part of one. */
export function searchOf(tables: Tables, table: TableDescription): DescribedSearch | undefined {
  return describedSearch(table, (name) => tables.get(name)?.table)
}

/** @throws Refusal */
export function searchAdded(tables: Tables, { table }: Planned, columns: readonly string[]): Tables {
  const [words, marks] = [sidecarName('words', table.name), sidecarName('marks', table.name)]
  if (table.key.length === 0) throw new Refusal('its rows cannot be told apart: it has no primary key')
  if ([words, marks].every((name) => tables.has(name))) throw new Refusal('it has one already')
  const other = columns.find((column) => requireColumn(table, column).type !== 'text')
  if (other !== undefined) throw new Refusal(`the column ${JSON.stringify(other)} holds no texts`)
  const reserved = [...table.key, ...columns].find((column) => column === wordColumn || column === markColumn)
  if (reserved !== undefined) throw new Refusal(`the column ${JSON.stringify(reserved)} has a name that the index needs`)
  const key = table.key.flatMap((name) => columnOf(table, name) ?? [])
  const column = (name: string, type: ColumnDescription['type']): ColumnDescription => ({ name, declared: '', nullable: true, ...(type === undefined ? {} : { type }) })
  const beside = (name: string, more: readonly ColumnDescription[]): [string, Planned] => [name, { table: { name, kind: 'table', columns: [...key, ...more], key: [], unique: [], indexes: [], foreignKeys: [], checks: [] }, was: undefined, columnsWere: new Map() }]
  return new Map([
    ...tables,
    beside(marks, [column(markColumn, 'integer'), ...columns.filter((name) => !table.key.includes(name)).map((name) => column(name, 'boolean'))]),
    beside(words, [column(wordColumn, 'text')]),
  ])
}

/** @throws Refusal */
export function searchDropped(tables: Tables, planned: Planned, columns: readonly string[]): Tables {
  const { table } = planned
  const index = searchOf(tables, table)
  if (index === undefined) throw new Refusal('it has none')
  // What is left of one without its marks knows no columns.
  const isOther = index.columns.length > 0 && (!index.columns.every((column) => columns.includes(column) || table.key.includes(column)) || !columns.every((column) => index.columns.includes(column)))
  if (isOther) throw new Refusal(`it is of ${index.columns.map((column) => JSON.stringify(column)).join(', ')}`)
  const beside = [sidecarName('words', table.name), sidecarName('marks', table.name)]
  const marking = markingTriggers(table)
  const triggers = table.triggers?.filter((trigger) => !marking.includes(trigger))
  return new Map([...tables].filter(([name]) => !beside.includes(name))).set(table.name, { ...planned, table: { ...table, ...(triggers === undefined ? {} : { triggers }) } })
}

/** What an index of words needs stays as it is, until the index is dropped. @throws Refusal */
export function requireUnsearched(tables: Tables, planned: Planned, change: Change): void {
  const { table } = planned
  const index = searchOf(tables, table)
  if (index === undefined) return
  const column = 'dropColumn' in change ? change.dropColumn : 'renameColumn' in change ? change.renameColumn : undefined
  const changed = 'changeColumn' in change ? change.changeColumn : undefined
  const needed = 'dropTable' in change || 'renameTable' in change || (column !== undefined && [...table.key, ...index.columns].includes(column)) || (changed !== undefined && (table.key.includes(changed.name) || (index.columns.includes(changed.name) && changed.type !== 'text')))
  if (needed) throw new Refusal('its index for searches needs that, so drop the index before')
}
