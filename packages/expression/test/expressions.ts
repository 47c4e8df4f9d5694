import type { Values } from '@caruso/expression'
import fc from 'fast-check'

/** Values that hurt, by type, as JSON has them. */
export const painful = {
  text: fc.constantFrom('', ' ', 'a', 'A', 'b', 'a ', 'é', 'e\u0301', 'ß', '\uFFFF', '\u{1F600}', '\u{10FFFF}x', '%', '_', "'", '\\', '"', 'سلام', 'null', '0'),
  number: fc.oneof(
    fc.integer({ min: -5, max: 5 }).map(String),
    fc.constantFrom('0', '-0', '0.1', '0.30', '-2.5', '2.5', '1e3', '9007199254740993', '12345678901234567890123456789012345678', '-99999999999999999999999999999999999999', '0.00000000000000000000000000000000000001', '1e300', '1e-300'),
  ),
  boolean: fc.boolean(),
  date: fc.constantFrom('0001-01-01', '1900-02-28', '1970-01-01', '2000-02-29', '2026-03-29', '2026-10-25', '9999-12-31'),
  time: fc.constantFrom('00:00', '02:30:00', '12:00:00.000001', '23:59:59.999999'),
  instant: fc.constantFrom('0001-01-01T00:00:00Z', '1969-12-31T23:59:59.999999Z', '2026-03-29T00:59:59.999999Z', '2026-03-29T01:00:00Z', '2026-10-25T00:30:00+00:00', '2026-10-25T01:30:00.5Z', '9999-12-31T23:59:59.999999Z'),
  duration: fc.constantFrom('0', '1', '-1', '3600000000', '86400000000', '-86400000001', '9223372036854775807'),
} as const

const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { freq: 3 })

/** Values for the names of the shop. */
export const values: fc.Arbitrary<Values> = fc.record(
  {
    name: orNull(painful.text),
    age: orNull(painful.number),
    balance: orNull(painful.number),
    active: orNull(painful.boolean),
    vip: orNull(painful.boolean),
    born: orNull(painful.date),
    created: orNull(painful.instant),
    opens: orNull(painful.time),
    waited: orNull(painful.duration),
    tags: orNull(fc.array(orNull(painful.text), { maxLength: 3 })),
    scores: orNull(fc.array(orNull(painful.number), { maxLength: 3 })),
    address: orNull(fc.record({ city: orNull(painful.text) }, { requiredKeys: [] })),
    orders: orNull(fc.array(fc.record({ total: orNull(painful.number), placed: orNull(painful.date), paid: orNull(painful.boolean) }, { requiredKeys: [] }), { maxLength: 3 })),
  },
  { requiredKeys: [] },
)

const literals = {
  text: painful.text.map((text) => JSON.stringify(text)),
  number: painful.number.map((number) => (number.startsWith('-') ? `(${number})` : number)),
  date: painful.date.map((date) => `date("${date}")`),
  time: painful.time.map((time) => `time("${time}")`),
  instant: painful.instant.map((instant) => `instant("${instant}")`),
  duration: fc.constantFrom('duration("1d")', 'duration("-1us")', 'duration("36h0.5s")'),
}

const join = (separator: string, ...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((all) => `(${all.join(separator)})`)
const call = (name: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...args).map((all) => `${name}(${all.join(', ')})`)

/** Sources that are well typed over the names of the shop. */
export const expressions = fc.letrec<Record<'text' | 'number' | 'boolean' | 'date' | 'instant' | 'duration' | 'any', string>>((tie) => {
  const [text, number, boolean, date, instant, duration] = [tie('text'), tie('number'), tie('boolean'), tie('date'), tie('instant'), tie('duration')]
  const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')
  const compared = fc.oneof(...[text, number, date, instant, duration, literals.time].map((one) => fc.tuple(one, comparison, fc.oneof(one, fc.constant('null'))).map(([a, op, b]) => `(${a} ${op} ${b})`)))
  const either = (one: fc.Arbitrary<string>): fc.Arbitrary<string>[] => [fc.tuple(boolean, one, one).map(([a, b, c]) => `(${a} ? ${b} : ${c})`), call('coalesce', one, one)]
  const choose = (...all: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...all)
  return {
    text: choose(fc.constantFrom('name', 'address.city'), literals.text, join(' + ', text, text), call('lower', text), call('trim', text), call('substring', text, number), call('text', number), ...either(text)),
    number: choose(fc.constantFrom('age', 'balance'), literals.number, join(' + ', number, number), join(' - ', number, number), join(' * ', number, number), join(' / ', number, number), join(' % ', number, number), call('-', number), call('size', text), call('round', number), call('floor', number), call('year', date), call('size', fc.constantFrom('tags', 'orders')), call('sum', fc.constantFrom('scores', 'orders.filter(o, o.paid).map(o, o.total)')), ...either(number)),
    boolean: choose(fc.constantFrom('active', 'vip'), fc.constantFrom('true', 'false'), compared, call('!', boolean), fc.tuple(boolean, fc.constantFrom('==', '!='), boolean).map(([a, op, b]) => `(${a} ${op} ${b})`), join(' && ', boolean, boolean), join(' || ', boolean, boolean), fc.tuple(text, fc.constantFrom('startsWith', 'endsWith', 'contains'), text).map(([a, name, b]) => `${a}.${name}(${b})`), text.map((one) => `${one} in tags`), fc.tuple(number, number).map(([a, b]) => `${a} in [1, ${b}, null]`), fc.constantFrom('1', 'age', 'age / 2', 'size(name)', 'sum(scores)').map((one) => `orders.exists(o, o.total > ${one})`), fc.constantFrom('active', '!vip', 'age > balance', 'name in tags', 'o.placed < born').map((one) => `orders.all(o, o.paid || ${one})`), ...either(boolean)),
    date: choose(fc.constantFrom('born'), literals.date, join(' + ', date, duration), join(' - ', date, duration), call('addMonths', date, number), call('date', instant, fc.constant('"Europe/Oslo"')), fc.constant('orders.map(o, o.placed).min()'), ...either(date)),
    instant: choose(fc.constantFrom('created'), literals.instant, join(' + ', instant, duration), join(' - ', instant, duration), call('instant', date, literals.time, fc.constant('"Europe/Oslo"')), ...either(instant)),
    duration: choose(fc.constantFrom('waited'), literals.duration, join(' - ', instant, instant), join(' - ', date, date), join(' + ', duration, duration), join(' * ', duration, number), ...either(duration)),
    any: fc.oneof(text, number, boolean, date, instant, duration),
  }
})
