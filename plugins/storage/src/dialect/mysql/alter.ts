import type { Change, NewColumn } from '../../alter/change.ts'
import { columnSql, createTableSql, foreignKeySql, textLiteral } from '../../alter/ddl.ts'
import type { DdlDialect } from '../../alter/ddl.ts'
import type { ServerAlter } from '../../alter/server.ts'
import { columnOf, sameNames } from '../../alter/tables.ts'
import type { Tables } from '../../alter/tables.ts'
import { mysqlDdl } from './ddl.ts'
import type { Known } from './ddl.ts'
import { mysqlDialect } from './dialect.ts'
import { addSearch, dropSearch } from './search.ts'

const { quote } = mysqlDialect(false)
const columns = "select table_name, column_name, column_type, coalesce(character_set_name, ''), coalesce(collation_name, '') from information_schema.columns where table_schema = database()"

/** Each change is made for itself, since the servers end a transaction with it. */
export function mysqlAlter(mariadb: boolean): ServerAlter {
  return {
    statements: async (connection) => {
      const rows = (await connection.run(columns, [])).rows.map((row) => row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value))))
      const known = new Map(rows.map(([table, column, type = '', charset = '', collation = '']) => [JSON.stringify([table, column]), { type, charset, collation }]))
      const likeOf: Known['likeOf'] = ({ table, column }) => {
        const found = known.get(JSON.stringify([table, column]))
        return found && `${found.type}${found.collation === '' ? '' : ` character set ${found.charset} collate ${found.collation}`}`
      }
      return (change, tables) => {
        const table = 'changeColumn' in change ? tables.get(change.table) : undefined
        // A column keeps its collation, and with it what its application takes for the same.
        return statements(mysqlDdl(mariadb, { likeOf, collationOf: ({ name }) => known.get(JSON.stringify([table?.was, table?.columnsWere.get(name)]))?.collation || undefined }), change, tables, mariadb)
      }
    },
  }
}

function statements(ddl: DdlDialect, change: Change, tables: Tables, mariadb: boolean): string[] {
  if ('createTable' in change) return createTableSql(ddl, change).map((sql) => `${sql} engine = InnoDB character set utf8mb4`)
  if ('dropTable' in change) return [`drop table ${quote(change.dropTable)}`]
  if ('renameTable' in change) return [`alter table ${quote(change.renameTable)} rename to ${quote(change.to)}`]
  const alter = `alter table ${quote(change.table)}`
  const table = tables.get(change.table)?.table
  if ('addColumn' in change) return [`${alter} add column ${columnSql(ddl, change.addColumn, undefined)}`]
  if ('dropColumn' in change) return [`${alter} drop column ${quote(change.dropColumn)}`]
  if ('renameColumn' in change) return [`${alter} rename column ${quote(change.renameColumn)} to ${quote(change.to)}`]
  if ('changeColumn' in change) return [`${alter} ${columnChanged(ddl, change.changeColumn, table === undefined ? undefined : changedOf(table, change.changeColumn.name, mariadb))}`]
  if ('addIndex' in change) return [`${alter} add ${ddl.inline?.(change.addIndex)}`]
  if ('dropIndex' in change) return [`${alter} drop index ${quote(change.dropIndex)}`]
  if ('dropUnique' in change) return [`${alter} drop index ${quote(table?.unique.find(({ columns }) => sameNames(columns, change.dropUnique))?.name ?? '')}`]
  if ('addForeignKey' in change) return [`${alter} add ${foreignKeySql(ddl, change.addForeignKey)}`]
  if ('addSearch' in change) return table === undefined ? [] : addSearch(table, change.addSearch)
  if ('dropSearch' in change) return table === undefined ? [] : dropSearch(table)
  const name = table?.foreignKeys.find(({ columns }) => sameNames(columns, change.dropForeignKey))?.name ?? ''
  // The server made an index for it, unless there was one.
  return [`${alter} drop foreign key ${quote(name)}${table?.indexes.some((index) => index.name === name) ? `, drop index ${quote(name)}` : ''}`]
}

interface Kept {
  readonly keyed: boolean
  readonly comment: string | undefined
  readonly onUpdate: string | undefined
  /** What MariaDB checks of the column by itself; a table's checks stay. */
  readonly check: string | undefined
}

function changedOf(table: Parameters<typeof columnOf>[0], name: string, mariadb: boolean): Kept {
  const { comment, onUpdate } = columnOf(table, name) ?? {}
  const sets = [table.key, ...table.unique.map(({ columns }) => columns), ...table.indexes.map(({ parts }) => parts.flatMap(({ column }) => column ?? [])), ...table.foreignKeys.map(({ columns }) => columns)]
  // That of JSON comes with the type.
  const check = mariadb ? table.checks.find((one) => one.name === name && !one.expression.startsWith('json_valid('))?.expression : undefined
  return { keyed: sets.some((columns) => columns.includes(name)), comment, onUpdate, check }
}

/** What is not repeated of a column is lost. */
function columnChanged(ddl: DdlDialect, column: NewColumn, kept: Kept | undefined): string {
  return [
    `modify column ${columnSql(ddl, column, kept?.keyed ? 2 : undefined)}`,
    ...(kept?.onUpdate === undefined ? [] : [`on update ${kept.onUpdate}`]),
    ...(kept?.comment === undefined ? [] : [`comment ${textLiteral(kept.comment.replaceAll('\\', '\\\\'))}`]),
    ...(kept?.check === undefined ? [] : [`check (${kept.check})`]),
  ].join(' ')
}
