import type { Locale } from '../locale.ts'
import { plainText } from './plain-text.ts'
import type { Reading } from './reading.ts'

/** The expression language computes with so many. */
const mostDigits = 38
/** More than any number with its signs needs. */
export const longestNumber = 120

/** A number as people type it: `1 234,5`, `1,234.5`, `١٬٢٣٤٫٥`. */
export function readNumber(text: string, locale: Locale): Reading {
  const value = decimalOf(plainText(text), locale)
  return value === undefined ? { wrong: 'number' } : limited(value)
}

/** A decimal text of no more digits than can be computed with. */
export function limited(value: string): Reading {
  return digitsOf(value) > mostDigits ? { wrong: 'digits' } : { value }
}

/**
 * The decimal text of a plain text, without zeros that say nothing. A point or comma that is not the language's
 * decimal sign separates thousands where it can, and decimals where it can do only that: `1.500` is 1500 in
 * Norwegian, `1.50` is one and a half.
 */
export function decimalOf(plain: string, locale: Locale): string | undefined {
  const [, sign = '', body = ''] = (plain.length <= longestNumber && /^([-−–+]?) ?([\d.,٫٬،'’ ]+)$/.exec(plain)) || []
  const unified = body.replaceAll('،', ',').replaceAll('’', "'")
  const at = decimalAt(unified, locale)
  const whole = wholeOf(at < 0 ? unified : unified.slice(0, at))
  const fraction = at < 0 ? '' : unified.slice(at + 1)
  if (whole === undefined || !/^\d*$/.test(fraction) || (at >= 0 && fraction === '')) return undefined
  return canonical(sign === '' || sign === '+' ? '' : '-', whole, fraction)
}

/** How many digits a decimal text has. */
export function digitsOf(decimal: string): number {
  return decimal.replace(/^-?0\.0*|\D/g, '').length
}

/** Where the decimal sign stands, or -1. */
function decimalAt(body: string, locale: Locale): number {
  if (body.includes('٫')) return body.indexOf('٫')
  const [points, commas] = [body.split('.').length - 1, body.split(',').length - 1]
  if (points > 0 && commas > 0) return Math.max(body.lastIndexOf('.'), body.lastIndexOf(','))
  if (points + commas !== 1) return -1
  const sign = points === 1 ? '.' : ','
  return sign !== locale.decimalSign && wholeOf(body)?.startsWith('0') === false ? -1 : body.indexOf(sign)
}

/** The digits before the decimal sign, in groups of three by one kind of sign or in none. */
function wholeOf(text: string): string | undefined {
  const trimmed = text.trim()
  if (/^\d*$/.test(trimmed)) return trimmed
  const separator = /\D/.exec(trimmed)?.[0] ?? ''
  const [first = '', ...groups] = trimmed.split(separator)
  return /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group)) ? first + groups.join('') : undefined
}

function canonical(sign: string, whole: string, fraction: string): string | undefined {
  if (whole === '' && fraction === '') return undefined
  const [integer, decimals] = [whole.replace(/^0+/, '') || '0', fraction.replace(/0+$/, '')]
  const text = decimals === '' ? integer : `${integer}.${decimals}`
  return text === '0' ? text : sign + text
}
