import { describeValue } from '@caruso/contract'
import type { Column } from '../../catalogue.ts'
import type { Bound, Codec } from '../../codec.ts'
import type { LogicalType, Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { floatingDecimal } from '../../floating-decimal.ts'
import { toCanonical } from '../../logical.ts'
import type { Plain } from '../../logical.ts'
import { requirePlaces } from '../../places.ts'
import { encode, read } from './values.ts'

/** The bytes of a text in UTF-8, which are ordered as its code points are. */
export const bytesOf = 'cast(convert(?? using utf8mb4) as binary)'

/** What a column is, whose plan does not say. */
export function naturalType({ stored }: Pick<Column, 'stored'>): LogicalType {
  const plain = stored.replace(' unsigned', '')
  return natural.get(plain) ?? 'text'
}

/** How a column of MySQL or MariaDB, kept as its type `stored`, is handled as a logical type. */
export function mysqlCodec(column: Column, type: LogicalType | undefined): Codec {
  const found = naturalType(column)
  const wanted = type ?? found
  const match = (value: Value): Bound => encode(toCanonical(wanted, value))
  const store = (value: Value): Bound => encode(requirePlaces(column, wanted, toCanonical(wanted, value)))
  const plain: Codec = { type: wanted, compare: '??', place: '?', store, match, read: (raw) => read(wanted, raw) }
  return { ...plain, ...special[wanted]?.(column, found === wanted, type !== undefined) }
}

const special: { readonly [Type in LogicalType]?: (column: Column, same: boolean, typed: boolean) => Partial<Codec> } = {
  text: ({ binary }, same, typed) => (typed && !binary ? { compare: bytesOf, ...(same ? { narrow: '?' } : {}), match: (value) => onText(toCanonical('text', value), Buffer.from) } : {}),
  integer: ({ stored }, same) => (stored.endsWith('unsigned') ? { place: 'cast(? as decimal(20, 0))', ...(same ? {} : { compare: 'cast(?? as signed)' }) } : { place: 'cast(? as signed)', match: signed, ...(same ? {} : { compare: 'cast(?? as signed)' }) }),
  decimal: (column, same) => {
    const floating = column.stored === 'double' || column.stored === 'float'
    return { place: `cast(? as ${exact})`, match: fitting, ...(same ? {} : { compare: `cast(?? as ${exact})` }), ...(floating ? { store: (value) => unchanged(column.name, toCanonical('decimal', value)) } : {}) }
  },
  float: () => ({ match: (value) => floatOf(toCanonical('float', value)), store: (value) => floatOf(toCanonical('float', value)) }),
  boolean: ({ stored }) => (stored === 'bit' ? { place: 'cast(? as unsigned)', store: (value) => onBoolean(toCanonical('boolean', value)) } : { place: 'cast(? as signed)' }),
  date: (_column, same) => ({ place: 'cast(? as date)', ...(same ? {} : { compare: 'cast(?? as date)' }) }),
  time: (_column, same) => ({ place: timePlace, ...(same ? {} : { compare: 'cast(?? as time(6))' }) }),
  instant: (column, same) => ({
    place: 'cast(? as datetime(6))',
    ...(same ? {} : { compare: 'cast(?? as datetime(6))' }),
    match: (value) => onText(toCanonical('instant', value), withoutZone),
    store: (value) => onText(requirePlaces(column, 'instant', toCanonical('instant', value)), withoutZone),
  }),
  uuid: ({ stored, cased }) => {
    const bytes = (value: Value): Bound => onText(toCanonical('uuid', value), (text) => Buffer.from(text.replaceAll('-', ''), 'hex'))
    if (stored === 'binary' || stored === 'varbinary') return { store: bytes, match: bytes }
    return stored === 'uuid' ? {} : { compare: 'lower(??)', ...(cased ? {} : { narrow: '?' }) }
  },
}

// By itself, MySQL takes a value for a moment whose time is asked for: "10:00:00" is the tenth of a year then, and its time is midnight.
export const timePlace = 'cast(cast(? as char) as time(6))'

// The most that the servers compute with: 35 digits before the point, 30 behind it.
const exact = 'decimal(65, 30)'

/** A larger one would be cast to a negative one, without a word. */
function signed(value: Value): Bound {
  const whole = toCanonical('integer', value)
  if (typeof whole !== 'string' || BigInt(whole) < 2n ** 63n) return encode(whole)
  throw new StorageError('VALUE_INVALID', `Compared with the whole number ${whole}: the column holds none above ${2n ** 63n - 1n}`)
}

function fitting(value: Value): Bound {
  const text = toCanonical('decimal', value)
  const [whole = '', fraction = ''] = String(text ?? '').replace('-', '').split('.')
  if (whole.length <= 35 && fraction.length <= 30) return encode(text)
  throw new StorageError('VALUE_INVALID', `Bound the decimal ${describeValue(String(text))}: MySQL compares at most 35 digits before the point and 30 behind it`)
}

function unchanged(column: string, value: Plain): Bound {
  floatingDecimal(column, value)
  return encode(value)
}

function floatOf(value: Plain): Bound {
  return value === null ? null : Number(value)
}

function onBoolean(value: Value): Bound {
  return value === null ? null : Buffer.from([value === true ? 1 : 0])
}

function onText(value: Value, change: (text: string) => Bound): Bound {
  return typeof value === 'string' ? change(value) : null
}

function withoutZone(instant: string): string {
  return instant.slice(0, -1).replace('T', ' ')
}

const natural: ReadonlyMap<string, LogicalType> = new Map([
  ['tinyint', 'integer'],
  ['smallint', 'integer'],
  ['mediumint', 'integer'],
  ['int', 'integer'],
  ['bigint', 'integer'],
  ['year', 'integer'],
  ['decimal', 'decimal'],
  ['float', 'float'],
  ['double', 'float'],
  ['bit', 'boolean'],
  ['date', 'date'],
  ['time', 'time'],
  ['datetime', 'instant'],
  ['timestamp', 'instant'],
  ['json', 'json'],
  ['uuid', 'uuid'],
  ['binary', 'bytes'],
  ['varbinary', 'bytes'],
  ['tinyblob', 'bytes'],
  ['blob', 'bytes'],
  ['mediumblob', 'bytes'],
  ['longblob', 'bytes'],
])
