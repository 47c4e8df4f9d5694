import fc from 'fast-check'
import { expect, test } from 'vitest'
import { basisPointsOf, centsOf, integerOf, partOf, textOf } from '../src/legacy-values.ts'

test('textOf() drops blanks and what is empty', () => {
  expect(['Val2 ', ' ', '', null, 12_209].map((value) => textOf({ value }, 'value'))).toEqual(['Val2', null, null, null, '12209'])
  expect(textOf({}, 'value')).toBeNull()
})

test('partOf() gives what is related, or nothing', () => {
  expect([{ a: 1 }, null, 'ALFKI', [1]].map((value) => partOf({ value }, 'value'))).toEqual([{ a: 1 }, {}, {}, {}])
})

test('centsOf() gives the cents that were meant, whatever the binary fraction', () => {
  expect([9.8, 14, '34.8', null, 0.1 + 0.2, 17.450000000000003].map((value) => centsOf({ value }, 'value'))).toEqual([980n, 1400n, 3480n, 0n, 30n, 1745n])
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (cents) => centsOf({ value: cents / 100 }, 'value') === BigInt(cents)))
})

test('basisPointsOf() takes single precision for what was meant', () => {
  expect([0.15, 0.150000005960464, 0, 1].map((value) => basisPointsOf({ value }, 'value'))).toEqual([1500n, 1500n, 0n, 10_000n])
})

test('what is no number is refused', () => {
  expect(() => centsOf({ price: 'free' }, 'price')).toThrow('Read "price" of the legacy system: expected a number, found "free"')
  expect(() => integerOf({ pieces: 1.5 }, 'pieces')).toThrow('Read "pieces" of the legacy system: expected a whole number, found 1.5')
})
