import type { Type } from '@caruso/expression'
import { localeOf, type Locale } from './locale.ts'
import type { Value } from './script.ts'

/** How a value is written. */
export interface Writing {
  /** `digits`: one by one, for the ear. */
  readonly as?: 'text' | 'digits'
  /** Of instants; UTC without it. */
  readonly zone?: string
  /** What is written for the values of a question with choices; `yes` and `no` of one without. */
  readonly labels?: ReadonlyMap<string, string>
}

/** A value as the language writes it; null is nothing. What runs in the other direction than the language is isolated. */
export function writeValue(value: Value, type: Type, language: string, writing: Writing = {}): string {
  const locale = localeOf(language)
  const text = written(value, type, locale, writing)
  return isolated(writing.as === 'digits' ? Array.from(text.replace(invisible, '')).join(' ') : text, locale)
}

const invisible = /[\s\u061C\u200E\u200F]/g
const digitSigns = /[\d٠-٩]/
const rightward = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u

function written(value: Value, type: Type, locale: Locale, writing: Writing): string {
  if (value === null) return ''
  if (Array.isArray(value)) {
    const element = typeof type === 'object' && 'list' in type ? type.list : 'text'
    return locale.list.format(value.map((one: Value) => written(one, element, locale, writing)))
  }
  if (typeof value === 'boolean') return ofBoolean(value, locale, writing)
  if (typeof value === 'object') return ofMoney(value as { readonly [name: string]: Value }, locale)
  return writing.labels?.get(String(value)) ?? ofScalar(String(value), type, locale, writing)
}

function ofScalar(value: string, type: Type, locale: Locale, { as, zone }: Writing): string {
  switch (typeof type === 'string' ? type : 'text') {
    case 'number':
      return as === 'digits' ? locale.number.format(value as `${number}`).replaceAll(locale.groupSign, '') : locale.number.format(value as `${number}`)
    case 'date':
      return value < '1000' ? value : locale.time({ dateStyle: 'long' }).format(Date.parse(`${value}T00:00:00Z`))
    case 'time':
      return locale.time({ timeStyle: 'short' }).format(Date.parse(`2000-01-01T${value}Z`))
    case 'instant':
      return locale.time({ dateStyle: 'long', timeStyle: 'short' }, zone).format(Date.parse(value))
    case 'duration':
      return ofDuration(value, locale)
    case 'text':
    case 'boolean':
      return value
  }
}

function ofBoolean(value: boolean, { words }: Locale, { labels }: Writing): string {
  const [name, [word]] = value ? ['yes', words.yes] : ['no', words.no]
  return labels?.get(name) ?? word ?? name
}

function ofMoney(value: { readonly [name: string]: Value }, locale: Locale): string {
  const { amount, currency } = value
  if (typeof amount !== 'string' || typeof currency !== 'string') return ''
  return /^[A-Z]{3}$/.test(currency) ? locale.money(currency).format(amount as `${number}`) : `${amount} ${currency}`
}

/** Microseconds in days, hours, minutes and seconds; what is smaller is not written. */
function ofDuration(microseconds: string, { tag, list }: Locale): string {
  const seconds = BigInt(microseconds) / 1_000_000n
  const sign = seconds < 0n ? -1n : 1n
  const sizes = [['day', 86_400n, 1_000_000_000n], ['hour', 3600n, 24n], ['minute', 60n, 60n], ['second', 1n, 60n]] as const
  const parts = sizes.map(([unit, size, next]) => ({ unit, count: ((seconds * sign) / size) % next })).filter(({ count }) => count > 0n)
  const shown = parts.length === 0 ? [{ unit: 'second', count: 0n }] : parts
  return list.format(shown.map(({ unit, count }) => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }).format(count * sign)))
}

/** In isolates (U+2068 and U+2069), so that the words around keep their order. What Intl writes for the language itself needs none. */
function isolated(text: string, locale: Locale): string {
  const foreign = locale.rightToLeft ? /\p{Script=Latin}|\u200E/u.test(text) || (digitSigns.test(text) && !rightward.test(text) && /[^\d.,٠-٩٬٫]/.test(text)) : rightward.test(text)
  return foreign ? `\u2068${text}\u2069` : text
}
