import { codeOf, messageOf } from '@caruso/contract'
import { setImmediate } from 'node:timers/promises'
import { declaredSize } from '../../declared-size.ts'
import type { ColumnDescription, ForeignKey, IndexDescription, TableDescription, TriggerDescription } from '../../description.ts'
import { keysTable } from '../../keys.ts'
import type { Raw } from '../../logical.ts'
import { referentialAction } from '../../referential-action.ts'
import { withoutEmpty } from '../../without-empty.ts'
import type { Connection } from './connection.ts'
import { indexText, tableText, triggerText } from './declarations.ts'
import type { TableText } from './declarations.ts'
import { declaredType } from './declared-type.ts'

const sliceMilliseconds = 4

const tables = `select name, type, wr, strict from pragma_table_list where schema = 'main' and type in ('table', 'view', 'virtual') and name not like 'sqlite\\_%' escape '\\' and name <> ? order by name`
const columns = `select name, type, "notnull", dflt_value, pk, hidden from pragma_table_xinfo(?, 'main') order by cid`
const texts = `select type, name, sql, tbl_name from sqlite_schema where sql is not null order by name`
const indexes = `select name, "unique", origin, partial from pragma_index_list(?, 'main') order by name`
const indexParts = `select cid, name, "desc" from pragma_index_xinfo(?, 'main') where key = 1 order by seqno`
// SQLite numbers foreign keys from the last that was declared.
const foreignKeys = `select id, "table", "from", "to", on_delete, on_update from pragma_foreign_key_list(?, 'main') order by id desc, seq`
const statistics = `select stat from sqlite_stat1 where tbl = ? order by idx is null desc limit 1`

/** The tables and views of the database, each read in one go; `use` lends a connection for so long. */
export async function* describeTables(use: <T>(work: (connection: Connection) => T) => Promise<T>): AsyncGenerator<TableDescription, void> {
  const { listed, known } = await use(list)
  let until = performance.now() + sliceMilliseconds
  for (const one of listed) {
    const described = await use((connection) => describeTable(connection, one, known))
    if (described !== undefined) yield described
    if (performance.now() < until) continue
    await setImmediate()
    until = performance.now() + sliceMilliseconds
  }
}

interface Listed {
  readonly name: string
  readonly kind: TableDescription['kind']
  readonly withoutRowid: true | undefined
  readonly strict: true | undefined
}

/** What is looked up for many tables, and would be searched from the beginning for each. */
interface Known {
  /** The text of each table and index, by type and name. */
  readonly texts: ReadonlyMap<string, string>
  /** Names of tables as they are written, by these in small letters. */
  readonly names: ReadonlyMap<string, string>
  /** The triggers of tables and views, by their names in small letters. */
  readonly triggers: ReadonlyMap<string, readonly TriggerDescription[]>
}

function list(connection: Connection): { readonly listed: readonly Listed[]; readonly known: Known } {
  const listed = connection.all(tables, [keysTable]).map(([name, type, wr, strict]) => ({ name: String(name), kind: kinds[String(type)] ?? 'table', withoutRowid: Number(wr) === 1 || undefined, strict: Number(strict) === 1 || undefined }))
  const written = connection.all(texts)
  return {
    listed,
    known: {
      texts: new Map(written.map(([type, name, sql]) => [`${String(type)} ${String(name)}`, String(sql)])),
      names: new Map(written.filter(([type]) => type === 'table').map(([, name]) => [String(name).toLowerCase(), String(name)])),
      triggers: triggersOf(written.filter(([type]) => type === 'trigger')),
    },
  }
}

function triggersOf(rows: readonly (readonly Raw[])[]): ReadonlyMap<string, readonly TriggerDescription[]> {
  const found = new Map<string, TriggerDescription[]>()
  for (const [, name, sql, table] of rows) {
    const of = String(table).toLowerCase()
    found.set(of, [...(found.get(of) ?? []), { name: String(name), ...triggerText(String(sql)) }])
  }
  return found
}

const kinds: Readonly<Record<string, TableDescription['kind']>> = { view: 'view', virtual: 'virtual table' }

/** Undefined when it has gone meanwhile. */
function describeTable(connection: Connection, { name, kind, withoutRowid, strict }: Listed, known: Known): TableDescription | undefined {
  const found = columnsOf(connection, name)
  if ('problem' in found) return { name, kind, columns: [], key: [], unique: [], indexes: [], foreignKeys: [], checks: [], problem: found.problem }
  if (found.rows.length === 0) return undefined
  const said = tableText(kind === 'table' ? (known.texts.get(`table ${name}`) ?? '') : '')
  const key = found.rows.filter(({ place }) => place > 0).toSorted((a, b) => a.place - b.place).map((column) => column.name)
  const { unique, others, ownKey } = indexesOf(connection, name, known)
  // A single column of exactly this type is the number of the row itself.
  const isRowid = ({ declared }: Found): boolean => kind === 'table' && key.length === 1 && !withoutRowid && !ownKey && declared.toLowerCase() === 'integer'
  return withoutEmpty<TableDescription>({
    name,
    kind,
    columns: found.rows.map((column) => describeColumn(column, said, column.place > 0 && isRowid(column))),
    key,
    unique,
    indexes: others,
    foreignKeys: kind === 'table' ? foreignKeysOf(connection, name, known) : [],
    checks: said.checks,
    triggers: known.triggers.get(name.toLowerCase()),
    rows: kind === 'table' && known.names.has('sqlite_stat1') ? estimated(connection, name) : undefined,
    withoutRowid,
    strict,
  })
}

interface Found {
  readonly name: string
  readonly declared: string
  readonly required: boolean
  readonly fallback: string | undefined
  readonly place: number
  readonly hidden: number
}

/** A view of tables that are gone has columns that SQLite cannot tell. */
function columnsOf(connection: Connection, name: string): { readonly rows: readonly Found[] } | { readonly problem: string } {
  try {
    const rows = connection.all(columns, [name])
    return { rows: rows.map(([column, type, required, fallback, place, hidden]) => ({ name: String(column), declared: String(type), required: Number(required) === 1, fallback: said(fallback), place: Number(place), hidden: Number(hidden) })) }
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_ERROR') throw error
    return { problem: messageOf(error) }
  }
}

function describeColumn({ name, declared, required, fallback, hidden }: Found, { generated }: TableText, isRowid: boolean): ColumnDescription {
  const type = declaredType(declared)
  return withoutEmpty<ColumnDescription>({
    name,
    declared,
    type,
    ...declaredSize(type, declared),
    nullable: !required && !isRowid,
    default: fallback?.toLowerCase() === 'null' ? undefined : fallback,
    identity: isRowid ? 'by default' : undefined,
    generated: hidden > 1 ? withoutEmpty<NonNullable<ColumnDescription['generated']>>({ stored: hidden === 3, expression: generated.get(name) }) : undefined,
    hidden: hidden === 1 || undefined,
  })
}

interface Indexes {
  readonly unique: TableDescription['unique']
  readonly others: readonly IndexDescription[]
  /** The primary key has an index, so it is not the number of the row. */
  readonly ownKey: boolean
}

function indexesOf(connection: Connection, table: string, known: Known): Indexes {
  const unique: TableDescription['unique'][number][] = []
  const others: IndexDescription[] = []
  const listed = connection.all(indexes, [table])
  for (const [found, isUnique, origin, partial] of listed) {
    if (origin === 'pk') continue
    const name = String(found)
    const written = indexText(known.texts.get(`index ${name}`) ?? '')
    const parts = connection.all(indexParts, [name]).map(([cid, column, desc], place) =>
      withoutEmpty<IndexDescription['parts'][number]>({ ...(Number(cid) >= 0 ? { column: String(column) } : { expression: written.parts[place] ?? '' }), desc: Number(desc) === 1 || undefined }))
    const plain = parts.flatMap(({ column }) => column ?? [])
    if (Number(isUnique) === 1 && Number(partial) === 0 && plain.length === parts.length) unique.push({ ...(origin === 'c' ? { name } : {}), columns: plain })
    else others.push(withoutEmpty<IndexDescription>({ name, unique: Number(isUnique) === 1, parts, where: written.where }))
  }
  return { unique, others, ownKey: listed.some(([, , origin]) => origin === 'pk') }
}

function foreignKeysOf(connection: Connection, name: string, { names }: Known): ForeignKey[] {
  const found = new Map<Raw, ForeignKey & { readonly columns: string[]; readonly references: string[] }>()
  for (const [id = null, table, from, to, onDelete, onUpdate] of connection.all(foreignKeys, [name])) {
    const known = found.get(id) ?? { columns: [], table: names.get(String(table).toLowerCase()) ?? String(table), references: [], onDelete: referentialAction(onDelete), onUpdate: referentialAction(onUpdate) }
    found.set(id, known)
    known.columns.push(String(from))
    if (typeof to === 'string') known.references.push(to)
  }
  return [...found.values()].map((key) => ({ ...key, references: referenced(connection, key) }))
}

/** Names as the other table writes them; its primary key where none are given. */
function referenced(connection: Connection, { table, references }: ForeignKey): readonly string[] {
  const other = columnsOf(connection, table)
  if ('problem' in other) return references
  if (references.length === 0) return other.rows.filter(({ place }) => place > 0).toSorted((a, b) => a.place - b.place).map((column) => column.name)
  return references.map((name) => other.rows.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name)
}

/** As many as `analyze` has counted. */
function estimated(connection: Connection, name: string): number | undefined {
  const rows = Number.parseInt(String(connection.all(statistics, [name])[0]?.[0]), 10)
  return Number.isNaN(rows) ? undefined : rows
}

function said(value: Raw | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
