import type { LogicalType } from '../../contract.ts'
import { fragment } from '../../fragment.ts'
import type { Fragment } from '../../fragment.ts'
import type { Scalar, TermDialect } from '../../term-dialect.ts'
import { timePlace } from './codecs.ts'
import { read } from './values.ts'
import { wordPattern } from '../../word-pattern.ts'

const places: Readonly<Record<Scalar, string>> = {
  text: 'convert(? using utf8mb4)',
  number: 'cast(? as decimal(65, 30))',
  boolean: 'cast(? as signed)',
  date: 'cast(? as date)',
  time: timePlace,
  instant: 'cast(? as datetime(6))',
  duration: 'cast(? as signed)',
}

const columns: { readonly [Type in LogicalType]?: string } = {
  text: 'convert(?? using utf8mb4)',
  uuid: 'lower(convert(?? using utf8mb4))',
  float: 'cast(?? as decimal(65, 30))',
}

const uuidOfBytes = [9, 14, 19, 24].reduce((sql, place) => `insert(${sql}, ${place}, 0, '-')`, 'lower(hex(??))')
const day = '86400000000'

/** Numbers are exact decimals of at most 65 digits; texts are compared by their bytes; durations are whole microseconds. */
export const mysqlTerms: TermDialect = {
  constant: (type) => ({ place: places[type], bind: (value) => (type === 'instant' ? value.slice(0, -1).replace('T', ' ') : value) }),
  nothing: () => fragment`null`,
  column: ({ token, column }, { type, compare }) => ({ sql: type === 'uuid' && /^(var)?binary$/.test(column.stored) ? uuidOfBytes : (columns[type] ?? compare), bindings: [token] }),
  comparable: (type, value) => (type === 'text' ? fragment`cast(${value} as binary)` : value),
  grouped: (type, value) => (type === 'text' ? fragment`cast(${value} as binary)` : value),
  ordered: (_type, name) => name,
  decoder: (type) => ({ type, read: (raw) => read(type, raw) }),
  same: (a, b) => fragment`${a} <=> ${b}`,
  truth: { yes: '1', no: '0' },
  sum: (_type, value) => fragment`coalesce(sum(${value}), 0)`,
  // Texts are compared as bytes, and are none.
  least: (key, value) => (key === value ? fragment`min(${key})` : fragment`convert(min(${key}) using utf8mb4)`),
  greatest: (key, value) => (key === value ? fragment`max(${key})` : fragment`convert(max(${key}) using utf8mb4)`),
  word: { matches: (a, b) => fragment`(${a}) collate utf8mb4_bin regexp ${b}`, bind: wordPattern },
  ops: {
    // As decimals from the first on: of numbers without a sign, which years are in MySQL, what is less than nothing would be an error.
    '+ number number': (a, b) => fragment`(0.0 + ${a} + ${b})`,
    '- number number': (a, b) => fragment`(0.0 + ${a} - ${b})`,
    '* number number': (a, b) => fragment`((0.0 + ${a}) * ${b})`,
    'negate number': (a) => fragment`(0.0 - ${a})`,
    'abs number': (a) => fragment`abs(${a})`,
    '+ text text': (a, b) => fragment`concat(${a}, ${b})`,
    '+ date duration': (a, b) => laterDate(a, wholeDays(b)),
    '- date duration': (a, b) => laterDate(a, wholeDays(fragment`(-(${b}))`)),
    '- date date': (a, b) => fragment`(datediff(${a}, ${b}) * ${day})`,
    '+ instant duration': (a, b) => laterInstant(a, b),
    '- instant duration': (a, b) => laterInstant(a, fragment`(-(${b}))`),
    '- instant instant': (a, b) => fragment`timestampdiff(microsecond, ${b}, ${a})`,
    '+ duration duration': (a, b) => fragment`(${a} + ${b})`,
    '- duration duration': (a, b) => fragment`(${a} - ${b})`,
    'negate duration': (a) => fragment`(-(${a}))`,
    'startsWith text text': (a, b) => fragment`left(cast(${a} as binary), length(${b})) = cast(${b} as binary)`,
    'endsWith text text': (a, b) => fragment`right(cast(${a} as binary), length(${b})) = cast(${b} as binary)`,
    'contains text text': (a, b) => fragment`locate(cast(${b} as binary), cast(${a} as binary)) > 0`,
    'size text': (a) => fragment`char_length(${a})`,
    'trim text': (a) => fragment`trim(${a})`,
    'year date': (a) => fragment`year(${a})`,
    'month date': (a) => fragment`month(${a})`,
    'day date': (a) => fragment`day(${a})`,
    'date instant': (a) => fragment`cast(${a} as date)`,
    'weekBegin date': (a) => fragment`cast(${a} - interval weekday(${a}) day as date)`,
    'monthBegin date': (a) => fragment`cast(${a} - interval day(${a}) - 1 day as date)`,
    'quarterBegin date': (a) => fragment`cast(${a} - interval day(${a}) - 1 day - interval mod(month(${a}) - 1, 3) month as date)`,
    'yearBegin date': (a) => fragment`cast(${a} - interval dayofyear(${a}) - 1 day as date)`,
  },
}

// Counted from the first day that there is, for MySQL knows days before that: less than nothing becomes null.
const firstDay = "date'0001-01-01'"
const firstInstant = "timestamp'0001-01-01 00:00:00.000000'"

function laterDate(date: Fragment, days: Fragment): Fragment {
  return fragment`cast(date_add(${firstDay}, interval nullif(greatest(datediff(${date}, ${firstDay}) + ${days}, -1), -1) day) as date)`
}

function laterInstant(instant: Fragment, micros: Fragment): Fragment {
  return fragment`date_add(${firstInstant}, interval nullif(greatest(timestampdiff(microsecond, ${firstInstant}, ${instant}) + ${micros}, -1), -1) microsecond)`
}

/** Downwards; a division would be rounded to four places. */
function wholeDays(micros: Fragment): Fragment {
  return fragment`((${micros} - mod(mod(${micros}, ${day}) + ${day}, ${day})) div ${day})`
}
