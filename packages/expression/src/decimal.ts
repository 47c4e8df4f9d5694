import { limits } from './limits.ts'

/** An exact decimal: `digits` divided by ten to the power of `scale`. Numbers that are handed in may have any length; what is computed is rounded to 38 digits. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** Beyond ten to this power a result is null, below its inverse it is zero; whatever a double can hold is inside. */
const largestExponent = 1000

export const zero: Decimal = { digits: 0n, scale: 0 }

/** Reads `-12.50` or `1e3`; undefined where the text is no number or its exponent has more than three digits. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = text.length > 2 * largestExponent ? null : /^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) }
}

/** The shortest text without an exponent: no zeros at the end, no negative zero. */
export function decimalText({ digits, scale }: Decimal): string {
  if (digits === 0n) return '0'
  const sign = digits < 0n ? '-' : ''
  const text = (digits < 0n ? -digits : digits).toString()
  if (scale <= 0) return sign + text + '0'.repeat(-scale)
  const padded = text.padStart(scale + 1, '0')
  const fraction = padded.slice(-scale).replace(/0+$/, '')
  return sign + padded.slice(0, -scale) + (fraction === '' ? '' : `.${fraction}`)
}

/** How many digits a number needs, zeros at either end not counted. */
export function significantDigits({ digits }: Decimal): number {
  return digits.toString().replace('-', '').replace(/0+$/, '').length
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** The exact sum, of any length. */
export function addExactly(a: Decimal, b: Decimal): Decimal {
  const [x, y, scale] = aligned(a, b)
  return { digits: x + y, scale }
}

export function add(a: Decimal, b: Decimal): Decimal | null {
  return limited(addExactly(a, b))
}

export function subtract(a: Decimal, b: Decimal): Decimal | null {
  return limited(addExactly(a, negate(b)))
}

export function multiply(a: Decimal, b: Decimal): Decimal | null {
  return limited({ digits: a.digits * b.digits, scale: a.scale + b.scale })
}

/** To 12 places, half even; null by zero. */
export function divide(a: Decimal, b: Decimal): Decimal | null {
  if (b.digits === 0n) return null
  const shift = limits.quotient + b.scale - a.scale
  const [dividend, divisor] = shift < 0 ? [a.digits, b.digits * power(-shift)] : [a.digits * power(shift), b.digits]
  return limited({ digits: divideHalfEven(dividend, divisor), scale: limits.quotient })
}

/** An exact sum divided by how many there were, to 12 places, half even, of any length. */
export function average({ digits, scale }: Decimal, count: number): Decimal {
  const shift = limits.quotient - scale
  const dividend = shift < 0 ? digits : digits * power(shift)
  return { digits: divideHalfEven(dividend, BigInt(count) * (shift < 0 ? power(-shift) : 1n)), scale: limits.quotient }
}

/** What is left of a division to a whole number, with the sign of the dividend; null by zero. */
export function remainder(a: Decimal, b: Decimal): Decimal | null {
  const [x, y, scale] = aligned(a, b)
  return y === 0n ? null : limited({ digits: x % y, scale })
}

export function negate({ digits, scale }: Decimal): Decimal {
  return { digits: -digits, scale }
}

/** Half even, to so many places; negative places are tens, hundreds, … */
export function round(value: Decimal, places: number): Decimal {
  const drop = value.scale - places
  return drop <= 0 ? value : { digits: divideHalfEven(value.digits, power(drop)), scale: places }
}

/** The greatest whole number that is not above. */
export function floor(value: Decimal): Decimal {
  if (value.scale <= 0) return value
  const unit = power(value.scale)
  const whole = value.digits / unit
  return { digits: value.digits < whole * unit ? whole - 1n : whole, scale: 0 }
}

/** The number as one of JavaScript, where it is whole and safe. */
export function wholeNumber(value: Decimal): number | undefined {
  const number = Number(decimalText(value))
  return Number.isSafeInteger(number) && compareDecimals(value, fromInteger(number)) === 0 ? number : undefined
}

export function fromInteger(value: number | bigint): Decimal {
  return { digits: BigInt(value), scale: 0 }
}

/** Rounded to 38 digits, half even; null past the largest exponent. */
export function limited(value: Decimal | null): Decimal | null {
  if (value === null || value.digits === 0n) return value && zero
  const { digits, scale } = value
  const length = digits.toString().length - (digits < 0n ? 1 : 0)
  if (length - scale > largestExponent) return null
  if (length - scale < -largestExponent) return zero
  const drop = length - limits.digits
  return drop <= 0 ? { digits, scale } : { digits: divideHalfEven(digits, power(drop)), scale: scale - drop }
}

/** The nearest whole quotient; of two that are as near, the even one. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const twice = 2n * magnitude(dividend % divisor) - magnitude(divisor)
  if (twice < 0n || (twice === 0n && quotient % 2n === 0n)) return quotient
  return quotient + (dividend < 0n === divisor < 0n ? 1n : -1n)
}

function aligned(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.digits * power(scale - a.scale), b.digits * power(scale - b.scale), scale]
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function power(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}
