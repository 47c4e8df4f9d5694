import { textLiteral } from '../../alter/ddl.ts'
import type { TableDescription } from '../../description.ts'
import { markColumn, wordColumn } from '../../search-index.ts'
import { sidecarName } from '../../sidecar.ts'
import { pgDialect } from './dialect.ts'

const { quote } = pgDialect

/** Makes the index of a table for searches. Its function marks rows for whoever changes them, also those who may not write beside the table. */
export function addSearch(table: TableDescription, columns: readonly string[], schema: string): string[] {
  const [name, marks, words] = [quote(table.name), quote(sidecarName('marks', table.name)), quote(sidecarName('words', table.name))]
  const key = table.key.map(quote).join(', ')
  const mark = `${quote(schema)}.${marks}`
  const of = (row: string): string => table.key.map((column) => `${row}.${quote(column)}`).join(', ')
  const changed = [...new Set([...table.key, ...columns])].map((column) => `${text(`old.${quote(column)}`, columns.includes(column))} is distinct from ${text(`new.${quote(column)}`, columns.includes(column))}`).join(' or ')
  const body = `begin if tg_op = 'DELETE' then insert into ${mark} (${key}) values (${of('old')}); elsif tg_op = 'INSERT' then insert into ${mark} (${key}) values (${of('new')}); else insert into ${mark} (${key}) select ${of('old')} union select ${of('new')}; end if; return null; end`
  const read = columns.filter((column) => !table.key.includes(column)).map((column) => `, add ${quote(column)} boolean`).join('')
  return [
    `create table ${marks} as select ${key} from ${name} with no data`,
    `alter table ${marks} add ${markColumn} bigint generated always as identity primary key${read}`,
    `create or replace function ${marks}() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as ${textLiteral(body)}`,
    `create trigger ${quote(sidecarName('marks', `insert ${table.name}`))} after insert or delete on ${name} for each row execute function ${marks}()`,
    `create trigger ${quote(sidecarName('marks', `update ${table.name}`))} after update on ${name} for each row when (${changed}) execute function ${marks}()`,
    `insert into ${marks} (${key}) select ${key} from ${name}`,
    `create table ${words} as select ${key} from ${name} with no data`,
    `alter table ${words} add ${wordColumn} text collate "C" not null, add primary key (${wordColumn}, ${key})`,
    `create index ${quote(sidecarName('rows', table.name))} on ${words} (${key})`,
  ]
}

/** Also what is left of one. */
export function dropSearch({ name }: TableDescription): string[] {
  const marks = quote(sidecarName('marks', name))
  return [`drop table if exists ${quote(sidecarName('words', name))}`, ...['insert', 'update'].map((event) => `drop trigger if exists ${quote(sidecarName('marks', `${event} ${name}`))} on ${quote(name)}`), `drop function if exists ${marks}()`, `drop table if exists ${marks}`]
}

function text(column: string, isText: boolean): string {
  return isText ? `${column}::text collate "C"` : column
}
