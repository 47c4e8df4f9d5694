import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareDecimals, decimalText as written, parseDecimal } from '@caruso/expression/decimal'
import { decimalKey } from '../src/dialect/sqlite/decimal-key.ts'
import { decimalText } from '../src/logical.ts'

const decimals = fc.record({ digits: fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), scale: fc.integer({ min: 0, max: 40 }) })

describe('decimals', () => {
  test('are written in one way, from which they are read again', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        const text = written(value)
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/)
        expect(text).not.toBe('-0')
        expect(decimalText(text)).toBe(text)
        expect(compareDecimals(parseDecimal(text)!, value)).toBe(0)
      }),
    )
  })

  test.each([['1e3', '1000'], ['-1.50E-2', '-0.015'], ['.5', '0.5'], ['5.', '5'], ['+007', '7'], ['-0.000', '0'], [' 12 ', '12'], ['1e-7', '0.0000001']])('%s is %s', (text, read) => {
    expect(decimalText(text)).toBe(read)
  })

  test.each(['', '.', '-', 'e5', '1e', '1,5', '0x10', 'NaN', 'Infinity', '1e999', '1 2', '--1'])('%j is none', (text) => {
    expect(decimalText(text)).toBeUndefined()
  })

  test('have keys in their own order', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [x = '', y = ''] = [decimalKey(written(a)), decimalKey(written(b))]
        expect(x < y ? -1 : x > y ? 1 : 0).toBe(compareDecimals(a, b))
      }),
      { numRuns: 1_000 },
    )
  })

  test('have keys in their own order also where they are close', () => {
    const close = ['-100', '-99.9', '-12.3', '-12.25', '-12', '-1.2', '-1', '-0.1', '-0.09', '-0.001', '0', '0.001', '0.01', '0.09', '0.1', '1', '1.2', '12', '12.25', '12.3', '99.9', '100']
    expect(close.toSorted((a, b) => ((decimalKey(a) ?? '') < (decimalKey(b) ?? '') ? -1 : 1))).toEqual(close)
  })
})
