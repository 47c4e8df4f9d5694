import { codeOf, messageOf } from '@caruso/contract'
import type { Change } from '../../alter/change.ts'
import { columnSql, createTableSql, indexSql } from '../../alter/ddl.ts'
import type { Obstacle } from '../../alter/obstacles.ts'
import { refused, requireNone, triedChange } from '../../alter/plan.ts'
import type { PlannedChange } from '../../alter/plan.ts'
import { Refusal } from '../../alter/refusal.ts'
import { searchOf } from '../../alter/search.ts'
import { sameNames } from '../../alter/tables.ts'
import type { Tables } from '../../alter/tables.ts'
import { StorageError } from '../../errors.ts'
import { Connection } from './connection.ts'
import { sqliteDdl } from './ddl.ts'
import { toStorageError } from './failures.ts'
import { rebuiltWith } from './rebuild.ts'
import { addSearch, dropSearch } from './search.ts'

const { quote } = sqliteDdl

/** Makes the changes in one transaction. @throws StorageError `CHANGE_REFUSED`, `SOURCE_FULL` and others of the source */
export function alterSqlite(writer: Connection, planned: readonly PlannedChange[], tried: string): string[][] {
  // Else dropping what is made anew would remove the rows that refer to it. It has no effect inside of a transaction.
  writer.execute('pragma foreign_keys = off')
  try {
    return writer.immediate(() => {
      for (const { change, index, obstacles } of planned) refusedBy(change, index, tried, () => obstacles.forEach((obstacle) => requireNone(obstacle, countOf(writer, obstacle))))
      return makeAll(writer, planned, tried)
    })
  } finally {
    writer.execute('pragma foreign_keys = on')
  }
}

/** The statements of the changes, of a database with the same tables and no rows. @throws StorageError `CHANGE_REFUSED` */
export function previewSqlite(reader: Connection, planned: readonly PlannedChange[], tried: string): string[][] {
  const twin = new Connection(':memory:', { readonly: false, fileMustExist: false })
  try {
    twin.execute('pragma foreign_keys = off')
    for (const [type, name, sql] of reader.all(likeNow)) copyText(twin, String(type), String(name), String(sql))
    return makeAll(twin, planned, tried)
  } finally {
    twin.close()
  }
}

// Tables of modules have tables of their own, which they make themselves.
const likeNow = `select type, name, sql from sqlite_schema where sql is not null and sql not like 'create virtual%' and name not like 'sqlite\\_%' escape '\\'
  and name not in (select name from pragma_table_list where schema = 'main' and type = 'shadow') order by type = 'trigger', type = 'view', rowid`

/** What cannot be there without what is missing has nothing to do with the changes. */
function copyText(twin: Connection, type: string, name: string, sql: string): void {
  try {
    twin.execute(sql)
    if (type === 'view') twin.execute(`select * from ${quote(name)} limit 0`)
  } catch (error) {
    if (type !== 'view' && type !== 'trigger') throw error
    if (type === 'view') twin.execute(`drop view if exists ${quote(name)}`)
  }
}

function makeAll(connection: Connection, planned: readonly PlannedChange[], tried: string): string[][] {
  const views = workingViews(connection)
  return planned.map(({ change, index, tables }) =>
    refusedBy(change, index, tried, () => {
      const broken = violations(connection, change)
      const made = statements(connection, change, tables)
      for (const sql of made) connection.execute(sql)
      if (violations(connection, change) > broken) throw new Refusal('rows would refer to nothing')
      const still = workingViews(connection)
      const gone = views.find((view) => !still.includes(view))
      if (gone !== undefined) throw new Refusal(`the view ${JSON.stringify(gone)} needs what would be gone`)
      return made
    }),
  )
}

function statements(connection: Connection, change: Change, tables: Tables): string[] {
  if ('createTable' in change) return createTableSql(sqliteDdl, change)
  if ('dropTable' in change) return [`drop table ${quote(change.dropTable)}`]
  if ('renameTable' in change) return [`alter table ${quote(change.renameTable)} rename to ${quote(change.to)}`]
  const alter = `alter table ${quote(change.table)}`
  if ('addColumn' in change) return [`${alter} add column ${columnSql(sqliteDdl, change.addColumn, undefined)}`]
  if ('dropColumn' in change) return [`${alter} drop column ${quote(change.dropColumn)}`]
  if ('renameColumn' in change) return [`${alter} rename column ${quote(change.renameColumn)} to ${quote(change.to)}`]
  if ('addIndex' in change) return [indexSql(sqliteDdl, change.table, change.addIndex)]
  if ('dropIndex' in change) return [`drop index ${quote(change.dropIndex)}`]
  const table = tables.get(change.table)?.table
  if ('addSearch' in change) return table === undefined ? [] : [...(searchOf(tables, table) === undefined ? [] : dropSearch(table)), ...addSearch(table, change.addSearch)]
  if ('dropSearch' in change) return table === undefined ? [] : dropSearch(table)
  const index = 'dropUnique' in change ? table?.unique.find(({ columns }) => sameNames(columns, change.dropUnique))?.name : undefined
  if (index !== undefined) return [`drop index ${quote(index)}`]
  return table === undefined ? [] : rebuiltWith(connection, table, change)
}

function workingViews(connection: Connection): string[] {
  return connection.all(`select name from sqlite_schema where type = 'view'`).flatMap(([name]) => {
    try {
      connection.execute(`select * from ${quote(String(name))} limit 0`)
      return [String(name)]
    } catch {
      return []
    }
  })
}

/** How many rows of the table that a change makes anew refer to nothing. */
function violations(connection: Connection, change: Change): number {
  if (!('changeColumn' in change || 'addForeignKey' in change || 'dropForeignKey' in change || 'dropUnique' in change)) return 0
  return Number(connection.all('select count(*) from pragma_foreign_key_check(?)', [change.table])[0]?.[0])
}

function countOf(connection: Connection, { sql, isInTheWay }: Obstacle): number {
  if (isInTheWay === undefined) return Number(connection.all(sql)[0]?.[0])
  let found = 0
  for (const [value = null] of connection.prepare(sql).iterate([]) as Iterable<readonly (string | number | bigint | Buffer | null)[]>) if (isInTheWay(value)) found++
  return found
}

function refusedBy<T>(change: Change, index: number, tried: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const code = codeOf(error)
    // Those who wait for a lock try again.
    if (error instanceof StorageError || (code !== undefined && /^SQLITE_(BUSY|LOCKED)/.test(code))) throw error
    if (code !== undefined && /^SQLITE_(FULL|IOERR|READONLY|CORRUPT|NOTADB)/.test(code)) throw toStorageError(error, triedChange(tried, change, index), { change: index, done: 0 })
    throw refused(change, index, 0, messageOf(error), error)
  }
}
