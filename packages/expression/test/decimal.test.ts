import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { add, addExactly, average, compareDecimals, decimalText, divide, floor, multiply, parseDecimal, remainder, round, subtract } from '../src/decimal.ts'
import type { Decimal } from '../src/decimal.ts'

const zeros = (text: string): string => text.replace(/\.$/, '')
const written = fc.tuple(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.integer({ min: 0, max: 30 })).map(([digits, places]) => {
  const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0')
  return (digits < 0n ? '-' : '') + zeros(`${text.slice(0, text.length - places)}.${text.slice(text.length - places)}`)
})

/** A fraction of two big integers, of which every expected result is computed. */
interface Fraction {
  readonly over: bigint
  readonly under: bigint
}

function fraction(text: string): Fraction {
  const [whole = '', part = ''] = text.split('.')
  return { over: BigInt(whole.replace('-', '') + part) * (text.startsWith('-') ? -1n : 1n), under: 10n ** BigInt(part.length) }
}

/** The nearest multiple of one to the power of ten, of two as near the even one, told by trying the neighbours. */
function nearest({ over, under }: Fraction, places: number): Fraction {
  const scale = 10n ** BigInt(places)
  const below = (over * scale) / under - 1n
  const distance = (candidate: bigint): bigint => ((difference) => (difference < 0n ? -difference : difference))((over * scale - candidate * under) * (under < 0n ? -1n : 1n))
  const best = [below, below + 1n, below + 2n].reduce((a, b) => (distance(b) < distance(a) || (distance(b) === distance(a) && b % 2n === 0n) ? b : a))
  return { over: best, under: scale }
}

function same(result: Decimal | null, expected: Fraction): void {
  const found = fraction(decimalText(result ?? { digits: 0n, scale: 0 }))
  expect(found.over * expected.under).toBe(expected.over * found.under)
}

/** To 38 digits, as results are. */
function shortened(value: Fraction): Fraction {
  const size = value.over < 0n ? -value.over : value.over
  let places = 80
  while (places > -80 && size * 10n ** BigInt(Math.max(places, 0)) >= 10n ** 38n * value.under * 10n ** BigInt(Math.max(-places, 0))) places--
  if (places >= 0) return nearest(value, places)
  const rounded = nearest({ over: value.over, under: value.under * 10n ** BigInt(-places) }, 0)
  return { over: rounded.over * 10n ** BigInt(-places), under: rounded.under }
}

const parsed = (text: string): Decimal => parseDecimal(text)!

describe('against fractions of big integers', () => {
  test('sums, differences and the order are exact', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [x, y] = [fraction(a), fraction(b)]
        const sum = { over: x.over * y.under + y.over * x.under, under: x.under * y.under }
        same(add(parsed(a), parsed(b)), exact(sum) ? sum : shortened(sum))
        const difference = { over: x.over * y.under - y.over * x.under, under: x.under * y.under }
        same(subtract(parsed(a), parsed(b)), exact(difference) ? difference : shortened(difference))
        expect(Math.sign(compareDecimals(parsed(a), parsed(b)))).toBe(difference.over < 0n ? -1 : difference.over > 0n ? 1 : 0)
      }),
      { numRuns: 1000 },
    )
  })

  test('products have 38 digits', () => {
    fc.assert(
      fc.property(written, written, (a, b) => {
        const [x, y] = [fraction(a), fraction(b)]
        const product = { over: x.over * y.over, under: x.under * y.under }
        same(multiply(parsed(a), parsed(b)), exact(product) ? product : shortened(product))
      }),
      { numRuns: 1000 },
    )
  })

  test('quotients have 12 places', () => {
    const small = fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: 0, max: 12 })).map(([digits, places]) => decimalText({ digits, scale: places }))
    fc.assert(
      fc.property(small, small, (a, b) => {
        const [x, y] = [fraction(a), fraction(b)]
        if (y.over === 0n) {
          expect([divide(parsed(a), parsed(b)), remainder(parsed(a), parsed(b))]).toEqual([null, null])
          return
        }
        same(divide(parsed(a), parsed(b)), nearest({ over: x.over * y.under, under: x.under * y.over }, 12))
        same(remainder(parsed(a), parsed(b)), { over: (x.over * y.under) % (y.over * x.under), under: x.under * y.under })
      }),
      { numRuns: 1000 },
    )
  })

  test('rounding is half even, and floor goes down', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 0, max: 35 }), (a, places) => {
        same(round(parsed(a), places), nearest(fraction(a), places))
        const { over, under } = fraction(a)
        same(floor(parsed(a)), { over: over >= 0n || over % under === 0n ? over / under : over / under - 1n, under: 1n })
      }),
      { numRuns: 1000 },
    )
  })

  /** Whether it can be written with 38 digits, so that nothing is rounded. */
  function exact({ over, under }: Fraction): boolean {
    let rest = over < 0n ? -over : over
    let divisor = under
    while (rest !== 0n && rest % 10n === 0n && divisor % 10n === 0n) [rest, divisor] = [rest / 10n, divisor / 10n]
    return rest.toString().replace(/0+$/, '').length <= 38
  }
})

test.each([
  ['-0', '0'],
  ['-0.00', '0'],
  ['007', '7'],
  ['1.50', '1.5'],
  ['-.5', undefined],
  ['1.', undefined],
  ['+1', undefined],
  ['1e-3', '0.001'],
  ['12e2', '1200'],
  ['1e1000', undefined],
  ['', undefined],
  [' 1', undefined],
  ['NaN', undefined],
  ['1,5', undefined],
  ['١', undefined],
])('%j is read as %j', (text, expected) => {
  const value = parseDecimal(text)
  expect(value && decimalText(value)).toBe(expected)
})

test('an average is off by half a last place at most, of two as near the even one', () => {
  const half = parseDecimal('0.0000000000005')!
  fc.assert(
    fc.property(written, fc.integer({ min: 1, max: 1000 }), (text, count) => {
      const sum = parseDecimal(text)!
      const { digits, scale } = average(sum, count)
      const error = addExactly(sum, { digits: -digits * BigInt(count), scale })
      const most = { digits: half.digits * BigInt(count), scale: half.scale }
      expect(compareDecimals({ ...error, digits: error.digits < 0n ? -error.digits : error.digits }, most)).toBeLessThanOrEqual(0)
    }),
  )
  expect(['1', '3', '5'].map((text) => decimalText(average({ ...parseDecimal(text)!, scale: 12 }, 2)))).toEqual(['0', '0.000000000002', '0.000000000002'])
})
