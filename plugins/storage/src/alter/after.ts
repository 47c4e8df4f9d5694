import { didYouMean } from '@caruso/contract'
import type { ColumnDescription, ForeignKey, TableDescription } from '../description.ts'
import { withoutEmpty } from '../without-empty.ts'
import type { Change, NewColumn, NewForeignKey, NewIndex } from './change.ts'
import { requireColumn, requireFree, requireName } from './names.ts'
import { Refusal } from './refusal.ts'
import { requireUnsearched, searchAdded, searchDropped } from './search.ts'
import { columnOf, sameNames, uniquesOf } from './tables.ts'
import type { Planned, Tables } from './tables.ts'
import { defaultText } from './values.ts'

/**
 * The tables as they will be after a change. All that can be told by descriptions alone is looked at here, so that a
 * list of changes is refused before the first of them is made.
 *
 * @throws Refusal
 */
export function afterChange(tables: Tables, change: Change): Tables {
  if ('createTable' in change) return created(tables, change)
  requireUnsearched(tables, tableOf(tables, 'dropTable' in change ? change.dropTable : 'renameTable' in change ? change.renameTable : change.table), change)
  if ('dropTable' in change) return dropped(tables, change.dropTable)
  if ('renameTable' in change) return renamed(tables, change.renameTable, change.to)
  const planned = tableOf(tables, change.table)
  if ('renameColumn' in change) return columnRenamed(tables, planned, change.renameColumn, change.to)
  if ('dropColumn' in change) return withTable(tables, columnDropped(tables, planned, change.dropColumn))
  if ('addSearch' in change) return searchAdded(tables, planned, change.addSearch)
  if ('dropSearch' in change) return searchDropped(tables, planned, change.dropSearch)
  if ('addColumn' in change) return withTable(tables, columnAdded(planned, change.addColumn))
  return withTable(tables, { ...planned, table: changed(tables, planned.table, change) })
}

type OfColumn = Extract<Change, { readonly changeColumn: unknown } | { readonly addIndex: unknown } | { readonly dropIndex: unknown } | { readonly dropUnique: unknown } | { readonly addForeignKey: unknown } | { readonly dropForeignKey: unknown }>

function changed(tables: Tables, table: TableDescription, change: OfColumn): TableDescription {
  if ('changeColumn' in change) return columnChanged(tables, table, change.changeColumn)
  if ('addIndex' in change) return indexAdded(tables, table, change.addIndex)
  if ('dropIndex' in change) return indexDropped(tables, table, change.dropIndex)
  if ('dropUnique' in change) return uniqueDropped(tables, table, change.dropUnique)
  if ('addForeignKey' in change) return { ...table, foreignKeys: [...table.foreignKeys, foreignKey(tables, table, change.addForeignKey)] }
  return foreignKeyDropped(table, change.dropForeignKey)
}

/** @throws Refusal where there is none, or it is a view or the like */
export function tableOf(tables: Tables, name: string): Planned {
  const found = tables.get(name)
  if (found === undefined) throw new Refusal(`there is no table ${JSON.stringify(name)}${didYouMean(name, tables.keys())}`)
  if (found.table.kind !== 'table') throw new Refusal(`${JSON.stringify(name)} is a ${found.table.kind}`)
  return found
}

function withTable(tables: Tables, planned: Planned): Tables {
  return new Map(tables).set(planned.table.name, planned)
}

function created(tables: Tables, { createTable: name, columns, key, indexes = [], foreignKeys = [] }: Extract<Change, { readonly createTable: string }>): Tables {
  requireName(name)
  requireFree(name, [...tables.keys()], 'a table')
  const bare: Planned = { table: { name, kind: 'table', columns: [], key: [], unique: [], indexes: [], foreignKeys: [], checks: [] }, was: undefined, columnsWere: new Map() }
  let { table } = columns.reduce((planned, column) => columnAdded(planned, column), bare)
  for (const column of key) requireColumn(table, column)
  const loose = key.find((column) => columnOf(table, column)?.nullable)
  if (loose !== undefined) throw new Refusal(`the column ${JSON.stringify(loose)} of its key is nullable`)
  table = { ...table, key }
  const counted = columns.find(({ identity }) => identity !== undefined)
  if (counted !== undefined && (key.length !== 1 || key[0] !== counted.name || counted.type !== 'integer')) throw new Refusal(`the database can count the values of an integer only that is the whole key, which ${JSON.stringify(counted.name)} is not`)
  for (const index of indexes) table = indexAdded(tables, table, index)
  const within = withTable(tables, { ...bare, table })
  for (const one of foreignKeys) table = { ...table, foreignKeys: [...table.foreignKeys, foreignKey(within, table, one)] }
  return withTable(tables, { ...bare, table })
}

function dropped(tables: Tables, name: string): Tables {
  tableOf(tables, name)
  const referring = [...tables.values()].find(({ table }) => table.name !== name && table.foreignKeys.some((key) => key.table === name))
  if (referring !== undefined) throw new Refusal(`the table ${JSON.stringify(referring.table.name)} refers to it`)
  return new Map([...tables].filter(([known]) => known !== name))
}

function renamed(tables: Tables, name: string, to: string): Tables {
  const { table, ...rest } = tableOf(tables, name)
  requireName(to)
  requireFree(to, [...tables.keys()].filter((known) => known !== name), 'a table')
  const others = [...tables].filter(([known]) => known !== name)
  return referencesChanged(new Map([...others, [to, { table: { ...table, name: to }, ...rest }]]), (key) => (key.table === name ? { ...key, table: to } : key))
}

function columnRenamed(tables: Tables, { table, was, columnsWere }: Planned, name: string, to: string): Tables {
  requireColumn(table, name)
  requireName(to)
  requireFree(to, table.columns.map((column) => column.name).filter((known) => known !== name), 'a column')
  const change = (known: string): string => (known === name ? to : known)
  const after: TableDescription = {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: change(column.name) })),
    key: table.key.map(change),
    unique: table.unique.map((one) => ({ ...one, columns: one.columns.map(change) })),
    indexes: table.indexes.map((index) => ({ ...index, parts: index.parts.map((part) => (part.column === undefined ? part : { ...part, column: change(part.column) })) })),
    foreignKeys: table.foreignKeys.map((key) => ({ ...key, columns: key.columns.map(change) })),
  }
  const changedTables = withTable(tables, { table: after, was, columnsWere: new Map([...columnsWere].map(([now, then]) => [change(now), then])) })
  return referencesChanged(changedTables, (key) => (key.table === table.name ? { ...key, references: key.references.map(change) } : key))
}

function referencesChanged(tables: Tables, change: (key: ForeignKey) => ForeignKey): Tables {
  return new Map([...tables].map(([name, planned]) => [name, planned.table.foreignKeys.length === 0 ? planned : { ...planned, table: { ...planned.table, foreignKeys: planned.table.foreignKeys.map(change) } }]))
}

function columnAdded({ table, was, columnsWere }: Planned, column: NewColumn): Planned {
  requireName(column.name)
  requireFree(column.name, table.columns.map(({ name }) => name), 'a column')
  defaultText(column)
  if (was !== undefined && column.identity !== undefined) throw new Refusal('a column that the database counts can be made with its table only')
  return { table: { ...table, columns: [...table.columns, described(column)] }, was, columnsWere }
}

function described({ default: fallback, ...column }: NewColumn): ColumnDescription {
  return withoutEmpty<ColumnDescription>({ ...column, declared: '', default: fallback === undefined ? undefined : String(fallback) })
}

function columnDropped(tables: Tables, { table, was, columnsWere }: Planned, name: string): Planned {
  requireColumn(table, name)
  if (table.columns.length === 1) throw new Refusal('it is the only column of its table')
  const users = [
    ...(table.key.includes(name) ? ['the primary key'] : []),
    ...table.unique.filter(({ columns }) => columns.includes(name)).map((one) => (one.name === undefined ? `what makes ${one.columns.join(', ')} unique` : `the unique index ${JSON.stringify(one.name)}`)),
    ...table.indexes.filter(({ parts }) => parts.some(({ column }) => column === name)).map((index) => `the index ${JSON.stringify(index.name)}`),
    ...table.foreignKeys.filter(({ columns }) => columns.includes(name)).map((key) => `the foreign key to ${JSON.stringify(key.table)}`),
    ...[...tables.values()].filter((other) => other.table.foreignKeys.some((key) => key.table === table.name && key.references.includes(name))).map((other) => `a foreign key of the table ${JSON.stringify(other.table.name)}`),
  ]
  if (users.length > 0) throw new Refusal(`it is used by ${users.join(', ')}, so drop that before`)
  return { table: { ...table, columns: table.columns.filter((column) => column.name !== name) }, was, columnsWere: new Map([...columnsWere].filter(([now]) => now !== name)) }
}

function columnChanged(tables: Tables, table: TableDescription, column: NewColumn): TableDescription {
  const found = requireColumn(table, column.name)
  defaultText(column)
  if (found.generated !== undefined) throw new Refusal('it is generated')
  if ((found.identity === undefined) !== (column.identity === undefined)) throw new Refusal(found.identity === undefined ? 'a column that the database counts can be made with its table only' : 'the database counts its values, which has to be said of it')
  if (table.key.includes(column.name) && column.nullable) throw new Refusal('it is part of the primary key, which may not be null')
  if (found.identity !== undefined && column.type !== 'integer') throw new Refusal('the database counts its values, so it stays an integer')
  const referring = (key: ForeignKey): boolean => key.table === table.name && key.references.includes(column.name)
  const related = table.foreignKeys.some(({ columns }) => columns.includes(column.name)) || [...tables.values()].some((other) => other.table.foreignKeys.some(referring))
  if (found.type !== column.type && related) throw new Refusal('a foreign key compares it with a column of the same type, so drop that before')
  const { comment, onUpdate } = found
  return { ...table, columns: table.columns.map((one) => (one.name === column.name ? withoutEmpty<ColumnDescription>({ ...described(column), identity: found.identity, comment, onUpdate }) : one)) }
}

function indexAdded(tables: Tables, table: TableDescription, { name, unique, parts }: NewIndex): TableDescription {
  requireName(name)
  for (const { column } of parts) requireColumn(table, column)
  // Names of indexes are the schema's in PostgreSQL and SQLite, the table's in MySQL.
  const known = [...tables.values(), { table }].flatMap((one) => [...one.table.indexes, ...one.table.unique].flatMap((index) => index.name ?? []))
  requireFree(name, [...known, ...tables.keys()], 'an index or a table')
  if (!unique) return { ...table, indexes: [...table.indexes, { name, unique, parts }] }
  return { ...table, unique: [...table.unique, { name, columns: parts.map(({ column }) => column) }] }
}

function indexDropped(tables: Tables, table: TableDescription, name: string): TableDescription {
  const own = table.unique.find((one) => one.name === name)
  if (own !== undefined) requireUnused(tables, table, own.columns)
  else if (!table.indexes.some((index) => index.name === name)) throw new Refusal(`its table has no index ${JSON.stringify(name)}`)
  return { ...table, unique: table.unique.filter((one) => one !== own), indexes: table.indexes.filter((index) => index.name !== name) }
}

function uniqueDropped(tables: Tables, table: TableDescription, columns: readonly string[]): TableDescription {
  const own = table.unique.find((one) => sameNames(one.columns, columns))
  if (own === undefined) throw new Refusal(`nothing makes ${columns.join(', ')} unique`)
  requireUnused(tables, table, columns)
  return { ...table, unique: table.unique.filter((one) => one !== own) }
}

/** What a foreign key refers to has to be unique. */
function requireUnused(tables: Tables, table: TableDescription, columns: readonly string[]): void {
  const referring = [...tables.values()].find((other) => other.table.foreignKeys.some((key) => key.table === table.name && isSet(key.references, columns)))
  const others = uniquesOf(table).filter((one) => isSet(one, columns))
  if (referring !== undefined && others.length < 2) throw new Refusal(`a foreign key of the table ${JSON.stringify(referring.table.name)} needs it`)
}

function foreignKey(tables: Tables, table: TableDescription, { name, columns, table: other, references, onDelete, onUpdate }: NewForeignKey): ForeignKey {
  requireName(name)
  for (const column of columns) requireColumn(table, column)
  const parent = other === table.name ? table : tableOf(tables, other).table
  for (const column of references) requireColumn(parent, column)
  if (columns.length !== references.length) throw new Refusal(`${columns.length} columns refer to ${references.length}`)
  if (!uniquesOf(parent).some((one) => isSet(one, references))) throw new Refusal(`nothing makes ${references.join(', ')} of ${JSON.stringify(other)} unique`)
  const different = columns.find((column, index) => columnOf(table, column)?.type !== columnOf(parent, references[index] ?? '')?.type)
  if (different !== undefined) throw new Refusal(`${JSON.stringify(different)} has another type than what it refers to`)
  requireFree(name, table.foreignKeys.flatMap((key) => key.name ?? []), 'a foreign key')
  return { name, columns, table: other, references, onDelete, onUpdate }
}

function foreignKeyDropped(table: TableDescription, columns: readonly string[]): TableDescription {
  const found = table.foreignKeys.filter((key) => sameNames(key.columns, columns))
  if (found.length !== 1) throw new Refusal(`${found.length === 0 ? 'no' : 'more than one'} foreign key has exactly these columns`)
  // MySQL makes an index for it, of its name.
  return { ...table, foreignKeys: table.foreignKeys.filter((key) => key !== found[0]), indexes: table.indexes.filter((index) => index.name !== found[0]?.name) }
}

function isSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}
