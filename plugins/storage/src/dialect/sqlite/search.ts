import { columnOf } from '../../alter/tables.ts'
import type { TableDescription } from '../../description.ts'
import { markColumn, wordColumn } from '../../search-index.ts'
import { sidecarName } from '../../sidecar.ts'
import { sqliteDialect } from './dialect.ts'
import { asDeclared } from './sidecar.ts'

const { quote } = sqliteDialect

/** Makes the index of a table for searches. What is counted is never counted again, also where the last mark is gone. */
export function addSearch(table: TableDescription, columns: readonly string[]): string[] {
  const [name, marks, words] = [quote(table.name), quote(sidecarName('marks', table.name)), quote(sidecarName('words', table.name))]
  const key = table.key.map(quote).join(', ')
  const given = table.key.map((column) => `${quote(column)} ${asDeclared(columnOf(table, column)?.declared ?? '')} not null`).join(', ')
  const read = columns.filter((column) => !table.key.includes(column)).map((column) => `, ${quote(column)} boolean`).join('')
  const of = (row: string): string => table.key.map((column) => `${row}.${quote(column)}`).join(', ')
  const changed = [...new Set([...table.key, ...columns])].map((column) => `old.${quote(column)} is not new.${quote(column)} collate binary`).join(' or ')
  const trigger = (event: string, when: string, rows: string): string => `create trigger ${quote(sidecarName('marks', `${event} ${table.name}`))} after ${event} on ${name}${when} begin insert into ${marks} (${key}) ${rows}; end`
  return [
    `create table ${marks} (${markColumn} integer primary key autoincrement, ${given}${read})`,
    trigger('insert', '', `values (${of('new')})`),
    trigger('update', ` when ${changed}`, `select ${of('new')} union select ${of('old')}`),
    trigger('delete', '', `values (${of('old')})`),
    `insert into ${marks} (${key}) select ${key} from ${name}`,
    `create table ${words} (${wordColumn} text not null, ${given}, primary key (${wordColumn}, ${key})) without rowid`,
    `create index ${quote(sidecarName('rows', table.name))} on ${words} (${key})`,
  ]
}

/** Also what is left of one. */
export function dropSearch({ name }: TableDescription): string[] {
  return [`drop table if exists ${quote(sidecarName('words', name))}`, ...['insert', 'update', 'delete'].map((event) => `drop trigger if exists ${quote(sidecarName('marks', `${event} ${name}`))}`), `drop table if exists ${quote(sidecarName('marks', name))}`]
}
