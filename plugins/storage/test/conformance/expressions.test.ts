import { check, evaluator, filter } from '@caruso/expression'
import type { Schema, Term as Expressed } from '@caruso/expression'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogicalType, Row, Term } from '../../src/contract.ts'
import { onEachDatabase } from './each-database.ts'

const types = { name: 'text', word: 'text', n: 'integer', d: 'decimal', yes: 'boolean', born: 'date', due: 'date', at: 'instant', opens: 'time' } as const satisfies Record<string, LogicalType>
const schema: Schema = { names: { name: 'text', word: 'text', n: 'number', d: 'number', yes: 'boolean', born: 'date', due: 'date', at: 'instant', opens: 'time' } }

const rows: readonly Row[] = [
  { name: '', word: ' ', n: 0, d: '0', yes: true, born: '0001-01-01', due: '9999-12-31', at: '0001-01-01T00:00:00Z', opens: '00:00:00' },
  { name: 'a', word: 'A', n: 1, d: '0.1', yes: false, born: '1900-02-28', due: '2000-02-29', at: '1969-12-31T23:59:59.999999Z', opens: '12:00:00.000001' },
  { name: 'a ', word: 'a', n: -1, d: '-0.3', yes: null, born: '2026-03-29', due: '2026-03-29', at: '2026-03-29T01:00:00Z', opens: '23:59:59.999999' },
  { name: '\u00e9', word: 'e\u0301', n: '9007199254740993', d: '12345678901234567.890123456789', yes: true, born: '2026-10-25', due: '1970-01-01', at: '2026-10-25T00:30:00.5Z', opens: '02:30:00' },
  { name: '\u{1F600}', word: '\uFFFF', n: 3, d: '2.5', yes: false, born: '9999-12-31', due: '0001-01-01', at: '9999-12-31T23:59:59.999999Z', opens: null },
  { name: "'", word: '%_\\"', n: -5, d: '-12.5', yes: true, born: null, due: '2024-02-29', at: null, opens: '02:30:00' },
  { name: '\u0633\u0644\u0627\u0645', word: null, n: null, d: '1', yes: null, born: '2024-02-29', due: null, at: '2026-03-29T00:59:59.999999Z', opens: null },
  { name: null, word: null, n: null, d: null, yes: null, born: null, due: null, at: null, opens: null },
]

/** Conditions that filters may have, over values that databases see differently. */
const conditions = fc.letrec<Record<'text' | 'number' | 'boolean' | 'date' | 'instant' | 'time' | 'duration', string>>((tie) => {
  const [text, number, boolean, date, instant, time, duration] = [tie('text'), tie('number'), tie('boolean'), tie('date'), tie('instant'), tie('time'), tie('duration')]
  const choose = (...all: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.oneof({ depthSize: 'small', withCrossShrink: true }, ...all)
  const infix = (left: fc.Arbitrary<string>, ops: readonly string[], right: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(left, fc.constantFrom(...ops), right).map(([a, op, b]) => `(${a} ${op} ${b})`)
  const call = (name: string, ...args: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...args).map((all) => `${name}(${all.join(', ')})`)
  const either = (one: fc.Arbitrary<string>): fc.Arbitrary<string>[] => [fc.tuple(boolean, one, one).map(([a, b, c]) => `(${a} ? ${b} : ${c})`), call('coalesce', one, one)]
  const compared = [text, number, date, instant, time, duration].map((one) => infix(one, ['==', '!=', '<', '<=', '>', '>='], fc.oneof({ weight: 6, arbitrary: one }, { weight: 1, arbitrary: fc.constant('null') })))
  const texts = rows.flatMap(({ name, word }) => [name, word]).filter((one) => typeof one === 'string')
  return {
    text: choose(fc.constantFrom('name', 'word'), fc.constantFrom(...texts, 'aA').map((one) => JSON.stringify(one)), infix(text, ['+'], text), call('trim', text), ...either(text)),
    number: choose(fc.constantFrom('n', 'd'), fc.constantFrom('0', '1', '2', '(-1)', '0.1', '0.2', '9007199254740993', '12345678901234567.890123456789'), infix(number, ['+', '-'], number), infix(fc.constantFrom('n', 'd'), ['*'], fc.constantFrom('3', '0.5', '(-1)')), call('-', number), call('abs', number), call('size', text), call('year', date), call('month', date), call('day', date), ...either(number)),
    boolean: choose(fc.constantFrom('yes', 'yes', 'true', 'false'), ...compared, call('!', boolean), infix(boolean, ['&&', '||', '==', '!='], boolean), fc.tuple(text, fc.constantFrom('startsWith', 'endsWith', 'contains'), text).map(([a, name, b]) => `${a}.${name}(${b})`), fc.tuple(number, number).map(([a, b]) => `${a} in [1, ${b}, null]`), fc.tuple(text, text).map(([a, b]) => `${a} in ["a", ${b}]`), ...either(boolean)),
    date: choose(fc.constantFrom('born', 'due'), fc.constantFrom('2000-02-29', '2026-03-29', '9999-12-31', '0001-01-01').map((one) => `date("${one}")`), infix(date, ['+', '-'], duration), ...either(date)),
    instant: choose(fc.constant('at'), fc.constantFrom('2026-03-29T01:00:00Z', '1969-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z').map((one) => `instant("${one}")`), infix(instant, ['+', '-'], duration), ...either(instant)),
    time: choose(fc.constant('opens'), fc.constantFrom('00:00', '02:30', '12:00:00.000001').map((one) => `time("${one}")`), ...either(time)),
    duration: choose(fc.constantFrom('1d', '-1us', '36h0.5s', '0s', '400d').map((one) => `duration("${one}")`), infix(date, ['-'], date), infix(instant, ['-'], instant), ...either(duration)),
  }
}).boolean

/** The same over columns that have the names of the attributes. */
function overColumns(term: Expressed): Term {
  if ('path' in term) return { column: term.path[0], type: types[term.path[0] as keyof typeof types] }
  if ('op' in term) return { op: term.op, of: term.of.map(overColumns), type: scalarOf(term) }
  if ('list' in term) return { list: term.list.map(overColumns), type: term.type as { readonly list: 'text' } }
  if ('value' in term) return { value: term.value, type: scalarOf(term) }
  throw new TypeError('these conditions ask about no other table')
}

function scalarOf({ type }: Expressed): 'text' {
  return type as 'text'
}

onEachDatabase('expressions', (open) => {
  test('choose the rows that they choose in memory', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', ...types })
    await transact([{ insert: from, rows, types }])
    const stored = await query({ from, columns: ['id', ...Object.entries(types).map(([column, type]) => ({ column, type }))], order: [{ column: 'id' }] })
    await fc.assert(
      fc.asyncProperty(conditions, async (source) => {
        const term = filter(check(source, schema, 'boolean'))
        const holds = evaluator(term)
        const found = await query({ from, columns: ['id'], where: { term: overColumns(term) }, order: [{ column: 'id' }] })
        expect(found.map(({ id }) => id)).toEqual(stored.filter((row) => holds(row)).map(({ id }) => id))
      }),
      { numRuns: 1000 },
    )
  })
})
