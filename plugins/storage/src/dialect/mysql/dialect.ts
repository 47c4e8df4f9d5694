import type { Codec } from '../../codec.ts'
import { fromRaw, readerOf } from '../../logical.ts'
import type { Aggregated, Aggregation, SqlDialect } from '../../sql-builder.ts'
import { bytesOf, mysqlCodec } from './codecs.ts'
import { mysqlTerms } from './terms.ts'
import { encode } from './values.ts'

export function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

/** How MySQL and MariaDB write what differs between databases; MariaDB's inserts can answer the keys. */
export function mysqlDialect(returning: boolean): SqlDialect {
  return {
    client: 'mysql2',
    quote,
    same: '<=>',
    startsWith: `${bytesOf} like ? escape '|'`,
    notStartsWith: `${bytesOf} not like ? escape '|'`,
    prefix: (text) => `${text.replace(/[|%_]/g, '|$&')}%`,
    encode,
    codec: mysqlCodec,
    aggregate,
    terms: mysqlTerms,
    // A change finds rows as they are by then: so must what was looked at before it, and stay so until it is done.
    checkLock: ' lock in share mode',
    counted: { type: 'integer', read: readerOf('integer') },
    returning,
    replacing: (_key, columns) => `on duplicate key update ${columns.map((column) => `${column} = values(${column})`).join(', ')}`,
    insertRows: 1_024,
  }
}

const decimal = { type: 'decimal', read: readerOf('decimal') } as const satisfies Pick<Codec, 'type' | 'read'>

function aggregate(fn: 'sum' | 'avg' | 'min' | 'max', codec: Aggregated | undefined): Aggregation {
  const compare = codec?.compare ?? '??'
  if (fn === 'sum' && codec?.type === 'integer') return { sql: `sum(${compare})`, codec: { type: 'integer', read: (raw) => fromRaw('integer', raw) ?? fromRaw('decimal', raw) } }
  if (fn === 'avg' && (codec?.type === 'integer' || codec?.type === 'decimal')) return { sql: average(compare), codec: decimal }
  return { sql: `${fn}(${compare})`, codec }
}

/** To 12 places, half even; what MySQL calls avg has other places, and rounds half up. */
function average(compare: string): string {
  const [n, d] = [`sum(${compare}) * 1000000000000`, `count(${compare})`]
  const rest = `mod(${n}, ${d})`
  const quotient = `truncate((${n} - ${rest}) / ${d}, 0)`
  const up = `2 * abs(${rest}) > ${d} or (2 * abs(${rest}) = ${d} and mod(${quotient}, 2) <> 0)`
  return `(${quotient} + case when ${up} then sign(sum(${compare})) else 0 end) * 0.000000000001`
}
