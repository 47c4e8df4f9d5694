import { decimalText } from '../../logical.ts'

/** A text that is ordered by code point as the numbers are, for a database that cannot compare them exactly. */
export function decimalKey(text: string): string | undefined {
  const plain = decimalText(text)
  if (plain === undefined) return undefined
  if (plain === '0') return 'o'
  const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
  const all = (whole === '0' ? '' : whole) + fraction
  const digits = all.replace(/^0+/, '')
  const exponent = (whole === '0' ? 0 : whole.length) - (all.length - digits.length)
  const significant = digits.replace(/0+$/, '')
  if (!plain.startsWith('-')) return `p${exponent + bias}${significant}`
  // Digits of negative numbers are turned round, and end with what follows every digit.
  return `n${bias - exponent}${significant.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`
}

const bias = 5_000
