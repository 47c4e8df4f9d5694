import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginsWithDay, plainDecimal, plainInstant, plainInteger } from '../src/plain-forms.ts'

const digits = (min: number, max: number) => fc.string({ unit: fc.constantFrom('0', '0', '1', '9'), minLength: min, maxLength: max })
const join = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => all.join(''))
const decimals = fc.oneof(fc.string({ maxLength: 8 }), join(fc.constantFrom('', '-', '+'), digits(0, 17), fc.constantFrom('', '.', '..', 'e'), digits(0, 4)))
// Most of them in a clock, or hardly any text would be a moment.
const two = fc.oneof({ weight: 20, arbitrary: fc.constantFrom('00', '09', '23') }, fc.constantFrom('24', '59', '60'), fc.nat(99).map((number) => String(number).padStart(2, '0')), fc.string({ minLength: 2, maxLength: 2 }))
const day = join(fc.constantFrom('2024', '2023', '1900', '2000', '0000', '0001', '20 4'), fc.constantFrom('-', '-', '-', '/'), fc.constantFrom('02', '04', '12', '00', '13'), fc.constant('-'), fc.constantFrom('28', '29', '30', '31', '00', '3x'))
const instants = join(day, fc.constantFrom('T', ' ', 't'), two, fc.constant(':'), two, fc.constantFrom(':', ' '), two, fc.oneof(fc.constant(''), join(fc.constantFrom('.', ','), digits(0, 8))), fc.constantFrom('', 'Z', '+00', '+01', '-00'))

test('a decimal is plain if it is digits without padding, and loses the zeros at its end', () => {
  fc.assert(
    fc.property(decimals, (text) => {
      const plain = /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : undefined
      expect(plainDecimal(text)).toBe(plain === '-0' ? undefined : plain)
    }),
    { numRuns: 5_000 },
  )
})

test('a whole number is plain if it has at most 15 digits', () => {
  fc.assert(
    fc.property(decimals, (text) => {
      expect(plainInteger(text)).toBe(/^-?\d{1,15}$/.test(text) ? Number(text) + 0 : undefined)
    }),
    { numRuns: 5_000 },
  )
})

test('a day is one of the calendar', () => {
  fc.assert(
    fc.property(day, (text) => {
      const date = new Date(`${text}T00:00:00Z`)
      expect(beginsWithDay(text)).toBe(/^\d{4}-\d\d-\d\d$/.test(text) && !text.startsWith('0000') && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text))
    }),
    { numRuns: 5_000 },
  )
})

test('an instant is plain if it has seconds and its zone is UTC, and loses the zeros at its end', () => {
  fc.assert(
    fc.property(instants, (text) => {
      const [, date = '', time = '', fraction = ''] = /^(.{10})[T ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,6}))?(?:Z|\+00)?$/.exec(text) ?? []
      const rest = fraction.replace(/0+$/, '')
      expect(plainInstant(text)).toBe(time !== '' && beginsWithDay(date) ? `${date}T${time}${rest === '' ? '' : `.${rest}`}Z` : undefined)
    }),
    { numRuns: 5_000, examples: [['2024-02-28T00:00:00.10']] },
  )
})
