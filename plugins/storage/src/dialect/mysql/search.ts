import type { TableDescription } from '../../description.ts'
import { markColumn, wordColumn } from '../../search-index.ts'
import { longestWord } from '../../words.ts'
import { sidecarName } from '../../sidecar.ts'
import { quote } from './dialect.ts'

const kept = 'engine = InnoDB character set utf8mb4 collate utf8mb4_bin'

/**
 * Makes the index of a table for searches. Each statement is a transaction: what an interrupted one has left is cleared
 * away first, and the words, by which the index is known, come last. Triggers name no columns but those of the key: one
 * that is renamed would keep the table from being written.
 */
export function addSearch(table: TableDescription, columns: readonly string[]): string[] {
  const [name, marks, words] = [quote(table.name), quote(sidecarName('marks', table.name)), quote(sidecarName('words', table.name))]
  const key = table.key.map(quote).join(', ')
  const of = (row: string): string => table.key.map((column) => `${row}.${quote(column)}`).join(', ')
  const read = columns.filter((column) => !table.key.includes(column)).map((column) => `${quote(column)} tinyint(1), `).join('')
  const trigger = (event: string, rows: string): string => `create trigger ${quote(triggerName(event, table))} after ${event} on ${name} for each row insert into ${marks} (${key}) ${rows}`
  return [
    ...dropMarks(table),
    `create table ${marks} (${read}${markColumn} bigint auto_increment primary key) ${kept} select ${key} from ${name} where 1 = 0`,
    trigger('insert', `values (${of('new')})`),
    trigger('update', `select ${of('new')} union select ${of('old')}`),
    trigger('delete', `values (${of('old')})`),
    `insert into ${marks} (${key}) select ${key} from ${name}`,
    `create table ${words} (${wordColumn} varchar(${longestWord}) not null default '', primary key (${wordColumn}, ${key}), index ${quote(sidecarName('rows', table.name))} (${key})) ${kept} select ${key} from ${name} where 1 = 0`,
  ]
}

export function dropSearch(table: TableDescription): string[] {
  return [`drop table if exists ${quote(sidecarName('words', table.name))}`, ...dropMarks(table)]
}

function dropMarks(table: TableDescription): string[] {
  return [...['insert', 'update', 'delete'].map((event) => `drop trigger if exists ${quote(triggerName(event, table))}`), `drop table if exists ${quote(sidecarName('marks', table.name))}`]
}

function triggerName(event: string, { name }: TableDescription): string {
  return sidecarName('marks', `${event} ${name}`)
}
