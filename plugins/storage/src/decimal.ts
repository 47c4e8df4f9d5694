import { decimalText } from './logical.ts'

/** An exact decimal number: the digits as a whole number, of which so many are behind the point. */
export interface Decimal {
  readonly digits: bigint
  readonly places: number
}

/** Undefined when the text is no decimal number. */
export function parseDecimal(text: string): Decimal | undefined {
  const plain = decimalText(text)
  if (plain === undefined) return undefined
  const point = plain.indexOf('.')
  return point === -1 ? { digits: BigInt(plain), places: 0 } : { digits: BigInt(plain.slice(0, point) + plain.slice(point + 1)), places: plain.length - point - 1 }
}

/** Without padding: `-12.5`. */
export function formatDecimal({ digits, places }: Decimal): string {
  const sign = digits < 0n ? '-' : ''
  const text = String(digits < 0n ? -digits : digits).padStart(places + 1, '0')
  const fraction = places === 0 ? '' : text.slice(-places).replace(/0+$/, '')
  const whole = text.slice(0, text.length - places)
  return fraction === '' ? (digits === 0n ? '0' : sign + whole) : `${sign}${whole}.${fraction}`
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places)
  return { digits: scaled(a, places) + scaled(b, places), places }
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, places: a.places + b.places }
}

/** To 12 places, half even; undefined by zero. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal | undefined {
  if (b.digits === 0n) return undefined
  const top = a.digits * 10n ** BigInt(12 + b.places)
  const bottom = b.digits * 10n ** BigInt(a.places)
  const [quotient, rest] = [top / bottom, top % bottom]
  const twice = 2n * (rest < 0n ? -rest : rest)
  const size = bottom < 0n ? -bottom : bottom
  const up = twice > size || (twice === size && quotient % 2n !== 0n)
  const away = top < 0n === bottom < 0n ? 1n : -1n
  return { digits: up ? quotient + away : quotient, places: 12 }
}

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

function scaled({ digits, places }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(to - places)
}

const mostDigits = 38

/** Rounded to 38 digits, half even, as everything is that is computed. */
export function limitedDecimal(value: Decimal): Decimal {
  const excess = String(value.digits).replace('-', '').length - mostDigits
  if (excess <= 0) return value
  const unit = 10n ** BigInt(excess)
  const [quotient, rest] = [value.digits / unit, value.digits % unit]
  const twice = 2n * (rest < 0n ? -rest : rest)
  const up = twice > unit || (twice === unit && quotient % 2n !== 0n)
  const digits = up ? quotient + (value.digits < 0n ? -1n : 1n) : quotient
  const places = value.places - excess
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 }
}
