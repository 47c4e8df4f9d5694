import type { Codec } from '../../codec.ts'
import { fromRaw, readerOf } from '../../logical.ts'
import type { Aggregated, Aggregation, SqlDialect } from '../../sql-builder.ts'
import { sqliteCodec } from './codecs.ts'
import { sqliteTerms } from './terms.ts'
import { encode } from './values.ts'

/** How SQLite writes what differs between databases. */
export const sqliteDialect: SqlDialect = {
  client: 'better-sqlite3',
  makesRows: true,
  same: 'is',
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  numbers: { among: 'in (select value from json_each(?))', notAmong: 'not in (select value from json_each(?))', bind: (numbers) => `[${numbers.join(',')}]` },
  // GLOB minds case and can use an index, which LIKE does not and cannot.
  startsWith: '?? glob ?',
  notStartsWith: '?? not glob ?',
  // SQLite prepares a statement anew for each number that its limit is by itself, to see whether another way to the rows is better.
  limit: '(? + 0)',
  prefix: (text) => `${text.replace(/[*?[]/g, '[$&]')}*`,
  encode,
  codec: (column, type) => (type === undefined ? undefined : sqliteCodec(column, type)),
  aggregate,
  terms: sqliteTerms,
  counted: undefined,
  returning: true,
  replacing: (key, columns) => `on conflict (${key.join(', ')}) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
  // One by one a prepared statement is as fast, and every row has the same statement.
  insertRows: 1,
}

const exactly = { type: 'decimal', read: readerOf('decimal') } as const satisfies Pick<Codec, 'type' | 'read'>

function aggregate(fn: 'sum' | 'avg' | 'min' | 'max', codec: Aggregated | undefined): Aggregation {
  if (codec?.type === 'decimal' || (codec?.type === 'integer' && (fn === 'sum' || fn === 'avg'))) {
    return { sql: `caruso_${fn}(??)`, compare: 'caruso_decimal(??)', codec: codec.type === 'integer' && fn === 'sum' ? { type: 'integer', read: (raw) => fromRaw('integer', raw) ?? fromRaw('decimal', raw) } : exactly }
  }
  return { sql: `${fn}(${codec?.compare ?? '??'})`, codec }
}
