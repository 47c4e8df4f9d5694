import type { LogicalType } from '../../contract.ts'
import { fragment } from '../../fragment.ts'
import type { Fragment } from '../../fragment.ts'
import { readerOf } from '../../logical.ts'
import type { Scalar, TermDialect } from '../../term-dialect.ts'
import { wordPattern } from '../../word-pattern.ts'

const casts: Readonly<Record<Scalar, string>> = { text: 'text', number: 'numeric', boolean: 'bool', date: 'date', time: 'time', instant: 'timestamptz', duration: 'numeric' }
const columns: Readonly<Record<LogicalType, string>> = { ...casts, integer: 'numeric', decimal: 'numeric', float: 'numeric', uuid: 'text', json: 'text', bytes: 'text' }
const day = '86400000000'

/** Every value has one type of PostgreSQL; durations are numbers of microseconds. */
export const pgTerms: TermDialect = {
  constant: (type) => ({ place: `?::${casts[type]}`, bind: (value) => value }),
  // It is a text where nothing else says its type.
  nothing: (type) => ({ sql: `null::${casts[type]}`, bindings: [] }),
  // As a number at once, what is floating-point would lose digits.
  column: ({ token, column: { stored } }, { type }) => ({ sql: `(??)${stored.startsWith('float') ? '::text' : ''}::${columns[type]}`, bindings: [token] }),
  comparable: (type, value) => (type === 'text' ? fragment`(${value}) collate "C"` : value),
  grouped: (type, value) => (type === 'text' ? fragment`(${value}) collate "C"` : value),
  ordered: (_type, name) => name,
  decoder: (type) => ({ type, read: readerOf(type) }),
  same: (a, b) => fragment`${a} is not distinct from ${b}`,
  truth: { yes: 'true', no: 'false' },
  sum: (_type, value) => fragment`coalesce(sum(${value}), 0)`,
  least: (key) => fragment`min(${key})`,
  greatest: (key) => fragment`max(${key})`,
  word: { matches: (a, b) => fragment`(${a}) collate "C" ~ ${b}`, bind: wordPattern },
  ops: {
    '+ number number': (a, b) => fragment`(${a} + ${b})`,
    '- number number': (a, b) => fragment`(${a} - ${b})`,
    '* number number': (a, b) => fragment`(${a} * ${b})`,
    'negate number': (a) => fragment`(-(${a}))`,
    'abs number': (a) => fragment`abs(${a})`,
    '+ text text': (a, b) => fragment`(${a} || ${b})`,
    '+ date duration': (a, b) => dateInRange(a, fragment`floor(${b} / ${day})`),
    '- date duration': (a, b) => dateInRange(a, fragment`floor(-(${b}) / ${day})`),
    '- date date': (a, b) => fragment`((${a} - ${b})::numeric * ${day})`,
    '+ instant duration': (a, b) => instantInRange(a, b),
    '- instant duration': (a, b) => instantInRange(a, fragment`(-(${b}))`),
    '- instant instant': (a, b) => fragment`((extract(epoch from ${a}) - extract(epoch from ${b})) * 1000000)`,
    '+ duration duration': (a, b) => fragment`(${a} + ${b})`,
    '- duration duration': (a, b) => fragment`(${a} - ${b})`,
    'negate duration': (a) => fragment`(-(${a}))`,
    'startsWith text text': (a, b) => fragment`starts_with(${a}, ${b})`,
    'endsWith text text': (a, b) => fragment`(right(${a}, length(${b})) collate "C") = ${b}`,
    'contains text text': (a, b) => fragment`strpos((${a}) collate "C", ${b}) > 0`,
    'size text': (a) => fragment`length(${a})::numeric`,
    'trim text': (a) => fragment`btrim(${a}, ' ')`,
    'year date': (a) => fragment`extract(year from ${a})`,
    'month date': (a) => fragment`extract(month from ${a})`,
    'day date': (a) => fragment`extract(day from ${a})`,
    'date instant': (a) => fragment`(${a} at time zone 'UTC')::date`,
    'weekBegin date': (a) => fragment`date_trunc('week', ${a}::timestamp)::date`,
    'monthBegin date': (a) => fragment`date_trunc('month', ${a}::timestamp)::date`,
    'quarterBegin date': (a) => fragment`date_trunc('quarter', ${a}::timestamp)::date`,
    'yearBegin date': (a) => fragment`date_trunc('year', ${a}::timestamp)::date`,
  },
}

/** Null beyond the years that all databases know, which is looked at before: PostgreSQL fails beyond its own. */
function dateInRange(date: Fragment, days: Fragment): Fragment {
  return fragment`(select case when d between date '0001-01-01' - a and date '9999-12-31' - a then a + d::int end from (select ${date} as a, ${days} as d) as x)`
}

/** An interval is multiplied by floating-point numbers, so days and the rest of a day are added apart. */
function instantInRange(instant: Fragment, micros: Fragment): Fragment {
  return fragment`(select case when extract(epoch from i) * 1000000 + m between -62135596800000000 and 253402300799999999 then i + div(m, ${day})::float8 * interval '1 day' + mod(m, ${day})::float8 * interval '1 microsecond' end from (select ${instant} as i, ${micros} as m) as y)`
}
