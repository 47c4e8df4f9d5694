import type { Change } from '../../alter/change.ts'
import { columnSql, foreignKeySql, textLiteral } from '../../alter/ddl.ts'
import { columnOf } from '../../alter/tables.ts'
import type { ColumnDescription, TableDescription } from '../../description.ts'
import type { Connection } from './connection.ts'
import { sqliteDdl } from './ddl.ts'
import { withColumn, withoutForeignKey, withoutUnique, withPart } from './table-edit.ts'

type Rebuilding = Extract<Change, { readonly changeColumn: unknown } | { readonly addForeignKey: unknown } | { readonly dropForeignKey: unknown } | { readonly dropUnique: unknown }>

const { quote } = sqliteDdl
const fresh = 'caruso_new'

/**
 * What SQLite's `alter table` cannot: the table is made anew beside the old one by its own changed text, filled, and
 * takes its name; indexes and triggers are made again. Foreign keys must be off.
 */
export function rebuiltWith(connection: Connection, table: TableDescription, change: Rebuilding): string[] {
  const { name } = table
  const written = connection.all(`select type, name, sql from sqlite_schema where tbl_name = ? and sql is not null order by type = 'trigger', rowid`, [name])
  const text = String(written.find(([type]) => type === 'table')?.[2])
  const kept = table.columns.filter(({ generated, hidden }) => generated === undefined && hidden === undefined)
  const columns = kept.map((column) => quote(column.name)).join(', ')
  const values = kept.map((column) => valueOf(column, change)).join(', ')
  return [
    edited(text, change, table),
    `insert into ${quote(fresh)} (${columns}) select ${values} from ${quote(name)}`,
    ...(/\bautoincrement\b/i.test(text) ? countedOn(name) : []),
    `drop table ${quote(name)}`,
    // Else views and triggers that name the table, which is missing for a moment, would prevent it.
    'pragma legacy_alter_table = on',
    `alter table ${quote(fresh)} rename to ${quote(name)}`,
    'pragma legacy_alter_table = off',
    ...written.filter(([type]) => type !== 'table').map(([, , sql]) => String(sql)),
  ]
}

function edited(text: string, change: Rebuilding, table: TableDescription): string {
  const create = `create table ${quote(fresh)}`
  if ('changeColumn' in change) return withColumn(text, create, change.changeColumn.name, columnSql(sqliteDdl, change.changeColumn, undefined))
  if ('addForeignKey' in change) return withPart(text, create, foreignKeySql(sqliteDdl, change.addForeignKey))
  const names = (written: readonly string[]): readonly string[] => written.map((name) => columnOf(table, name)?.name ?? table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name)
  return 'dropForeignKey' in change ? withoutForeignKey(text, create, change.dropForeignKey, names) : withoutUnique(text, create, change.dropUnique, names)
}

/** Another type is kept in another form. */
function valueOf(before: ColumnDescription, change: Rebuilding): string {
  const held = quote(before.name)
  const column = 'changeColumn' in change && change.changeColumn.name === before.name ? change.changeColumn : undefined
  if (column === undefined || plain(sqliteDdl.declare(column, undefined)) === plain(before.declared)) return held
  return `caruso_convert(${held}, ${textLiteral(`${before.type ?? 'text'} ${column.type}`)})`
}

function plain(declared: string): string {
  return declared.replace(/\(.*$/, '').trim().toLowerCase()
}

/** The highest number that was ever given is kept, also where its row is gone. */
function countedOn(name: string): string[] {
  return [
    `delete from sqlite_sequence where name = ${textLiteral(fresh)}`,
    `insert into sqlite_sequence (name, seq) select ${textLiteral(fresh)}, seq from sqlite_sequence where name = ${textLiteral(name)}`,
  ]
}
