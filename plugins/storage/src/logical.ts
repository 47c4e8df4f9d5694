import type { LogicalType, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { limits } from './limits.ts'
import { beginsWithDay, plainDecimal, plainInstant, plainInteger } from './plain-forms.ts'

/** What drivers give for a value: more than plans know. */
export type Raw = Held | null

/** What drivers give for a value that is there. */
export type Held = string | number | bigint | boolean | Uint8Array

/** A value of every type but bytes. */
export type Plain = string | number | boolean | null

/**
 * A caller's value as its type writes it, so that equal values are equal texts.
 *
 * @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED`
 */
export function toCanonical(type: Exclude<LogicalType, 'bytes'>, value: Value): Plain
export function toCanonical(type: LogicalType, value: Value): Value
export function toCanonical(type: LogicalType, value: Value): Value {
  if (value === null) return null
  if (typeof value === 'object') {
    if (type === 'bytes') return value
    throw unlike(type, 'binary')
  }
  if (type === 'instant' && (typeof value !== 'string' || !(value.endsWith('Z') || zoned.test(value)))) throw unlike(type, value)
  if (type === 'date' && String(value).length > 10) throw unlike(type, value)
  const found = readers[type](value)
  if (found === undefined) throw unlike(type, value)
  return typeof found === 'string' ? checkedText(found) : found
}

/** As `readerOf`; null is null. */
export function fromRaw(type: LogicalType, raw: Raw): Value | undefined {
  return raw === null ? null : readers[type](raw)
}

/**
 * What reads what a database holds as its type writes it: more forms are understood than are accepted, since other
 * applications wrote them. It gives undefined for what is none of the type.
 */
export function readerOf(type: LogicalType): Reader {
  return readers[type]
}

/** @throws StorageError `LIMIT_EXCEEDED`, and `VALUE_INVALID` for half a character, which databases would replace */
export function checkedText(value: string): string {
  if (value.length > limits.text) throw new StorageError('LIMIT_EXCEEDED', `Bound a text of ${value.length} characters: at most ${limits.text} are allowed`)
  if (!value.isWellFormed()) throw new StorageError('VALUE_INVALID', 'Bound a text with half a surrogate pair: expected well-formed Unicode')
  return value
}

/** @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED` */
export function toBuffer(encoded: string): Buffer {
  if (encoded.length % 4 !== 0 || !base64.test(encoded)) throw new StorageError('VALUE_INVALID', 'Bound a binary value: expected base64 with padding')
  const buffer = Buffer.from(encoded, 'base64')
  if (buffer.length > limits.bytes) throw new StorageError('LIMIT_EXCEEDED', `Bound a binary value of ${buffer.length} bytes: at most ${limits.bytes} are allowed`)
  return buffer
}

/** `-12.5` for whatever way of writing a decimal number: no exponent, no padding, no negative zero. */
export function decimalText(text: string): string | undefined {
  const plain = plainDecimal(text)
  if (plain !== undefined) return plain
  const found = number.exec(text)
  if (!found) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found
  const shift = Number(exponent)
  if (Math.abs(shift) > 400 || whole.length + fraction.length === 0) return undefined
  const digits = (shift >= 0 ? whole + fraction.padEnd(shift, '0') : whole.padStart(-shift, '0') + fraction)
  const places = shift >= 0 ? Math.max(fraction.length - shift, 0) : fraction.length - shift
  const left = digits.slice(0, digits.length - places).replace(/^0+(?=.)/, '') || '0'
  const right = places === 0 ? '' : digits.slice(-places).padStart(places, '0').replace(/0+$/, '')
  const amount = right === '' ? left : `${left}.${right}`
  return sign === '-' && amount !== '0' ? `-${amount}` : amount
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/
const number = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?\s*$/
const clock = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/
const moment = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/
const zoned = /[T ]\d{2}:\d{2}.*(Z|z|[+-]\d{2}(:?\d{2})?)$/
const plainUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const uuid = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i
const [least, most] = [-(2n ** 63n), 2n ** 64n - 1n]

export type Reader = (raw: Held) => Value | undefined

const readers: Readonly<Record<LogicalType, Reader>> = {
  text: (raw) => (typeof raw === 'string' ? raw : raw instanceof Uint8Array ? undefined : String(raw)),
  integer: readInteger,
  decimal: (raw) => (typeof raw === 'string' ? decimalText(raw) : raw instanceof Uint8Array || typeof raw === 'boolean' ? undefined : decimalText(String(raw))),
  float: readFloat,
  boolean: readBoolean,
  date: (raw) => (typeof raw === 'string' ? readDay(raw) : undefined),
  time: (raw) => (typeof raw === 'string' ? readTime(raw) : undefined),
  instant: readInstant,
  json: (raw) => (raw instanceof Uint8Array || !isJson(String(raw)) ? undefined : String(raw)),
  uuid: (raw) => {
    if (typeof raw === 'string' && plainUuid.test(raw)) return raw
    const found = uuid.exec(raw instanceof Uint8Array ? Buffer.from(raw).toString('hex') : String(raw))
    return found?.slice(1).join('-').toLowerCase()
  },
  bytes: (raw) => (raw instanceof Uint8Array ? { bytes: Buffer.from(raw).toString('base64') } : undefined),
}

function readInteger(raw: Held): Value | undefined {
  const plain = typeof raw === 'string' ? plainInteger(raw) : typeof raw === 'number' || typeof raw === 'bigint' ? Number(raw) + 0 : undefined
  if (plain !== undefined && Number.isSafeInteger(plain)) return plain
  if (typeof raw === 'boolean') return raw ? 1 : 0
  if (raw instanceof Uint8Array) return undefined
  const text = typeof raw === 'bigint' ? String(raw) : decimalText(String(raw))
  if (text === undefined || text.includes('.') || text.length > 21) return undefined
  const found = Number(text)
  if (Number.isSafeInteger(found)) return found
  const exact = BigInt(text)
  return exact >= least && exact <= most ? text : undefined
}

function readFloat(raw: Held): Value | undefined {
  if (raw instanceof Uint8Array || typeof raw === 'boolean') return undefined
  const found = typeof raw === 'string' && raw.trim() === '' ? Number.NaN : Number(raw)
  if (Number.isFinite(found)) return found
  return Math.abs(found) === Infinity ? String(found) : undefined
}

function readBoolean(raw: Held): Value | undefined {
  if (raw === 1n || raw === 't' || raw === true) return true
  if (raw === 0n || raw === 'f' || raw === false) return false
  // MySQL's bit(1) comes as a byte.
  const text = raw instanceof Uint8Array ? String(raw.at(-1) ?? 0) : String(raw).toLowerCase()
  if (text === '1' || text === 't' || text === 'true') return true
  return text === '0' || text === 'f' || text === 'false' ? false : undefined
}

function readDay(text: string): string | undefined {
  if (!beginsWithDay(text)) return undefined
  const next = text[10]
  return next === undefined ? text : next === 'T' || next === ' ' ? text.slice(0, 10) : undefined
}

function readTime(text: string): string | undefined {
  const found = clock.exec(text)
  if (!found) return undefined
  const [, hours = '', minutes = '', seconds = '00', fraction = ''] = found
  if (/[1-9]/.test(fraction.slice(6))) return undefined
  const digits = fraction.slice(0, 6).replace(/0+$/, '')
  return `${hours}:${minutes}:${seconds}${digits === '' ? '' : `.${digits}`}`
}

function readInstant(raw: Held): string | undefined {
  if (typeof raw === 'number' || typeof raw === 'bigint') return fromMilliseconds(Number(raw))
  if (typeof raw !== 'string') return undefined
  const plain = plainInstant(raw)
  if (plain !== undefined) return plain
  const found = moment.exec(raw)
  if (!found) return undefined
  const [date, time] = [readDay(found[1] ?? ''), readTime(found[2] ?? '00:00:00')]
  if (date === undefined || time === undefined) return undefined
  const offset = minutesOf(found[3])
  if (offset === 0) return `${date}T${time}Z`
  const [seconds = '', fraction] = time.split('.')
  const utc = new Date(Date.parse(`${date}T${seconds}Z`) - offset * 60_000)
  return fromMilliseconds(utc.getTime())?.replace('Z', fraction === undefined ? 'Z' : `.${fraction}Z`)
}

/** Undefined outside the years 1 to 9999, which not every database knows. */
function fromMilliseconds(milliseconds: number): string | undefined {
  if (!(milliseconds >= -62_135_596_800_000 && milliseconds < 253_402_300_800_000)) return undefined
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z').replace(/(\.\d*[1-9])0+Z$/, '$1Z')
}

function minutesOf(offset: string | undefined): number {
  if (offset === undefined || offset.toUpperCase() === 'Z') return 0
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '') || 0)
  return offset.startsWith('-') ? -minutes : minutes
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function unlike(type: LogicalType, found: unknown): StorageError {
  return new StorageError('VALUE_INVALID', `Bound a value as ${type}: found ${JSON.stringify(found).slice(0, 80)}`)
}
