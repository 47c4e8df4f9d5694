import { describe, expect, test } from 'vitest'
import { readAnswer } from '../src/answer/read-answer.ts'
import type { Expected, Hearing, Option, Reading } from '../src/answer/reading.ts'
import type { Channel, QuestionType } from '../src/definition.ts'

const today = '2026-11-30'

function read(type: QuestionType, text: string, language = 'en', more: Partial<Expected & Hearing> = {}): unknown {
  const { channel = 'web' as Channel, country, ...expected } = more
  const reading: Reading = readAnswer({ type, required: true, choices: [], ...expected }, text, { channel, language, today, ...(country === undefined ? {} : { country }) })
  return 'wrong' in reading ? `wrong: ${reading.wrong}` : reading.value
}

describe('numbers', () => {
  test.each([
    ['en', '1,234.50', '1234.5'],
    ['nb', '1 234,50', '1234.5'],
    ['nb', '1\u00A0234,50', '1234.5'],
    ['nb', '1\u202F234,50', '1234.5'],
    ['ar', '١٬٢٣٤٫٥٠', '1234.5'],
    ['ar', '؜-١٢', '-12'],
    ['nb', '−12', '-12'],
    ['en', '007', '7'],
    ['en', '-0', '0'],
    ['en', '.5', '0.5'],
    ['en', '1,234,567', '1234567'],
    ['nb', '1.234.567', '1234567'],
  ])('%s %s is %s', (language, text, value) => expect(read('number', text, language)).toBe(value))

  test('a point or comma that is not the language\'s own separates thousands where it can, else decimals', () => {
    expect([read('number', '1.500', 'nb'), read('number', '1.50', 'nb'), read('number', '0.500', 'nb')]).toEqual(['1500', '1.5', '0.5'])
    expect([read('number', '1,500'), read('number', '1,5'), read('number', '1.234,56')]).toEqual(['1500', '1.5', '1234.56'])
  })

  test.each(['', 'twelve', '1 2', '12 34', '1,23,456', '1e3', '0x10', '1..2', '1.', '--1', 'Infinity', '1,234.5.6', '1 234.567.890,1,2'])('"%s" is none', (text) => expect(read('number', text)).toMatch(/^wrong: (number|empty)$/))

  test('no more digits than can be computed with', () => {
    expect(read('number', '9'.repeat(38))).toBe('9'.repeat(38))
    expect(read('number', '9'.repeat(39))).toBe('wrong: digits')
  })
})

describe('money', () => {
  const crowns = (text: string, language = 'nb'): unknown => read('money', text, language, { currency: 'NOK' })

  test.each(['1234,5', '1 234,50', 'kr 1 234,50', '1 234,50 kr', 'NOK 1234,50', '1234.50 nok', '1 234,50 kroner', '1234,50 norske kroner'])('"%s" in crowns', (text) => expect(crowns(text)).toEqual({ amount: '1234.50', currency: 'NOK' }))

  test('whole crowns as the Norwegians write them', () => expect(crowns('500,-')).toEqual({ amount: '500.00', currency: 'NOK' }))

  test('no decimal is rounded away', () => {
    expect([crowns('1,005'), read('money', '1.5', 'en', { currency: 'JPY' }), read('money', '1.125', 'en', { currency: 'KWD' })]).toEqual(['wrong: decimals', 'wrong: decimals', { amount: '1.125', currency: 'KWD' }])
  })

  test('another currency is refused', () => expect([crowns('100 SEK'), crowns('€100'), crowns('hundre')]).toEqual(['wrong: currency', 'wrong: currency', 'wrong: number']))

  test('without one in the script, the answer says which', () => expect([read('money', '100 EUR'), read('money', '100')]).toEqual([{ amount: '100.00', currency: 'EUR' }, 'wrong: currency']))
})

describe('dates', () => {
  test.each([
    ['en', '31/12/2026'],
    ['en', '31 December 2026'],
    ['en', 'December 31st, 2026'],
    ['en', 'Thursday, 31 Dec 2026'],
    ['en', '2026-12-31'],
    ['en-US', '12/31/2026'],
    ['nb', '31.12.2026'],
    ['nb', '31.12.26'],
    ['nb', '31122026'],
    ['nb', '31. desember 2026'],
    ['nb', 'torsdag 31. des. 2026'],
    ['ar', '٣١/١٢/٢٠٢٦'],
    ['ar', '٣١ ديسمبر ٢٠٢٦'],
    ['ar', '31 كانون الأول 2026'],
    ['ar', '31‏/12‏/2026'],
  ])('%s %s', (language, text) => expect(read('date', text, language)).toBe('2026-12-31'))

  test('days from today, in the language and in English', () => {
    expect([read('date', 'Tomorrow'), read('date', 'i dag', 'nb'), read('date', 'غدًا', 'ar'), read('date', 'today', 'ar'), read('date', 'i går', 'nb')]).toEqual(['2026-12-01', '2026-11-30', '2026-12-01', '2026-11-30', '2026-11-29'])
  })

  test('the day comes first, and a month that is none is not taken for a day', () => expect([read('date', '5/4/2026'), read('date', '12/31/2026'), read('date', '5/4/2026', 'en-US')]).toEqual(['2026-04-05', 'wrong: date', '2026-05-04']))

  test('two digits of a year lie at most twenty years ahead', () => expect([read('date', '1/1/46'), read('date', '1/1/47'), read('date', '12/5/78')]).toEqual(['2046-01-01', '1947-01-01', '1978-05-12']))

  test.each(['30/2/2026', '29.2.2027', '24/12', '31 Foo 2026', '0/1/2026', 'December', '1 Ju 2026'])('"%s" is none', (text) => expect(read('date', text)).toBe('wrong: date'))
})

describe('yes and no', () => {
  test.each([
    ['en', 'Yes', true],
    ['nb', 'JA', true],
    ['nb', 'nei', false],
    ['nb', 'no', false],
    ['ar', 'نَعَم', true],
    ['ar', 'لا', false],
    ['en', '1', true],
    ['en', '2', false],
  ])('%s %s', (language, text, value) => expect(read('yes-no', text, language)).toBe(value))

  test('as the script calls them', () => {
    const choices = [{ value: 'no', label: 'Not yet', digit: '9' }, { value: 'yes', label: 'All paid' }]
    expect([read('yes-no', 'not yet', 'en', { choices }), read('yes-no', 'all', 'en', { choices }), read('yes-no', '9', 'en', { choices }), read('yes-no', 'perhaps', 'en', { choices })]).toEqual([false, true, false, 'wrong: yes-no'])
  })
})

describe('choices', () => {
  const choices: readonly Option[] = [{ value: 'heat', label: 'Varme og varmtvann', digit: '1' }, { value: 'power', label: 'Strøm', digit: '2' }, { value: 'powder', label: 'Pulver', digit: '5' }]
  const one = (text: string, options = choices): unknown => read('one', text, 'nb', { choices: options })
  const many = (text: string, language = 'nb', options = choices): unknown => read('many', text, language, { choices: options })

  test('by value, label, number and beginning', () => {
    expect(['power', 'STROM', 'strøm', '2', 'varme', 'pul', '5'].map((text) => one(text))).toEqual(['power', 'power', 'power', 'power', 'heat', 'powder', 'powder'])
  })

  test('by words that no other label has', () => {
    const options = [{ value: 'now', label: 'Betale alt nå' }, { value: 'parts', label: 'Betale i månedlige avdrag' }, { value: 'later', label: 'Betale en senere dag' }]
    expect(['avdrag', 'senere dag', 'månedlig avdrag', 'betale', 'ikke senere', 'en'].map((text) => one(text, options))).toEqual(['parts', 'later', 'parts', 'wrong: unclear', 'wrong: choice', 'wrong: choice'])
  })

  test('what means two is no answer', () => expect([one('pow'), one('gas'), one('3')]).toEqual(['wrong: unclear', 'wrong: choice', 'wrong: choice']))

  test('a number that is also the beginning of another label is unclear', () => {
    const months = [3, 6, 12].map((count, index) => ({ value: `m${count}`, label: `${count} months`, digit: String(index + 1) }))
    expect([one('3', months), one('2', months), one('12', months)]).toEqual(['wrong: unclear', 'm6', 'm12'])
  })

  test('several, between commas or "and", also where a label has an "and"', () => {
    expect([many('strøm og pulver'), many('pulver, 2'), many('Varme og varmtvann og strøm'), many('varme, strøm'), many('strøm; strøm')]).toEqual([['power', 'powder'], ['power', 'powder'], ['heat', 'power'], ['heat', 'power'], ['power']])
    expect([many('strøm og gass'), many(','), many('pow, heat')]).toEqual(['wrong: choice', 'wrong: choice', 'wrong: unclear'])
  })

  test('several in Arabic, where "and" is a letter before the next word', () => {
    const options = [{ value: 'water', label: 'ماء' }, { value: 'power', label: 'كهرباء' }, { value: 'time', label: 'وقت' }]
    expect([many('ماء وكهرباء', 'ar', options), many('كهرباء، ووقت', 'ar', options), many('ماء و كهرباء', 'ar', options)]).toEqual([['water', 'power'], ['power', 'time'], ['water', 'power']])
  })
})

describe('addresses and telephones', () => {
  test.each(['a@b.no', 'Kari.Nordmann+caruso@Example.CO.UK', 'post@blåbær.no', '\u2068a@b.no\u2069'])('%s is an e-mail address', (text) => expect(read('email', text)).toBe(text.replaceAll(/[\u2068\u2069]/g, '').replace('Example.CO.UK', 'example.co.uk')))

  test.each(['a', 'a@b', 'a b@c.no', '@b.no', 'a@b..no', 'a..b@c.no', '.a@b.no', 'a@-b.no', 'a@b.123', `${'a'.repeat(65)}@b.no`, `a@${'b'.repeat(64)}.no`, `a@${'b.'.repeat(130)}no`])('%s is none', (text) => expect(read('email', text)).toBe('wrong: email'))

  test('telephone numbers become international', () => {
    expect([read('telephone', '22 33 44 55', 'nb'), read('telephone', '+47 22 33 44 55'), read('telephone', '0047 22334455'), read('telephone', '٠٠٤٧ ٢٢٣٣٤٤٥٥', 'ar'), read('telephone', '22334455', 'en', { country: 'NO' }), read('telephone', '(020) 7946 0018')]).toEqual([...Array<string>(5).fill('+4722334455'), '+442079460018'])
    expect(['12', '1-800-FLOWERS', '22334455;ext=1', '+999123456'].map((text) => read('telephone', text, 'nb'))).toEqual(Array(4).fill('wrong: telephone'))
  })
})

describe('the keypad', () => {
  const pressed = (type: QuestionType, keys: string, more: Partial<Expected & Hearing> = {}): unknown => read(type, keys, 'nb', { channel: 'keypad', ...more })
  const choices = [{ value: 'a', label: 'A', digit: '1' }, { value: 'b', label: 'B', digit: '20' }, { value: 'c', label: 'C', digit: '3' }]

  test('a star is the decimal sign, a hash ends', () => {
    expect([pressed('number', '12*5#'), pressed('number', '12'), pressed('money', '99*9#', { currency: 'NOK' }), pressed('date', '31122026#'), pressed('telephone', '22334455#')]).toEqual(['12.5', '12', { amount: '99.90', currency: 'NOK' }, '2026-12-31', '+4722334455'])
    expect([pressed('number', '1*2*3'), pressed('number', '1*'), pressed('date', '31022026'), pressed('number', 'abc')]).toEqual(['wrong: number', 'wrong: number', 'wrong: date', 'wrong: keys'])
  })

  test('digits choose', () => {
    expect([pressed('one', '20', { choices }), pressed('one', '2', { choices }), pressed('many', '3201#', { choices }), pressed('many', '29', { choices }), pressed('yes-no', '1'), pressed('yes-no', '2'), pressed('yes-no', '3')]).toEqual(['b', 'wrong: choice', ['a', 'b', 'c'], 'wrong: choice', true, false, 'wrong: yes-no'])
  })

  test('text is kept as its digits, an e-mail address cannot be given', () => expect([pressed('text', '0012#'), pressed('email', '12')]).toEqual(['0012', 'wrong: email']))
})

test('a question that needs no answer takes nothing as null', () => {
  const channels: readonly Channel[] = ['agent', 'web', 'keypad']
  expect(channels.map((channel) => read('text', channel === 'keypad' ? '#' : '  ', 'en', { channel, required: false }))).toEqual([null, null, null])
  expect(channels.map((channel) => read('text', ' ', 'en', { channel }))).toEqual(Array(3).fill('wrong: empty'))
})

test('free text is composed and without control characters', () => expect(read('text', ' a\u030Angstro\u0308m\u0000\u0007 ')).toBe('ångström'))

test('ten thousand characters at most', () => expect([read('text', 'a'.repeat(10_000)), read('text', 'a'.repeat(10_001))]).toEqual(['a'.repeat(10_000), 'wrong: too-long']))
