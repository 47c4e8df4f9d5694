import { expect, test } from 'vitest'
import { codeFrom } from '../../../../test/failures.ts'
import type { LogicalType, Row, Term } from '../../src/contract.ts'
import { onEachDatabase } from './each-database.ts'

const types = { name: 'text', n: 'integer', d: 'decimal', yes: 'boolean', day: 'date', at: 'instant' } as const satisfies Record<string, LogicalType>
const rows: readonly Row[] = [
  { name: 'a', n: 1, d: '0.1', yes: true, day: '2026-02-28', at: '2026-11-24T10:00:00.123456Z' },
  { name: 'A ', n: 2, d: '0.2', yes: false, day: '2024-02-29', at: '2026-11-24T10:00:00Z' },
  { name: 'ä\u{1F600}', n: '9007199254740993', d: '1234567890123456.7891', yes: null, day: '9999-12-31', at: '1969-12-31T23:59:59.999999Z' },
  { name: '', n: -5, d: '-12.5', yes: true, day: '0001-01-01', at: '2026-03-29T01:30:00Z' },
  { name: null, n: null, d: null, yes: null, day: null, at: null },
]

type Scalar = Extract<Extract<Term, { readonly op: string }>['type'], string>

const column = (name: keyof typeof types): Term => ({ column: name, type: types[name] })
const [name, n, d, yes, day, at] = (['name', 'n', 'd', 'yes', 'day', 'at'] as const).map(column) as [Term, Term, Term, Term, Term, Term]
const text = (value: string | null): Term => ({ value, type: 'text' })
const number = (value: string): Term => ({ value, type: 'number' })
const is = (op: string, ...of: readonly Term[]): Term => ({ op, of, type: 'boolean' })
const to = (type: Scalar, op: string, ...of: readonly Term[]): Term => ({ op, of, type })
const micros = (value: string): Term => ({ value, type: 'duration' })
const oneDay = 86_400_000_000n

// Which rows, counted from 1, a condition is true of; its negation is true of all others.
const conditions: readonly [string, Term, readonly number[]][] = [
  ['an integer is a number', is('==', n, number('9007199254740993')), [3]],
  ['an integer is compared with a fraction', is('<', n, number('1.5')), [1, 4]],
  ['a constant comes first', is('>', number('1'), n), [4]],
  ['a decimal is exact', is('==', d, number('1234567890123456.7891')), [3]],
  ['a decimal is one of some, or null', is('in', d, { list: [number('0.1'), number('-12.50'), { value: null, type: 'number' }], type: { list: 'number' } }), [1, 4, 5]],
  ['null equals null', is('==', name, text(null)), [5]],
  ['null equals null among columns', is('==', n, d), [5]],
  ['text by code point', is('==', name, text('A ')), [2]],
  ['text in order', is('<', name, text('a')), [2, 4]],
  ['text from a column', is('>=', name, name), [1, 2, 3, 4]],
  ['a sum is exact', is('==', to('number', '+', d, number('0.2')), number('0.3')), [1]],
  ['a product is exact', is('>', to('number', '*', d, number('3')), number('3703703670370370.3672')), [3]],
  ['a difference of columns', is('<', to('number', '-', n, d), number('7.6')), [1, 2, 4]],
  ['without sign', is('>=', to('number', 'abs', d), number('12.5')), [3, 4]],
  ['negated', is('==', to('number', 'negate', n), number('5')), [4]],
  ['texts together', is('==', to('text', '+', name, text('!')), text('a!')), [1]],
  ['characters are counted', is('==', to('number', 'size', name), number('2')), [2, 3]],
  ['spaces are taken off', is('==', to('text', 'trim', name), text('A')), [2]],
  ['starts with', is('startsWith', name, text('ä')), [3]],
  ['starts with a column', is('startsWith', name, name), [1, 2, 3, 4]],
  ['starts with nothing', is('startsWith', name, text('')), [1, 2, 3, 4]],
  ['ends with', is('endsWith', name, text('\u{1F600}')), [3]],
  ['ends with nothing', is('endsWith', name, text('')), [1, 2, 3, 4]],
  ['contains, minding case', is('contains', name, text('A')), [2]],
  ['contains nothing', is('contains', name, text('')), [1, 2, 3, 4]],
  ['contains what looks like a pattern', is('contains', name, text('%')), []],
  ['a word that begins so, in capitals or not', is('hasWord', to('text', '+', text('Per-Olav Ærlig/'), name), text('aer')), [1, 2, 3, 4]],
  ['a word begins after what is no letter', is('hasWord', to('text', '+', text('x'), name), text('a')), []],
  ['a word without accents', is('hasWord', to('text', '+', text('(-'), name), text('a')), [1, 2, 3]],
  ['a whole word', is('isWord', to('text', '+', text('a.'), to('text', 'coalesce', name, text('c'))), text('c')), [5]],
  ['a boolean', yes, [1, 4]],
  ['no boolean', is('not', yes), [2, 3, 5]],
  ['a boolean equals', is('==', yes, { value: false, type: 'boolean' }), [2]],
  ['a boolean is null', is('==', yes, { value: null, type: 'boolean' }), [3, 5]],
  ['a part of a date', is('==', to('number', 'month', day), number('2')), [1, 2]],
  ['a day later', is('==', to('date', '+', day, micros(String(oneDay))), { value: '2024-03-01', type: 'date' }), [2]],
  ['a day and an hour earlier is two days', is('==', to('date', '-', day, micros(String(oneDay + 1n))), { value: '2026-02-26', type: 'date' }), [1]],
  ['beyond the years is null', is('==', to('date', '+', day, micros(String(oneDay))), { value: null, type: 'date' }), [3, 5]],
  ['days between', is('==', to('duration', '-', day, { value: '2024-02-28', type: 'date' }), micros(String(oneDay))), [2]],
  ['an instant', is('<=', at, { value: '2026-11-24T10:00:00Z', type: 'instant' }), [2, 3, 4]],
  ['an instant later', is('==', to('instant', '+', at, micros('1')), { value: '1970-01-01T00:00:00Z', type: 'instant' }), [3]],
  ['an instant days later', is('==', to('instant', '-', at, micros(String(2n * oneDay + 123_456n))), { value: '2026-11-22T10:00:00Z', type: 'instant' }), [1]],
  ['microseconds between', is('==', to('duration', '-', at, { value: '2026-11-24T10:00:00Z', type: 'instant' }), micros('123456')), [1]],
  ['microseconds between, far apart', is('<', to('duration', '-', at, { value: '2026-11-24T10:00:00Z', type: 'instant' }), micros('-1000000000000')), [3, 4]],
  ['one or the other', is('or', is('==', n, number('1')), is('==', n, number('2'))), [1, 2]],
  ['if', is('if', yes, is('<', n, number('0')), is('==', name, text(null))), [4, 5]],
  ['if as a value', is('==', to('number', 'if', is('==', n, number('1')), number('7'), to('number', 'coalesce', n, number('7'))), number('7')), [1, 5]],
  ['the first that is not null', is('==', to('text', 'coalesce', name, text('none')), text('none')), [5]],
  ['and of nothing', is('and'), [1, 2, 3, 4, 5]],
  ['or of nothing', is('or'), []],
]

onEachDatabase('terms', (open) => {
  test('mean the same as in memory, and negated the opposite', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', ...types })
    await transact([{ insert: from, rows, types }])
    for (const [what, term, expected] of conditions) {
      const found = async (condition: Term): Promise<unknown> => (await query({ from, columns: ['id'], where: { term: condition }, order: [{ column: 'id' }] })).map(({ id }) => id)
      expect([what, await found(term)]).toEqual([what, expected])
      expect([`not: ${what}`, await found(is('not', term))]).toEqual([`not: ${what}`, [1, 2, 3, 4, 5].filter((id) => !expected.includes(id))])
    }
  })

  test('choose rows to change, beside other conditions', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', ...types })
    await transact([{ insert: from, rows, types }])
    const where = { and: [{ column: 'n', op: '>' as const, value: 0, type: 'integer' as const }, { term: is('<', to('number', '*', d, number('2')), number('0.3')) }] }
    await transact([{ update: from, set: { name: 'changed' }, where, expect: 1 }, { remove: from, where: { not: { term: is('==', name, text('changed')) } }, expect: 4 }])
    expect(await query({ from, columns: ['id'] })).toEqual([{ id: 1 }])
  })

  test('ask about rows of other tables: any, all, how many, and figures', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', limit_: 'decimal' })
    const [orders, tags, links] = [await table({ id: 'key', parent: 'integer', price: 'decimal' }), await table({ id: 'key', word: 'text' }), await table({ id: 'key', parent: 'integer', tag: 'integer' })]
    await transact([
      { insert: from, rows: [{ limit_: '1' }, { limit_: '10' }, { limit_: null }], types: { limit_: 'decimal' } },
      { insert: orders, rows: [{ parent: 1, price: '0.5' }, { parent: 1, price: '0.6' }, { parent: 2, price: '9' }, { parent: 2, price: '10' }], types: { price: 'decimal' } },
      { insert: tags, rows: [{ word: 'gold' }, { word: 'new' }] },
      { insert: links, rows: [{ parent: 1, tag: 1 }, { parent: 3, tag: 2 }] },
    ])
    const over = { table: orders, as: 'o', on: [{ left: { column: 'id', of: from }, right: { column: 'parent', of: 'o' } }] }
    const price: Term = { column: 'price', of: 'o', type: 'decimal' }
    const limit: Term = { column: 'limit_', of: from, type: 'decimal' }
    const always: Term = { value: true, type: 'boolean' }
    const found = async (term: Term): Promise<unknown> => (await query({ from, columns: ['id'], where: { term }, order: [{ column: 'id' }] })).map(({ id }) => id)
    const cheap = is('<=', price, limit)
    expect(await found({ fold: 'exists', over, where: is('>', price, number('9.5')), type: 'boolean' })).toEqual([2])
    expect(await found(is('not', { fold: 'exists', over, where: always, type: 'boolean' }))).toEqual([3])
    expect(await found({ fold: 'all', over, where: cheap, type: 'boolean' })).toEqual([1, 2, 3])
    expect(await found({ fold: 'all', over, where: is('<', price, limit), type: 'boolean' })).toEqual([1, 3])
    expect(await found(is('==', { fold: 'count', over, where: is('>', price, number('0.55')), type: 'number' }, number('1')))).toEqual([1])
    expect(await found(is('>', { fold: 'sum', over, where: always, of: price, type: 'number' }, limit))).toEqual([1, 2])
    expect(await found(is('==', { fold: 'max', over, where: always, of: price, type: 'number' }, number('10')))).toEqual([2])
    expect(await found(is('==', { fold: 'min', over, where: always, of: price, type: 'number' }, { value: null, type: 'number' }))).toEqual([3])
    // What the row outside says, once for each of the others.
    expect(await found(is('==', { fold: 'sum', over, where: always, of: limit, type: 'number' }, number('20')))).toEqual([2])
    expect(await found(is('==', { fold: 'max', over, where: is('<', price, number('10')), of: to('number', '+', limit, number('1')), type: 'number' }, number('2')))).toEqual([1])
    expect(await found(is('==', { fold: 'sum', over, where: always, of: number('2'), type: 'number' }, number('4')))).toEqual([1, 2])
    expect((await query({ from, columns: ['id', { term: { fold: 'sum', over, where: always, of: limit, type: 'number' }, as: 'sum' }], order: [{ column: 'id' }] })).map(({ sum }) => sum)).toEqual(['2', '20', '0'])
    const tagged = { table: links, as: 'l', joins: [{ table: tags, as: 't', on: [{ left: { column: 'tag', of: 'l' }, right: { column: 'id', of: 't' } }] }], on: [{ left: { column: 'id', of: from }, right: { column: 'parent', of: 'l' } }] }
    expect(await found({ fold: 'exists', over: tagged, where: is('==', { column: 'word', of: 't', type: 'text' }, text('gold')), type: 'boolean' })).toEqual([1])
  })

  test('are refused when they are too large, unknown, or hold what is no column', async () => {
    const { table, query } = await open()
    const from = await table({ id: 'key', n: 'integer' })
    let deep: Term = n
    for (let level = 0; level < 40; level++) deep = to('number', 'negate', deep)
    const cases: readonly [Term, string][] = [
      [is('==', deep, number('1')), 'LIMIT_EXCEEDED'],
      [is('or', ...Array.from({ length: 600 }, () => is('==', n, number('1')))), 'LIMIT_EXCEEDED'],
      [is('==', to('number', '/', n, n), number('1')), 'PLAN_INVALID'],
      [is('; drop table x', n, n), 'PLAN_INVALID'],
      [is('==', to('text', 'toString'), text('x')), 'PLAN_INVALID'],
      [is('hasWord', to('text', 'coalesce', text('x')), to('text', '+', text('x'), text('y'))), 'PLAN_INVALID'],
      [is('hasWord', n, text('x')), 'PLAN_INVALID'],
      [is('==', to('text', '__proto__'), text('x')), 'PLAN_INVALID'],
      [is('==', { column: 'n; drop', type: 'integer' }, number('1')), 'COLUMN_UNKNOWN'],
      [is('==', { column: 'n', of: 'elsewhere', type: 'integer' }, number('1')), 'TABLE_UNKNOWN'],
    ]
    for (const [term, code] of cases) expect(await codeFrom(query({ from, where: { term } }))).toBe(code)
  })
})
