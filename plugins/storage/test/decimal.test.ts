import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDecimals, decimalKey, divideDecimals, formatDecimal, limitedDecimal, multiplyDecimals, parseDecimal } from '../src/decimal.ts'
import type { Decimal } from '../src/decimal.ts'

const decimals = fc.record({ digits: fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), places: fc.integer({ min: 0, max: 40 }) })

/** Below, at or above zero. */
function order(a: Decimal, b: Decimal): number {
  const { digits } = addDecimals(a, { digits: -b.digits, places: b.places })
  return digits < 0n ? -1 : digits > 0n ? 1 : 0
}

describe('decimals', () => {
  test('are written in one way, from which they are read again', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        const text = formatDecimal(value)
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/)
        expect(text).not.toBe('-0')
        expect(formatDecimal(parseDecimal(text) ?? value)).toBe(text)
        expect(order(parseDecimal(text) ?? { digits: 0n, places: 0 }, value)).toBe(0)
      }),
    )
  })

  test.each([['1e3', '1000'], ['-1.50E-2', '-0.015'], ['.5', '0.5'], ['5.', '5'], ['+007', '7'], ['-0.000', '0'], [' 12 ', '12'], ['1e-7', '0.0000001']])('%s is %s', (written, read) => {
    expect(formatDecimal(parseDecimal(written) ?? { digits: -1n, places: 0 })).toBe(read)
  })

  test.each(['', '.', '-', 'e5', '1e', '1,5', '0x10', 'NaN', 'Infinity', '1e999', '1 2', '--1'])('%j is none', (text) => {
    expect(parseDecimal(text)).toBeUndefined()
  })

  test('have keys in their own order', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [x = '', y = ''] = [decimalKey(formatDecimal(a)), decimalKey(formatDecimal(b))]
        expect(x < y ? -1 : x > y ? 1 : 0).toBe(order(a, b))
      }),
      { numRuns: 1_000 },
    )
  })

  test('have keys in their own order also where they are close', () => {
    const close = ['-100', '-99.9', '-12.3', '-12.25', '-12', '-1.2', '-1', '-0.1', '-0.09', '-0.001', '0', '0.001', '0.01', '0.09', '0.1', '1', '1.2', '12', '12.25', '12.3', '99.9', '100']
    expect(close.toSorted((a, b) => ((decimalKey(a) ?? '') < (decimalKey(b) ?? '') ? -1 : 1))).toEqual(close)
  })

  test.each([['2', '3', '0.666666666667'], ['1', '8', '0.125'], ['1', '2000000000000', '0'], ['3', '2000000000000', '0.000000000002'], ['-1', '3', '-0.333333333333'], ['-2', '3', '-0.666666666667'], ['1', '0', undefined]])('%s divided by %s is %s', (a, b, expected) => {
    const quotient = divideDecimals(parseDecimal(a)!, parseDecimal(b)!)
    expect(quotient && formatDecimal(quotient)).toBe(expected)
  })

  test('a quotient is off by half a last place at most', () => {
    fc.assert(
      fc.property(decimals, decimals.filter(({ digits }) => digits !== 0n), (a, b) => {
        const quotient = divideDecimals(a, b)!
        const error = addDecimals(a, multiplyDecimals({ digits: -quotient.digits, places: quotient.places }, b))
        const half = multiplyDecimals({ digits: b.digits < 0n ? -b.digits : b.digits, places: b.places }, { digits: 5n, places: 13 })
        expect(order({ digits: error.digits < 0n ? -error.digits : error.digits, places: error.places }, half)).toBeLessThanOrEqual(0)
      }),
    )
  })

  test('what is computed has 38 digits, half even', () => {
    const nines = '9'.repeat(38)
    expect(formatDecimal(limitedDecimal(parseDecimal(`0.${nines}5`)!))).toBe('1')
    expect(formatDecimal(limitedDecimal(parseDecimal(`${'1'.repeat(37)}2.5`)!))).toBe(`${'1'.repeat(37)}2`)
    expect(formatDecimal(limitedDecimal(parseDecimal(`${nines}51`)!))).toBe(`1${'0'.repeat(40)}`)
  })
})
