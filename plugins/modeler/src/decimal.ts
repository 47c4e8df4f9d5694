import { compareDecimals as compare, decimalText, parseDecimal, type Decimal } from '@caruso/expression/decimal'

/** A decimal as text: digits, perhaps a minus before them and a point between them. */
export const decimalPattern = /^-?\d{1,38}(\.\d{1,38})?$/

/** A number as the decimal that prints the same; undefined for what has none. */
export function decimalOf(number: number): string | undefined {
  return Number.isFinite(number) ? plainDecimal(String(number)) : undefined
}

/** Below, at or above zero, as `a` is smaller than, equal to or greater than `b`; exact. */
export function compareDecimals(a: string, b: string): number {
  return compare(exact(a), exact(b))
}

/** Without zeros that mean nothing. */
export function plainDecimal(decimal: string): string {
  return decimalText(exact(decimal))
}

/** How many digits stand after the point, zeros at the end not counted. */
export function scaleOf(decimal: string): number {
  const [, fraction = ''] = plainDecimal(decimal).split('.')
  return fraction.length
}

function exact(text: string): Decimal {
  const decimal = parseDecimal(text)
  if (decimal === undefined) throw new TypeError(`Read ${JSON.stringify(text)} as a decimal: it is none`)
  return decimal
}
