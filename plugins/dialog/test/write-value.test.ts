import type { Type } from '@caruso/expression'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { longestAnswer, readAnswer } from '../src/answer/read-answer.ts'
import type { Expected, Option } from '../src/answer/reading.ts'
import type { Channel, QuestionType } from '../src/definition.ts'
import type { Value } from '../src/script.ts'
import { writeValue } from '../src/write-value.ts'

const today = '2026-11-30'
const space = '\u00A0'

describe('writeValue()', () => {
  const money = { object: 'money' } as const

  test.each([
    ['1234.5', 'number', '1,234.5', `1${space}234,5`, '1,234.5'],
    ['2026-12-31', 'date', '31 December 2026', '31. desember 2026', '31 ديسمبر 2026'],
    [true, 'boolean', 'yes', 'ja', 'نعم'],
    ['14:05:00', 'time', '14:05', '14:05', '2:05 م'],
    ['5400000000', 'duration', '1 hour and 30 minutes', '1 time og 30 minutter', 'ساعة و30 دقيقة'],
    ['Kari', 'text', 'Kari', 'Kari', '\u2068Kari\u2069'],
    ['محمد', 'text', '\u2068محمد\u2069', '\u2068محمد\u2069', 'محمد'],
    ['+4722334455', 'text', '+4722334455', '+4722334455', '\u2068+4722334455\u2069'],
    [null, 'number', '', '', ''],
  ] as const)('%j as %s', (value, type, en, nb, ar) => expect(['en', 'nb', 'ar'].map((language) => writeValue(value, type, language))).toEqual([en, nb, ar]))

  test('amounts have the decimals of their currency', () => {
    expect([writeValue({ amount: '1234.50', currency: 'NOK' }, money, 'nb'), writeValue({ amount: '12.500', currency: 'KWD' }, money, 'en'), writeValue({ amount: '5', currency: 'JPY' }, money, 'nb')]).toEqual([`1${space}234,50${space}kr`, `KWD${space}12.500`, `5${space}JPY`])
  })

  test('numbers of 38 digits lose none', () => expect(writeValue('12345678901234567890123456789012345.678', 'number', 'en')).toBe('12,345,678,901,234,567,890,123,456,789,012,345.678'))

  test('digits one by one, for the ear', () => {
    expect([writeValue('1234', 'number', 'nb', { as: 'digits' }), writeValue('0047 12', 'text', 'en', { as: 'digits' }), writeValue('12', 'number', 'ar-EG', { as: 'digits' })]).toEqual(['1 2 3 4', '0 0 4 7 1 2', '١ ٢'])
  })

  test('an instant is told by the clock of the zone', () => expect(writeValue('2026-11-30T23:30:00Z', 'instant', 'nb', { zone: 'Europe/Oslo' })).toBe('1. desember 2026 kl. 00:30'))

  test('choices by their labels', () => {
    const labels = new Map([['a', 'Strøm'], ['b', 'Vann']])
    expect([writeValue('a', 'text', 'nb', { labels }), writeValue(['a', 'b'], { list: 'text' }, 'nb', { labels }), writeValue(true, 'boolean', 'nb', { labels: new Map([['yes', 'Ja takk']]) })]).toEqual(['Strøm', 'Strøm og Vann', 'Ja takk'])
  })
})

interface Case {
  readonly expected: Expected
  readonly type: Type
  readonly value: Value
}

const languages = ['en', 'nb', 'ar', 'en-US', 'ar-EG', 'de'] as const
const currencies = ['NOK', 'EUR', 'USD', 'SAR', 'JPY', 'KWD', 'GBP', 'SEK'] as const
const digits = (length: number): fc.Arbitrary<string> => fc.bigInt({ min: 0n, max: 10n ** BigInt(length) - 1n }).map(String)
const decimal = (sign: string, whole: string, fraction: string): string => {
  const decimals = fraction.replace(/0+$/, '')
  const text = decimals === '' ? whole : `${whole}.${decimals}`
  return text === '0' ? text : sign + text
}
const number = fc.tuple(fc.constantFrom('', '-'), digits(20), fc.stringMatching(/^\d{0,12}$/)).map(([sign, whole, fraction]) => decimal(sign, whole, fraction))
const plain = (type: QuestionType): Expected => ({ type, required: true, choices: [] })
const decimalsOf = { NOK: 2, EUR: 2, USD: 2, SAR: 2, JPY: 0, KWD: 3, GBP: 2, SEK: 2 }
const labels = ['Strøm', 'Varme og varmtvann', 'Heat, light and water', 'ماء', 'وقت الذروة', 'كهرباء وغاز', '3 months', 'Årlig', 'B', 'Bad'] as const
const options: fc.Arbitrary<readonly Option[]> = fc.uniqueArray(fc.constantFrom(...labels), { minLength: 2, maxLength: 9 }).map((chosen) => chosen.map((label, index) => ({ value: `v${label.length}x${index}`, label, digit: String(index + 1) })))

const cases: fc.Arbitrary<Case> = fc.oneof(
  number.map((value): Case => ({ expected: plain('number'), type: 'number', value })),
  fc.tuple(fc.constantFrom(...currencies), fc.boolean(), digits(15), fc.nat(999)).map(([currency, isNegative, whole, fraction]): Case => {
    const decimals = decimalsOf[currency]
    const amount = decimals === 0 ? whole : `${whole}.${String(fraction).padStart(3, '0').slice(0, decimals)}`
    return { expected: { ...plain('money'), currency }, type: { object: 'money' }, value: { amount: isNegative && /[1-9]/.test(amount) ? `-${amount}` : amount, currency } }
  }),
  fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((date): Case => ({ expected: plain('date'), type: 'date', value: date.toISOString().slice(0, 10) })),
  fc.boolean().map((value): Case => ({ expected: plain('yes-no'), type: 'boolean', value })),
  fc.tuple(options, fc.nat()).map(([choices, index]): Case => ({ expected: { ...plain('one'), choices }, type: 'text', value: choices[index % choices.length]!.value })),
  fc.tuple(options, fc.nat()).map(([choices, mask]): Case => ({ expected: { ...plain('many'), choices }, type: { list: 'text' }, value: chosen(choices, mask) })),
  fc.stringMatching(/^[a-z0-9]{1,20}(\.[a-z0-9]{1,20})?@[a-zæøå0-9]{1,20}\.[a-z]{2,6}$/).map((value): Case => ({ expected: plain('email'), type: 'text', value })),
  fc.stringMatching(/^[2-9]\d{6}$/).map((rest): Case => ({ expected: plain('telephone'), type: 'text', value: `+472${rest}` })),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).map((text): Case | undefined => {
    const read = readAnswer(plain('text'), text, { channel: 'web', language: 'en', today })
    return 'wrong' in read ? undefined : { expected: plain('text'), type: 'text', value: read.value }
  }).filter((one) => one !== undefined),
)

function chosen(choices: readonly Option[], mask: number): readonly string[] {
  const some = choices.filter((_, index) => (mask >> index) % 2 === 1)
  return (some.length === 0 ? choices : some).map(({ value }) => value)
}

function labelsOf({ choices }: Expected): { readonly labels?: ReadonlyMap<string, string> } {
  return choices.length === 0 ? {} : { labels: new Map(choices.map(({ value, label }) => [value, label])) }
}

const runs = Number(process.env['CARUSO_DIALOG_RUNS'] ?? 500)

test('what is written in a language is read back as the same value', () => {
  fc.assert(fc.property(cases, fc.constantFrom(...languages), fc.constantFrom<Channel>('agent', 'web'), ({ expected, type, value }, language, channel) => {
    expect(readAnswer(expected, writeValue(value, type, language, labelsOf(expected)), { channel, language, today })).toEqual({ value })
  }), { numRuns: runs })
})

test('what is pressed on a keypad gives the same value as what is written', () => {
  fc.assert(fc.property(cases, fc.constantFrom(...languages), (one, language) => {
    const keys = keysOf(one)
    if (keys !== undefined) expect(readAnswer(one.expected, `${keys}#`, { channel: 'keypad', language, today })).toEqual({ value: one.value })
  }), { numRuns: runs })
})

test('no text and no keys of any length make it fail or slow', () => {
  const types: readonly QuestionType[] = ['text', 'number', 'date', 'money', 'yes-no', 'one', 'many', 'email', 'telephone']
  const signs = fc.stringMatching(/^[0-9.,٫٬ '+\-()@#*a-zأ-ي\u2068\u2069\u200F ]{0,60}$/)
  const repeated = fc.tuple(fc.oneof(signs, fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom(' ', ', ', ' and ', 'a.', '1 ', '1,', ' و', '-', '\u2068', 'a@')), fc.nat(longestAnswer)).map(([text, length]) => text.repeat(Math.ceil(length / (text.length || 1))).slice(0, length))
  fc.assert(fc.property(fc.oneof(signs, repeated, fc.string({ unit: 'binary' })), fc.constantFrom(...types), fc.constantFrom(...languages), fc.constantFrom<Channel>('agent', 'web', 'keypad'), options, (text, type, language, channel, choices) => {
    const before = performance.now()
    const reading = readAnswer({ type, required: true, choices, currency: 'NOK' }, text, { channel, language, today })
    expect(Object.keys(reading)).toHaveLength(1)
    expect(performance.now() - before).toBeLessThan(1000)
  }), { numRuns: runs / 4 })
})

/** What a caller presses for a value; undefined where a keypad cannot give it. */
function keysOf({ expected: { type, choices }, value }: Case): string | undefined {
  const digitOf = (one: unknown): string => choices.find((choice) => choice.value === one)?.digit ?? ''
  if (type === 'yes-no') return value === true ? '1' : '2'
  if (type === 'many') return (value as readonly string[]).map(digitOf).join('')
  if (type === 'one') return digitOf(value)
  const text = type === 'money' ? (value as { amount: string }).amount : (value as string)
  if (type === 'date') return text.split('-').toReversed().join('')
  if (type === 'telephone') return text.replace('+', '00')
  return text.startsWith('-') || type === 'text' || type === 'email' ? undefined : text.replace('.', '*')
}
