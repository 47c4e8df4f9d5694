import type { Bound } from '../../codec.ts'
import { fragment } from '../../fragment.ts'
import { readerOf } from '../../logical.ts'
import type { Scalar, TermDialect } from '../../term-dialect.ts'
import { sixDigits } from './instants.ts'

/** Numbers are texts or numbers as they are kept, compared by a key; moments are texts in one form. */
export const sqliteTerms: TermDialect = {
  constant: (type) => ({ place: '?', bind: binders[type] ?? ((value) => value) }),
  nothing: () => fragment`null`,
  column: ({ token, column }, { type, compare }) => ({ sql: type === 'integer' || type === 'decimal' || type === 'float' || (type === 'text' && column.stored === 'text') ? '??' : compare, bindings: [token] }),
  comparable: (type, value) => (type === 'number' ? fragment`caruso_decimal(${value})` : type === 'text' ? fragment`${value} collate binary` : value),
  grouped: (type, value) => (type === 'number' ? fragment`caruso_plain(${value})` : type === 'text' ? fragment`${value} collate binary` : value),
  ordered: (type, name) => (type === 'number' ? fragment`caruso_decimal(${name})` : name),
  decoder: (type) => ({ type, read: readerOf(type) }),
  same: (a, b) => fragment`${a} is ${b}`,
  truth: { yes: '1', no: '0' },
  // The sum is a text, which is above every number; durations are compared as numbers.
  sum: (type, value) => (type === 'duration' ? fragment`coalesce(cast(caruso_sum(${value}) as integer), 0)` : fragment`coalesce(caruso_sum(${value}), 0)`),
  least: (key, value) => (key.sql.startsWith('caruso_decimal') ? fragment`caruso_min(${value})` : fragment`min(${key})`),
  greatest: (key, value) => (key.sql.startsWith('caruso_decimal') ? fragment`caruso_max(${value})` : fragment`max(${key})`),
  word: { matches: (a, b) => fragment`caruso_has_word(${a}, ${b})`, bind: (word, whole) => (whole ? `${word} ` : word) },
  ops: {
    '+ number number': (a, b) => fragment`caruso_add(${a}, ${b})`,
    '- number number': (a, b) => fragment`caruso_subtract(${a}, ${b})`,
    '* number number': (a, b) => fragment`caruso_multiply(${a}, ${b})`,
    'negate number': (a) => fragment`caruso_negate(${a})`,
    'abs number': (a) => fragment`caruso_abs(${a})`,
    '+ text text': (a, b) => fragment`(${a} || ${b})`,
    '+ date duration': (a, b) => fragment`caruso_date_add(${a}, ${b})`,
    '- date duration': (a, b) => fragment`caruso_date_add(${a}, -(${b}))`,
    '- date date': (a, b) => fragment`caruso_date_diff(${a}, ${b})`,
    '+ instant duration': (a, b) => fragment`caruso_instant_add(${a}, ${b})`,
    '- instant duration': (a, b) => fragment`caruso_instant_add(${a}, -(${b}))`,
    '- instant instant': (a, b) => fragment`caruso_instant_diff(${a}, ${b})`,
    '+ duration duration': (a, b) => fragment`(${a} + ${b})`,
    '- duration duration': (a, b) => fragment`(${a} - ${b})`,
    'negate duration': (a) => fragment`(-(${a}))`,
    'startsWith text text': (a, b) => fragment`substr(${a}, 1, length(${b})) = ${b}`,
    'endsWith text text': (a, b) => fragment`(length(${a}) >= length(${b}) and substr(${a}, length(${a}) - length(${b}) + 1) = ${b})`,
    'contains text text': (a, b) => fragment`instr(${a}, ${b}) > 0`,
    'size text': (a) => fragment`length(${a})`,
    'trim text': (a) => fragment`trim(${a})`,
    'year date': (a) => fragment`cast(substr(${a}, 1, 4) as integer)`,
    'month date': (a) => fragment`cast(substr(${a}, 6, 2) as integer)`,
    'day date': (a) => fragment`cast(substr(${a}, 9, 2) as integer)`,
    'date instant': (a) => fragment`substr(${a}, 1, 10)`,
    'weekBegin date': (a) => fragment`date(${a}, '-6 days', 'weekday 1')`,
    'monthBegin date': (a) => fragment`(substr(${a}, 1, 8) || '01')`,
    'quarterBegin date': (a) => fragment`date(${a}, 'start of month', printf('-%d months', (substr(${a}, 6, 2) + 2) % 3))`,
    'yearBegin date': (a) => fragment`(substr(${a}, 1, 5) || '01-01')`,
  },
}

const binders: { readonly [Type in Scalar]?: (value: string) => Bound } = {
  instant: sixDigits,
  duration: BigInt,
}
