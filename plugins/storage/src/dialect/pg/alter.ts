import type { Change, NewColumn } from '../../alter/change.ts'
import { columnSql, createTableSql, foreignKeySql, indexSql } from '../../alter/ddl.ts'
import type { ServerAlter } from '../../alter/server.ts'
import { searchOf } from '../../alter/search.ts'
import { columnOf, sameNames } from '../../alter/tables.ts'
import type { Tables } from '../../alter/tables.ts'
import type { ColumnDescription, TableDescription } from '../../description.ts'
import type { LogicalType } from '../../logical-type.ts'
import { declared, pgDdl } from './ddl.ts'
import { addSearch, dropSearch } from './search.ts'

const { quote } = pgDdl

export const pgAlter: ServerAlter = {
  statements: async (connection) => {
    const schema = String((await connection.run('select current_schema()', [])).rows[0]?.[0])
    return (change, tables) => statements(change, tables, schema)
  },
  lock: (quoted) => `lock table ${quoted} in access exclusive mode`,
}

function statements(change: Change, tables: Tables, schema: string): string[] {
  if ('createTable' in change) return createTableSql(pgDdl, change)
  if ('dropTable' in change) return [`drop table ${quote(change.dropTable)}`]
  if ('renameTable' in change) return [`alter table ${quote(change.renameTable)} rename to ${quote(change.to)}`]
  const alter = `alter table ${quote(change.table)}`
  const table = tables.get(change.table)?.table
  if ('addColumn' in change) return [`${alter} add column ${columnSql(pgDdl, change.addColumn, undefined)}`]
  if ('dropColumn' in change) return [`${alter} drop column ${quote(change.dropColumn)}`]
  if ('renameColumn' in change) return [`${alter} rename column ${quote(change.renameColumn)} to ${quote(change.to)}`]
  if ('changeColumn' in change) return columnChanged(alter, change.changeColumn, table === undefined ? undefined : columnOf(table, change.changeColumn.name))
  if ('addIndex' in change) return [indexSql(pgDdl, change.table, change.addIndex)]
  if ('dropIndex' in change) return indexDropped(alter, table, change.dropIndex)
  if ('dropUnique' in change) return indexDropped(alter, table, table?.unique.find(({ columns }) => sameNames(columns, change.dropUnique))?.name ?? '')
  if ('addForeignKey' in change) return [`${alter} add ${foreignKeySql(pgDdl, change.addForeignKey)}`]
  if ('addSearch' in change) return table === undefined ? [] : [...(searchOf(tables, table) === undefined ? [] : dropSearch(table)), ...addSearch(table, change.addSearch, schema)]
  if ('dropSearch' in change) return table === undefined ? [] : dropSearch(table)
  return [`${alter} drop constraint ${quote(table?.foreignKeys.find(({ columns }) => sameNames(columns, change.dropForeignKey))?.name ?? '')}`]
}

/** A unique index may be that of a constraint, which then has its name; a foreign key or a check of that name is another's. */
function indexDropped(alter: string, table: TableDescription | undefined, name: string): string[] {
  const isAnother = [...(table?.foreignKeys ?? []), ...(table?.checks ?? [])].some((one) => one.name === name)
  return [...(isAnother ? [] : [`${alter} drop constraint if exists ${quote(name)}`]), `drop index if exists ${quote(name)}`]
}

function columnChanged(alter: string, column: NewColumn, before: ColumnDescription | undefined): string[] {
  const one = `alter column ${quote(column.name)}`
  const type = before === undefined || !sameSize(column, before) ? [`${one} type ${pgDdl.declare(column, undefined)}${using(column, before?.type)}`] : []
  return [`${alter} ${[
    ...(before?.default === undefined || column.identity !== undefined ? [] : [`${one} drop default`]),
    ...type,
    ...(before?.nullable === column.nullable ? [] : [`${one} ${column.nullable ? 'drop' : 'set'} not null`]),
    ...(column.default === undefined ? [] : [`${one} set default ${pgDdl.fallback(column)}`]),
  ].join(', ') || `${one} drop default`}`]
}

function sameSize(a: NewColumn, b: ColumnDescription): boolean {
  return a.type === b.type && a.length === b.length && a.digits === b.digits && a.places === b.places && b.domain === undefined
}

/** A cast to the same type would cut what does not fit; without, that is refused. */
function using({ name, type }: NewColumn, before: LogicalType | undefined): string {
  if (before === type) return ''
  const column = quote(name)
  if (type === 'text' && before === 'instant') return ` using to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  const through = type === 'integer' && before !== 'boolean' ? `(${column})::text::numeric` : type === 'integer' ? `(${column})::int` : `(${column})::text`
  return ` using ${through}${type === 'text' ? '' : `::${declared[type]}`}`
}
