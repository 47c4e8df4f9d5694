import { ownColumns, sidecarSequence, type Sidecar } from '../../sidecar.ts'
import type { Connection } from './connection.ts'
import { sqliteDialect } from './dialect.ts'

const { quote } = sqliteDialect

/** Makes a sidecar; the columns of the key are declared as those of the table. */
export function sidecarStatements(sidecar: Sidecar, connection: Connection): readonly string[] {
  const { kind, name, table } = sidecar
  const declared = new Map(connection.all('select name, type from pragma_table_xinfo(?)', [table]).map(([column, type]) => [String(column), String(type)]))
  const given = sidecar.key.map((column) => `${quote(column)} ${asDeclared(declared.get(column) ?? '')} not null`)
  const key = sidecar.key.map(quote).join(', ')
  const own = ownColumns(sidecar, { version: 'integer not null default 1', instant: 'instant_text', text: 'text', long: 'text' })
  const columns = kind === 'state' ? [...given, ...own, `primary key (${key})`] : [`${sidecarSequence} integer primary key`, ...given, ...own, `unique (${key}, ${sidecarSequence})`]
  return [`create table if not exists ${quote(name)} (${columns.join(', ')})`]
}

/** SQLite takes almost any text for a type; what is none by its look gets none. */
export function asDeclared(type: string): string {
  return /^[\w ]+(\([\d, ]+\))?$/.test(type) ? type : ''
}
