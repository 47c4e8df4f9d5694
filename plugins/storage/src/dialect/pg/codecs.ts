import type { Column } from '../../catalogue.ts'
import type { Bound, Codec } from '../../codec.ts'
import type { LogicalType, Value } from '../../contract.ts'
import { requirePlaces } from '../../places.ts'
import { floatingDecimal } from '../../floating-decimal.ts'
import { toCanonical } from '../../logical.ts'
import { encode, readerOf, readMoment } from './values.ts'

/** What a column is, whose plan does not say. */
export function naturalType({ stored }: Pick<Column, 'stored'>): LogicalType {
  return natural.get(stored) ?? 'text'
}

/** How a column of PostgreSQL, kept as its type `stored`, is handled as a logical type. */
export function pgCodec(column: Column, type: LogicalType | undefined): Codec {
  const found = naturalType(column)
  const wanted = type ?? found
  if (wanted === 'text') return textCodec(column, type !== undefined)
  const cast = casts[wanted]
  const write = (value: Value): Bound => encode(toCanonical(wanted, value))
  const store = (value: Value): Bound => {
    if (wanted === 'decimal' && column.stored === 'float8') floatingDecimal(column.name, toCanonical('decimal', value))
    return onStored(column, requirePlaces(column, wanted, toCanonical(wanted, value)))
  }
  // A timestamp without a zone holds UTC.
  const sql = wanted === 'instant' && column.stored === 'timestamp' ? 'timestamp' : cast
  // From floating-point to a decimal, and to double precision, PostgreSQL goes by way of other digits than it shows.
  const shown = wanted === 'boolean' || (found === 'float' && wanted === 'decimal') || (column.stored === 'float4' && wanted === 'float')
  return { type: wanted, compare: found === wanted && !shown ? '??' : `(??)${shown ? '::text' : ''}::${sql}`, place: `?::${sql}`, store, match: write, read: column.stored === 'timestamptz' && wanted === 'instant' ? readMoment : readerOf(wanted) }
}

function textCodec({ stored, binary, distinct = false }: Column, typed: boolean): Codec {
  const isText = stored === 'text' || stored === 'varchar' || stored === 'bpchar'
  const plain = stored === 'bpchar' || !isText ? '(??)::text' : '??'
  const write = (value: Value): Bound => encode(toCanonical('text', value))
  const base = { type: 'text', place: '?', store: write, match: write, select: isText ? '??' : '(??)::text', read: readerOf('text') } as const satisfies Partial<Codec>
  if (!typed || binary) return { ...base, compare: isText ? '??' : plain }
  // Texts are equal whatever the collation, unless it is one of those that are not deterministic; order needs one.
  const exact = distinct && (stored === 'text' || stored === 'varchar')
  return { ...base, compare: `${plain} collate "C"`, group: plain, ...(isText ? { narrow: '?' } : {}), ...(exact ? { exact } : {}) }
}

/** Numbers are PostgreSQL's yes and no where another application has chosen them. */
function onStored({ stored }: Column, value: Value): Bound {
  if (typeof value === 'boolean' && stored !== 'bool') return value ? '1' : '0'
  if (stored === 'timestamp' && typeof value === 'string') return value.replace(/Z$/, '')
  return encode(value)
}

const natural: ReadonlyMap<string, LogicalType> = new Map([
  ['bool', 'boolean'],
  ['int2', 'integer'],
  ['int4', 'integer'],
  ['int8', 'integer'],
  ['oid', 'integer'],
  ['numeric', 'decimal'],
  ['float4', 'float'],
  ['float8', 'float'],
  ['date', 'date'],
  ['time', 'time'],
  ['timestamp', 'instant'],
  ['timestamptz', 'instant'],
  ['json', 'json'],
  ['jsonb', 'json'],
  ['uuid', 'uuid'],
  ['bytea', 'bytes'],
])

const casts: Readonly<Record<Exclude<LogicalType, 'text'>, string>> = {
  integer: 'int8',
  decimal: 'numeric',
  float: 'float8',
  boolean: 'bool',
  date: 'date',
  time: 'time',
  instant: 'timestamptz',
  json: 'json',
  uuid: 'uuid',
  bytes: 'bytea',
}
