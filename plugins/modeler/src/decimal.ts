/** A decimal as text: digits, perhaps a minus before them and a point between them. */
export const decimalPattern = /^-?\d{1,38}(\.\d{1,38})?$/

/** A number as the decimal that prints the same; undefined for what has none. */
export function decimalOf(number: number): string | undefined {
  if (!Number.isFinite(number)) return undefined
  const text = String(number === 0 ? 0 : number)
  if (!text.includes('e')) return text
  const [digits = '', exponent = '0'] = text.split('e')
  const [whole = '', fraction = ''] = digits.replace('-', '').split('.')
  const point = whole.length + Number(exponent)
  const all = whole + fraction
  const written = point <= 0 ? `0.${'0'.repeat(-point)}${all}` : point >= all.length ? all.padEnd(point, '0') : `${all.slice(0, point)}.${all.slice(point)}`
  return number < 0 ? `-${written}` : written
}

/** Below, at or above zero, as `a` is smaller than, equal to or greater than `b`; exact. */
export function compareDecimals(a: string, b: string): number {
  const scale = Math.max(scaleOf(a), scaleOf(b))
  const [left, right] = [scaled(a, scale), scaled(b, scale)]
  return left < right ? -1 : left > right ? 1 : 0
}

/** How many digits stand after the point, zeros at the end not counted. */
export function scaleOf(decimal: string): number {
  const [, fraction = ''] = decimal.split('.')
  return fraction.replace(/0+$/, '').length
}

function scaled(decimal: string, scale: number): bigint {
  const [whole = '', fraction = ''] = decimal.split('.')
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'))
}
