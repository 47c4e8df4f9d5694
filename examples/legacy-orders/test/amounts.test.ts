import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amountText, fractionText, lineTotal } from '../src/amounts.ts'

test.each([
  [0n, '0.00'],
  [5n, '0.05'],
  [99n, '0.99'],
  [123_456_789_012_345_678n, '1234567890123456.78'],
])('amountText() writes %d cents as %s', (cents, text) => {
  expect(amountText(cents)).toBe(text)
})

test.each([
  [0n, '0'],
  [1n, '0.0001'],
  [500n, '0.05'],
  [1500n, '0.15'],
  [10_000n, '1'],
])('fractionText() writes %d hundredths of a percent as %s', (basisPoints, text) => {
  expect(fractionText(basisPoints)).toBe(text)
})

test('fractionText() writes what reads as the same number', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 10_000 }), (basisPoints) => Math.round(Number(fractionText(BigInt(basisPoints))) * 10_000) === basisPoints))
})

test('lineTotal() rounds half a cent up and is never more than half a cent away', () => {
  expect(lineTotal(1n, 1n, 5_000n)).toBe(1n)
  expect(lineTotal(1n, 1n, 5_001n)).toBe(0n)
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 9n), fc.bigInt(1n, 10n ** 5n), fc.bigInt(0n, 10_000n), (price, quantity, discount) => {
      const difference = lineTotal(price, quantity, discount) * 10_000n - price * quantity * (10_000n - discount)
      return difference > -5_000n && difference <= 5_000n
    }),
  )
})
