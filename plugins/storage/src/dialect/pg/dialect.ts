import type { Codec } from '../../codec.ts'
import { fromRaw, readerOf } from '../../logical.ts'
import type { Aggregated, Aggregation, SqlDialect } from '../../sql-builder.ts'
import { pgCodec } from './codecs.ts'
import { pgTogether } from './together.ts'
import { pgTerms } from './terms.ts'
import { encode } from './values.ts'

/** How PostgreSQL writes what differs between databases. */
export const pgDialect: SqlDialect = {
  client: 'pg',
  same: 'is not distinct from',
  together: pgTogether,
  // As a list itself it would be searched from its beginning for each row, where no index is used.
  numbers: { among: 'in (select unnest(?::int8[]))', amongIndexed: '= any(?::int8[])', notAmong: 'not in (select unnest(?::int8[]))', bind: (numbers) => `{${numbers.join(',')}}` },
  texts: { among: '= any(?::text[])', bind: pgTogether.bind },
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  startsWith: '??::text like ?',
  notStartsWith: '??::text not like ?',
  prefix: (text) => `${text.replace(/[\\%_]/g, '\\$&')}%`,
  encode,
  codec: (column, type) => pgCodec(column, type),
  aggregate,
  terms: pgTerms,
  counted: { type: 'integer', read: readerOf('integer') },
  nulls: { asc: ' nulls first', desc: ' nulls last' },
  returning: true,
  replacing: (key, columns) => `on conflict (${key.join(', ')}) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
  insertRows: 1_024,
}

const decimal = { type: 'decimal', read: readerOf('decimal') } as const satisfies Pick<Codec, 'type' | 'read'>

function aggregate(fn: 'sum' | 'avg' | 'min' | 'max', codec: Aggregated | undefined): Aggregation {
  const compare = codec?.compare ?? '??'
  if (fn === 'sum' && codec?.type === 'integer') return { sql: `sum(${compare})`, codec: { type: 'integer', read: (raw) => fromRaw('integer', raw) ?? fromRaw('decimal', raw) } }
  if (fn === 'avg' && (codec?.type === 'integer' || codec?.type === 'decimal')) return { sql: average(compare), codec: decimal }
  if ((fn === 'min' || fn === 'max') && codec?.type === 'boolean') return { sql: `bool_${fn === 'min' ? 'and' : 'or'}(${compare})`, codec }
  if ((fn === 'min' || fn === 'max') && codec?.type === 'uuid') return { sql: `${fn}((${compare})::text collate "C")`, codec }
  return { sql: `${fn}(${compare})`, codec }
}

/**
 * To 12 places, half even; what PostgreSQL calls avg has other places, and rounds half up. Sums of what names no column
 * are those of the subquery itself, which has a row also where there are none.
 */
function average(compare: string): string {
  const sums = `select sum(${compare})::numeric * 1000000000000 as n, nullif(count(${compare}), 0)::numeric as d`
  const quotient = `select div(n, d) as q, mod(n, d) as r, d from (${sums}) as a`
  return `case when count(*) > 0 then (select (q + case when 2 * abs(r) > d or (2 * abs(r) = d and mod(q, 2) <> 0) then sign(r) else 0 end) * 0.000000000001 from (${quotient}) as b) end`
}
