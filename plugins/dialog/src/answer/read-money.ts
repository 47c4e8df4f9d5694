import { currencyDecimals, type Locale } from '../locale.ts'
import { folded, plainText } from './plain-text.ts'
import { decimalOf, digitsOf, longestNumber } from './read-number.ts'
import type { Reading } from './reading.ts'

const mostDigits = 38
const longestName = 80

/** An amount of the question's currency, which may stand before or after it: `kr 1 234,50`, `100 NOK`, `500,-`. */
export function readMoney(text: string, currency: string | undefined, locale: Locale): Reading {
  const plain = plainText(text)
  if (plain.length > longestNumber + longestName) return { wrong: 'number' }
  const named = currency ?? /(?<![A-Z])[A-Z]{3}(?![A-Z])/.exec(plain.toUpperCase())?.[0]
  if (named === undefined) return { wrong: 'currency' }
  const bare = withoutName(plain, locale.currencyNames(named)).replace(/[.,] ?[-–—]+$/, '')
  const decimal = decimalOf(bare, locale)
  if (decimal === undefined) return { wrong: /[\p{L}\p{Sc}]/u.test(bare) && /\d/.test(bare) ? 'currency' : 'number' }
  return amountOf(decimal, named)
}

/** An amount with exactly the decimals of its currency; more of them are no answer, as nothing is rounded. */
export function amountOf(decimal: string, currency: string): Reading {
  const [whole = '', fraction = ''] = decimal.split('.')
  const decimals = currencyDecimals(currency)
  if (fraction.length > decimals) return { wrong: 'decimals' }
  const amount = decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`
  return digitsOf(amount) > mostDigits ? { wrong: 'digits' } : { value: { amount, currency } }
}

function withoutName(plain: string, names: readonly string[]): string {
  const [, sign = '', unsigned = ''] = /^([-−–]?) ?(.*)$/.exec(plain) ?? []
  const small = folded(unsigned)
  const name = names.find((one) => small.startsWith(one) || small.endsWith(one))
  // Folding may change the length of letters, never that of what stands around a name.
  if (name === undefined) return plain
  const rest = small.startsWith(name) ? small.slice(name.length).trim() : small.slice(0, -name.length).trim()
  return sign + rest
}
