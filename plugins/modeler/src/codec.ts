import type { Value } from '@caruso/storage/contract'
import { decimalOf, decimalPattern } from './decimal.ts'
import { limits } from './limits.ts'
import type { DateFormat } from './date-format.ts'

/** What the storage is told of a column's values; without it, they are as the database holds them. */
export type LogicalType = 'text' | 'integer' | 'decimal' | 'boolean' | 'date' | 'time' | 'instant'

/** How the values of an attribute stand in a column. Null is null everywhere and reaches no codec. */
export interface Codec {
  readonly type?: LogicalType
  /** What a value is, as error messages say it. */
  readonly expects: string
  /** The columns's value of an attribute's; undefined for what is none. */
  encode(value: unknown): Value | undefined
  /** The attribute's value of a column's; undefined for what is none, so that a broken row is told and not passed on. */
  decode(stored: Value): unknown
  /** Whether the database orders the column's values as the attribute's, and finds the beginning of a text. */
  readonly ordered: boolean
  /** Whether what the storage answers of the type is the attribute's value as it is: always, or by its looks. */
  readonly plain?: true | ((answered: Value) => boolean)
  /** What stands for each value. */
  readonly standing?: readonly (readonly [value: unknown, stored: string | number])[]
  /** Written in a form that only this codec reads. */
  readonly ownForm?: true
  /** All that may stand for a value, where that is more than what is written. */
  forms?(value: unknown): readonly Value[]
  /** A text with blanks around it that are not of the value. */
  readonly padded?: true
  readonly startsWith: boolean
}

export const clock = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$/
export const moment = /^(\d{4}-\d\d-\d\d)T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?)Z$/

export const textCodec: Codec = {
  type: 'text',
  expects: 'a text',
  encode: (value) => (typeof value === 'string' && value.length <= limits.text && value.isWellFormed() ? value : undefined),
  decode: (stored) => (typeof stored === 'string' ? stored : typeof stored === 'number' ? String(stored) : undefined),
  ordered: true,
  plain: true,
  startsWith: true,
}

/** What was expected in place of a value that a codec does not take. */
export function expectedBy({ expects, type }: Codec, value: unknown): string {
  if (type !== 'text' || typeof value !== 'string') return expects
  if (!value.isWellFormed()) return `${expects} without half a surrogate pair`
  return value.length > limits.text ? `${expects} of at most ${limits.text} characters` : expects
}

export const numberCodec: Codec = {
  type: 'integer',
  expects: 'a whole number of at most 15 digits',
  encode: (value) => (Number.isSafeInteger(value) ? Number(value) : undefined),
  decode: (stored) => (Number.isSafeInteger(stored) ? stored : typeof stored === 'string' && /^-?\d{1,15}$/.test(stored) ? Number(stored) : undefined),
  plain: (answered) => typeof answered === 'number',
  ordered: true,
  startsWith: false,
}

export const decimalCodec: Codec = {
  type: 'decimal',
  expects: 'a decimal as text, such as "12.50"',
  encode: (value) => (typeof value === 'string' && decimalPattern.test(value) ? value : Number.isSafeInteger(value) ? String(value) : undefined),
  decode: (stored) => (typeof stored === 'number' ? decimalOf(stored) : typeof stored === 'string' && decimalPattern.test(stored) ? stored : undefined),
  // So short, it has no more digits than an attribute may.
  plain: (answered) => typeof answered === 'string' && answered.length <= 38,
  ordered: true,
  startsWith: false,
}

export const durationCodec: Codec = {
  type: 'integer',
  expects: 'microseconds as text, such as "60000000"',
  encode: (value) => (typeof value === 'string' && /^-?\d{1,18}$/.test(value) ? value : undefined),
  decode: (stored) => (typeof stored === 'number' && Number.isSafeInteger(stored) ? String(stored) : typeof stored === 'string' && /^-?\d{1,18}$/.test(stored) ? stored : undefined),
  ordered: true,
  startsWith: false,
}

export const truthCodec: Codec = {
  type: 'boolean',
  expects: 'true or false',
  encode: (value) => (typeof value === 'boolean' ? value : undefined),
  decode: (stored) => (stored === 1 || stored === true ? true : stored === 0 || stored === false ? false : undefined),
  ordered: true,
  plain: true,
  startsWith: false,
}

export const dateCodec: Codec = {
  type: 'date',
  expects: 'a date such as "2026-11-24"',
  encode: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
  decode: (stored) => (typeof stored === 'string' && isDate(stored) ? stored : undefined),
  ordered: true,
  plain: true,
  startsWith: false,
}

export const timeCodec: Codec = {
  type: 'time',
  expects: 'a time such as "16:30:00"',
  encode: (value) => (typeof value === 'string' && clock.test(value) ? withoutZeros(value) : undefined),
  decode: (stored) => (typeof stored === 'string' && clock.test(stored) ? withoutZeros(stored) : undefined),
  ordered: true,
  plain: true,
  startsWith: false,
}

export const instantCodec: Codec = {
  type: 'instant',
  expects: 'an instant such as "2026-11-24T10:00:00Z"',
  encode: instantOf,
  decode: instantOf,
  ordered: true,
  plain: true,
  startsWith: false,
}

export function choicesCodec(options: readonly string[]): Codec {
  const all = (list: unknown): list is string[] => Array.isArray(list) && list.every((item) => options.includes(item)) && new Set(list).size === list.length
  return {
    type: 'text',
    expects: `a list of ${options.map((option) => JSON.stringify(option)).join(', ')}`,
    encode: (value) => (all(value) ? JSON.stringify(value) : undefined),
    decode: (stored) => {
      const list: unknown = typeof stored === 'string' && stored.startsWith('["') ? JSON.parse(stored) : stored === '[]' ? [] : undefined
      return all(list) ? list : undefined
    },
    ordered: false,
    ownForm: true,
    startsWith: false,
  }
}

export function choiceCodec(options: readonly string[]): Codec {
  const known = new Set<unknown>(options)
  const pass = (value: unknown): Value | undefined => (typeof value === 'string' && known.has(value) ? value : undefined)
  return { type: 'text', expects: `one of ${options.map((option) => JSON.stringify(option)).join(', ')}`, encode: pass, decode: pass, ordered: true, startsWith: true }
}

/** Values that stand for others in the column, such as 'J' and 'N' for true and false. */
export function standingFor(codec: Codec, pairs: readonly (readonly [value: unknown, stored: string | number])[]): Codec {
  const encoded = new Map(pairs)
  const decoded = new Map<unknown, unknown>(pairs.map(([value, stored]) => [stored, value]))
  return { expects: codec.expects, encode: (value) => encoded.get(value), decode: (stored) => decoded.get(stored), standing: pairs, ordered: false, startsWith: false }
}

/** A text that the column fills up with blanks to so many characters, or should. */
export function paddedCodec(width: number): Codec {
  const { encode } = textCodec
  const trimmed = (text: string): string => text.replace(/^ +| +$/g, '')
  const fill = (text: string): string => text + ' '.repeat(Math.max(0, width - Array.from(text).length))
  return {
    type: 'text',
    expects: 'a text without blanks around it',
    encode: (value) => (typeof value === 'string' && encode(value) !== undefined && trimmed(value) === value ? fill(value) : undefined),
    decode: (stored) => (typeof stored === 'string' ? trimmed(stored) : undefined),
    forms: (value) => [...new Set([fill(String(value)), String(value)])],
    padded: true,
    ordered: true,
    startsWith: true,
  }
}

/** Dates or instants in several forms: the first is written, all are read. */
export function formattedInSeveral(codec: Codec, formats: readonly DateFormat[]): Codec {
  const all = formats.map((format) => formatted(codec, format))
  const [first = codec] = all
  if (all.length < 2) return first
  return {
    ...first,
    decode: (stored) => {
      for (const one of all) {
        const value = one.decode(stored)
        if (value !== undefined) return value
      }
      return undefined
    },
    forms: (value) => all.flatMap((one) => one.encode(value) ?? []),
    ordered: false,
  }
}

/** Dates or instants that the column writes in a form of its own. */
export function formatted(codec: Codec, format: DateFormat): Codec {
  return {
    type: 'text',
    expects: codec.expects,
    startsWith: codec.startsWith,
    encode: (value) => (typeof value === 'string' && codec.encode(value) !== undefined ? format.write(value) : undefined),
    decode: (stored) => {
      const read = typeof stored === 'string' ? format.read(stored) : undefined
      return read === undefined ? undefined : codec.decode(codec === dateCodec ? read.slice(0, 10) : read)
    },
    ordered: format.ordered,
    ownForm: true,
  }
}

/** Without a pattern and a `Date`, which would be most of the time of reading a column of dates. */
function isDate(text: string): boolean {
  return text.length === 10 && beginsWithDate(text)
}

function beginsWithDate(text: string): boolean {
  if (text[4] !== '-' || text[7] !== '-') return false
  const [year, month, date] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)]
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return year >= 1 && date >= 1 && date <= (month === 2 && leap ? 29 : (daysOf[month] ?? 0))
}

const daysOf = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** -1 where there are others than digits. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    number = number * 10 + digit
  }
  return number
}

/** Without zeros at the end of its fraction; undefined for what is no instant. */
function instantOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !isInstant(value)) return undefined
  return value.length > 20 && value[value.length - 2] === '0' ? `${withoutZeros(value.slice(0, -1))}Z` : value
}

/** What `moment` matches, of a day that there is; a pattern takes several times as long. */
function isInstant(text: string): boolean {
  const end = text.length - 1
  if (end < 19 || end > 26 || text[end] !== 'Z' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || !beginsWithDate(text)) return false
  return isWithin(digits(text, 11, 13), 23) && isWithin(digits(text, 14, 16), 59) && isWithin(digits(text, 17, 19), 59) && (end === 19 || (text[19] === '.' && end > 20 && digits(text, 20, end) >= 0))
}

function isWithin(number: number, most: number): boolean {
  return number >= 0 && number <= most
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
