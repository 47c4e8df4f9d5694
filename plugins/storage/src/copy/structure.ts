import type { Change, NewColumn, NewForeignKey, NewIndex } from '../alter/change.ts'
import type { ColumnDescription, IndexDescription, TableDescription } from '../description.ts'
import { withoutEmpty } from '../without-empty.ts'
import { inDependencyOrder } from './dependency-order.ts'
import { journalTable } from './journal.ts'
import { plainDefault } from './plain-default.ts'

/** A table whose rows are carried. */
export interface CopiedTable {
  readonly name: string
  readonly columns: readonly CopiedColumn[]
  /** By which its rows are told apart; none where it has no key. */
  readonly key: readonly string[]
  /** The column that the database counts. */
  readonly counted: string | undefined
}

export type CopiedColumn = Pick<NewColumn, 'name' | 'type' | 'length' | 'digits' | 'places'>

/** What makes the tables of one database in another. */
export interface Structure {
  readonly tables: readonly CopiedTable[]
  /** Made before there are rows: tables, in the order in which they need each other. */
  readonly before: readonly Change[]
  /** Made when the rows are there, since that is faster then: indexes, and foreign keys. */
  readonly after: readonly Change[]
  /** What the other database will not have, in words. */
  readonly leftOut: readonly string[]
}

// MySQL's keys have 3,072 bytes, four for a character.
const keyCharacters = 768

/** @param kind of the database that gets the tables */
export function structureFor(kind: string, described: readonly TableDescription[]): Structure {
  const leftOut: string[] = []
  const kept = described.filter((table) => table.name !== journalTable && isCarried(table, leftOut))
  const ordered = inDependencyOrder(kept.map((table) => ({ name: table.name, table, needs: table.foreignKeys.map((key) => key.table) }))).map(({ table }) => table)
  const names = new Set<string>()
  const takenByIndexes = new Set(kept.map(({ name }) => name.toLowerCase()))
  const takenByKeys = new Set<string>()
  const made = ordered.map((table) => {
    names.add(table.name)
    const foreignKeys = foreignKeysOf(table, kept, leftOut).map((key) => ({ ...key, name: freeName(table.name, key.name, takenByKeys) }))
    const isThere = (key: NewForeignKey): boolean => names.has(key.table)
    return {
      columns: table.columns.map((column) => columnOf(column, table, kind, leftOut)),
      table,
      indexes: indexesOf(table, leftOut).map((index) => ({ ...index, name: freeName(table.name, index.name, takenByIndexes) })),
      // SQLite can add a foreign key only by making its table anew.
      within: kind === 'sqlite' ? foreignKeys.filter(isThere) : [],
      later: kind === 'sqlite' ? foreignKeys.filter((key) => !isThere(key)) : foreignKeys,
    }
  })
  const created = made.map(({ table, columns, within }): Change => ({ createTable: table.name, columns, key: table.key, foreignKeys: within }))
  const indexes = made.flatMap(({ table, indexes: all }) => all.map((addIndex): Change => ({ addIndex, table: table.name })))
  const referring = made.flatMap(({ table, later }) => later.map((addForeignKey): Change => ({ addForeignKey, table: table.name })))
  // What is referred to must be unique before; an empty table is made anew at once.
  const [before, after] = kind === 'sqlite' ? [[...created, ...indexes.filter(isUnique), ...referring], indexes.filter((index) => !isUnique(index))] : [created, [...indexes, ...referring]]
  return { tables: made.map(({ table, columns }) => ({ name: table.name, columns, key: table.key, counted: columns.find(({ identity }) => identity !== undefined)?.name })), before, after, leftOut }
}

function isUnique(change: Change): boolean {
  return 'addIndex' in change && change.addIndex.unique
}

function isCarried(table: TableDescription, leftOut: string[]): boolean {
  // Without its triggers an index would miss what is changed; it is made anew there.
  if (table.partitionOf !== undefined || /^caruso_(words|marks)_/.test(table.name)) return false
  const why = table.schema !== undefined ? `it is in the schema ${table.schema}` : table.unreadable ? 'it may not be read' : table.kind !== 'table' ? `it is a ${table.kind}` : table.problem
  if (why === undefined) {
    for (const { name } of table.triggers ?? []) if (!name.startsWith('caruso_marks_')) leftOut.push(`trigger ${name} of ${table.name}`)
    for (const check of table.checks) if (!check.expression.startsWith('json_valid(')) leftOut.push(`check ${check.name ?? check.expression} of ${table.name}`)
    return true
  }
  leftOut.push(`${table.name}: ${why}`)
  return false
}

function columnOf(column: ColumnDescription, table: TableDescription, kind: string, leftOut: string[]): NewColumn {
  const { name, length, digits, places, nullable, generated, onUpdate, domain } = column
  const type = column.several ? 'text' : (column.type ?? 'text')
  const of = `of ${table.name}.${name}`
  const counted = column.identity !== undefined && table.key.length === 1 && table.key[0] === name && type === 'integer'
  // What "serial" made has a default too, which belongs to its sequence.
  const fallback = column.default === undefined || counted || generated !== undefined ? undefined : plainDefault(type, column.default)
  if (column.default !== undefined && fallback === undefined && column.identity === undefined && generated === undefined) leftOut.push(`default ${column.default} ${of}`)
  if (column.identity !== undefined && !counted) leftOut.push(`counting ${of}`)
  if (generated !== undefined) leftOut.push(`formula ${of}; its values are copied`)
  if (onUpdate !== undefined) leftOut.push(`on update ${onUpdate} ${of}`)
  if (column.values !== undefined || domain !== undefined) leftOut.push(`allowed values ${of}`)
  const isKeyed = kind === 'mysql' && (type === 'text' || type === 'bytes') ? keyedWith(table, name) : undefined
  const fitting = length !== undefined && length > 0 && !column.several && (type === 'text' || type === 'bytes') ? length : undefined
  return withoutEmpty<NewColumn>({
    name,
    type,
    length: isKeyed === undefined ? fitting : Math.min(fitting ?? Infinity, Math.floor(keyCharacters / isKeyed)),
    ...(type === 'decimal' && digits !== undefined && digits <= 65 ? { digits, places } : {}),
    ...((type === 'instant' || type === 'time') && places !== undefined && places <= 6 ? { places } : {}),
    nullable: nullable && !table.key.includes(name),
    default: fallback,
    identity: counted ? 'by default' : undefined,
  })
}

/** The most columns of a key or an index that a column is in. */
function keyedWith({ key, unique, indexes, foreignKeys }: TableDescription, name: string): number | undefined {
  const sets = [key, ...unique.map(({ columns }) => columns), ...indexes.map(({ parts }) => parts.flatMap(({ column }) => column ?? [])), ...foreignKeys.map(({ columns }) => columns)]
  const sizes = sets.filter((columns) => columns.includes(name)).map((columns) => columns.length)
  return sizes.length === 0 ? undefined : Math.max(...sizes)
}

/** Names of indexes are the schema's in some databases, and some indexes have none. */
function indexesOf(table: TableDescription, leftOut: string[]): NewIndex[] {
  const unique = table.unique.map((one): NewIndex => ({ name: named(table, one.name, one.columns, 'key'), unique: true, parts: one.columns.map((column) => ({ column })) }))
  const others = table.indexes.flatMap((index) => {
    if (isPlain(index)) return [{ name: named(table, index.name, index.parts.flatMap(({ column }) => column ?? []), 'idx'), unique: index.unique, parts: index.parts.flatMap(({ column, desc }) => (column === undefined ? [] : [{ column, ...(desc ? { desc } : {}) }])) }]
    leftOut.push(`index ${index.name} of ${table.name}`)
    return []
  })
  // MySQL makes an index for each reference, which the others need not have.
  return [...unique, ...others]
}

function isPlain({ parts, where, method }: IndexDescription): boolean {
  return where === undefined && method === undefined && parts.every(({ column, length }) => column !== undefined && length === undefined)
}

function foreignKeysOf(table: TableDescription, kept: readonly TableDescription[], leftOut: string[]): NewForeignKey[] {
  return table.foreignKeys.flatMap((key) => {
    const { columns, table: other, references, onDelete, onUpdate } = key
    if (key.schema === undefined && kept.some(({ name }) => name === other)) return [{ name: named(table, key.name, columns, 'fkey'), columns, table: other, references, onDelete, onUpdate }]
    leftOut.push(`foreign key of ${table.name} to ${other}`)
    return []
  })
}

/** A name for the whole database: MySQL's are those of a table, where many are called alike. */
function named(table: TableDescription, name: string | undefined, columns: readonly string[], ending: string): string {
  if (name !== undefined && name.toLowerCase().includes(table.name.toLowerCase())) return shortened(name)
  return shortened(`${table.name}_${name ?? columns.join('_')}${name === undefined ? `_${ending}` : ''}`)
}

/** One that nothing else has: an index called after two tables may be there twice, and one may be called as its table. */
function freeName(table: string, name: string, taken: Set<string>): string {
  let free = name
  for (let count = 1; taken.has(free.toLowerCase()); count++) free = shortened(`${table}_${name}${count === 1 ? '' : `_${count}`}`)
  taken.add(free.toLowerCase())
  return free
}

/** To the 63 bytes that every database keeps, from the middle. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= 63) return name
  const letters = Array.from(name)
  letters.splice(Math.floor(letters.length / 2), 1)
  return shortened(letters.join(''))
}
