import type { Column } from '../../catalogue.ts'
import type { Bound, Codec } from '../../codec.ts'
import type { LogicalType, Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { floatingDecimal } from '../../floating-decimal.ts'
import { decimalText, readerOf, toBuffer, toCanonical } from '../../logical.ts'
import type { Plain } from '../../logical.ts'
import { decimalKey } from './decimal-key.ts'
import { dayOf } from './functions.ts'
import { sixDigits, sqliteForm } from './instants.ts'
import { encode } from './values.ts'

/** How columns of our own tables are declared: by the type, as text, so that SQLite changes nothing in them. */
export const ownTypes = ['decimal_text', 'date_text', 'time_text', 'instant_text', 'json_text', 'uuid_text'] as const

// By itself, a value that statistics of an index may be asked for makes SQLite prepare its statement anew each time.
const place = '+?'

/**
 * How a column of SQLite is handled as a type. `stored` is one of our own types, or the affinity by which SQLite keeps
 * what another application writes: its numbers are floating-point, its moments are texts or numbers of milliseconds.
 */
export function sqliteCodec(column: Column, type: LogicalType): Codec {
  return { ...plain(type), ...special[type]?.(column) }
}

function plain(type: LogicalType): Codec {
  const write = (value: Value): Bound => encode(toCanonical(type, value))
  return { type, compare: '??', place, store: write, match: write, read: readerOf(type) }
}

const special: { readonly [Type in LogicalType]?: (column: Column) => Partial<Codec> } = {
  text: ({ stored }) => ({ compare: stored === 'text' ? '?? collate binary' : 'cast(?? as text) collate binary' }),
  integer: ({ stored }) => ({ ...(isText(stored) ? { compare: 'cast(?? as integer)' } : {}), store: whole, match: whole }),
  decimal,
  float: ({ stored }) => (isText(stored) ? { compare: 'cast(?? as real)' } : {}),
  boolean: ({ stored }) => (isText(stored) ? { compare: "(lower(??) in ('1', 't', 'true'))" } : {}),
  date,
  time: ({ stored }) => (stored === 'time_text' ? {} : { compare: 'caruso_time(??)' }),
  instant,
  json: ({ name, stored }) => ({ store: (value) => encode(keptJson(name, stored, toCanonical('json', value))) }),
  uuid: ({ stored }) => {
    if (stored === 'blob') return { store: uuidBytes, match: uuidBytes }
    return stored === 'uuid_text' ? {} : { compare: 'lower(??)' }
  },
  bytes: () => ({ store: (value) => (isBytes(value) ? toBuffer(value.bytes) : null), match: (value) => (isBytes(value) ? toBuffer(value.bytes) : null) }),
}

function decimal({ name, stored }: Column): Partial<Codec> {
  const order = { compare: 'caruso_decimal(??)', match: (value: Value) => decimalKey(String(toCanonical('decimal', value))) ?? null }
  if (stored === 'decimal_text') return { ...order, narrow: place, exact: true, group: '??' }
  const grouped = { ...order, grouped: 'min(??)' }
  return isText(stored) ? grouped : { ...grouped, store: (value) => floating(name, stored, toCanonical('decimal', value)) }
}

function date({ stored }: Column): Partial<Codec> {
  if (stored === 'date_text') return {}
  const read = { compare: 'caruso_date(??)', read: dayOf }
  return stored === 'integer' ? { ...read, store: (value) => milliseconds(toCanonical('date', value)) } : read
}

function instant({ stored }: Column): Partial<Codec> {
  const match = (value: Value): Bound => onText(toCanonical('instant', value), sixDigits)
  if (stored === 'instant_text') return { match, store: match }
  const store = stored === 'integer' ? (value: Value) => milliseconds(toCanonical('instant', value)) : (value: Value) => onText(toCanonical('instant', value), sqliteForm)
  return { compare: 'caruso_instant(??)', match, store }
}

function isText(stored: string): boolean {
  return stored.endsWith('text')
}

function isBytes(value: Value): value is Extract<Value, { readonly bytes: string }> {
  return typeof toCanonical('bytes', value) === 'object' && value !== null
}

function whole(value: Value): Bound {
  const found = toCanonical('integer', value)
  return found === null ? null : BigInt(typeof found === 'number' ? found : String(found))
}

function uuidBytes(value: Value): Bound {
  const found = toCanonical('uuid', value)
  return typeof found === 'string' ? Buffer.from(found.replaceAll('-', ''), 'hex') : null
}

function onText(value: Value, change: (text: string) => string): Bound {
  return typeof value === 'string' ? change(value) : null
}

/** Only where a column's type is no floating-point one SQLite keeps whole numbers as such. */
function floating(column: string, stored: string, value: Plain): Bound {
  const text = String(value)
  if (value !== null && stored !== 'real' && !text.includes('.') && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return BigInt(text)
  return floatingDecimal(column, value)
}

function milliseconds(value: Plain): Bound {
  if (value === null) return null
  const text = String(value)
  if (/\.\d{4,}/.test(text)) throw new StorageError('VALUE_INVALID', `Bound the instant ${text}: its column keeps whole milliseconds, which would change it`)
  return BigInt(Date.parse(text))
}

function keptJson(column: string, stored: string, value: Plain): Plain {
  // SQLite makes a number of a text that looks like one wherever a column does not keep texts.
  if (isText(stored) || stored === 'blob' || decimalText(String(value)) === undefined) return value
  throw new StorageError('VALUE_INVALID', `Bound the JSON ${String(value).slice(0, 80)} for column ${JSON.stringify(column)}: its declared type makes it a number, which would change it`)
}
