import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { basisPointsOf, centsOf, dayOf, integerOf, textOf } from '../src/legacy-values.ts'

test('textOf() drops blanks and what is empty', () => {
  expect(['Val2 ', ' ', '', null, 12_209].map((value) => textOf({ value }, 'value'))).toEqual(['Val2', null, null, null, '12209'])
  expect(textOf({}, 'value')).toBeNull()
})

describe('dayOf()', () => {
  test.each([
    ['1996-07-04 00:00:00.000', '1996-07-04'],
    ['1996-07-04', '1996-07-04'],
    ['04.07.1996', '1996-07-04'],
    ['2024-02-29T23:59:59Z', '2024-02-29'],
    [null, null],
    ['', null],
  ])('reads %j as %j', (value, day) => {
    expect(dayOf({ value }, 'value')).toBe(day)
  })

  test.each(['2023-02-29', '31.06.2023', '1996-7-4', 'soon', '07/04/1996', 35_250])('refuses %j', (value) => {
    expect(() => dayOf({ value }, 'value')).toThrow(`Read column "value" of the legacy database: expected a date, found "${value}"`)
  })

  test('reads a day however it is written', () => {
    const days = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))
    fc.assert(
      fc.property(days, (day) => {
        const forms = [day, `${day} 00:00:00.000`, day.split('-').toReversed().join('.')]
        expect(forms.map((value) => dayOf({ value }, 'value'))).toEqual([day, day, day])
      }),
    )
  })
})

test('centsOf() gives the cents that were meant, whatever the binary fraction', () => {
  expect([9.8, 14, '34.8', null, 0.1 + 0.2, 17.450000000000003].map((value) => centsOf({ value }, 'value'))).toEqual([980n, 1400n, 3480n, 0n, 30n, 1745n])
  fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (cents) => centsOf({ value: cents / 100 }, 'value') === BigInt(cents)))
})

test('basisPointsOf() takes single precision for what was meant', () => {
  expect([0.15, 0.150000005960464, 0, 1].map((value) => basisPointsOf({ value }, 'value'))).toEqual([1500n, 1500n, 0n, 10_000n])
})

test('what is no number is refused', () => {
  expect(() => centsOf({ price: 'free' }, 'price')).toThrow('Read column "price" of the legacy database: expected a number, found "free"')
  expect(() => integerOf({ pieces: 1.5 }, 'pieces')).toThrow('Read column "pieces" of the legacy database: expected a whole number, found 1.5')
})
