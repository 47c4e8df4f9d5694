import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeFrom } from '../../../../test/failures.ts'
import type { Term } from '../../src/contract.ts'
import { onEachDatabase } from './each-database.ts'

const decimals = ['0.1', '0.2', '1234567890123456.7891', '-1234567890123456.789', '10', '9', '-9', '-10', '0', '0.000000000001', null]

onEachDatabase('aggregates and order', (open) => {
  test('decimals are summed, averaged, compared and ordered exactly', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: 'decimal' })
    await transact([{ insert: from, rows: decimals.map((value) => ({ value })), types: { value: 'decimal' } }])
    const aggregates = (['sum', 'avg', 'min', 'max', 'count'] as const).map((fn) => ({ fn, column: 'value', type: 'decimal', as: fn }) as const)
    expect(await query({ from, aggregates })).toEqual([{ sum: '0.300100000001', avg: '0.03001', min: '-1234567890123456.789', max: '1234567890123456.7891', count: 10 }])
    const ordered = await query({ from, columns: [{ column: 'value', type: 'decimal' }], order: [{ column: 'value', type: 'decimal' }] })
    expect(ordered.map(({ value }) => value)).toEqual([null, '-1234567890123456.789', '-10', '-9', '0', '0.000000000001', '0.1', '0.2', '9', '10', '1234567890123456.7891'])
    const above = await query({ from, columns: [{ column: 'value', type: 'decimal' }], where: { column: 'value', op: '>', value: '1234567890123456.789', type: 'decimal' } })
    expect(above).toEqual([{ value: '1234567890123456.7891' }])
  })

  test('an average has 12 places, half even, and orders as a number', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', part: 'text', value: 'decimal', whole: 'integer' })
    const rows = [['a', '1', 1], ['a', '1', 1], ['a', '0', 2], ['b', '0.000000000001', 3], ['b', '0', 4], ['c', '0.000000000003', -1], ['c', '0', 0], ['d', '-2', 9], ['d', '0', '9007199254740993'], ['d', '0', 0]] as const
    await transact([{ insert: from, rows: rows.map(([part, value, whole]) => ({ part, value, whole })), types: { value: 'decimal', whole: 'integer' } }])
    const averaged = await query({
      from,
      group: [{ column: 'part', type: 'text' }],
      aggregates: [{ fn: 'avg', column: 'value', type: 'decimal', as: 'average' }, { fn: 'sum', column: 'whole', type: 'integer', as: 'total' }, { fn: 'avg', column: 'whole', type: 'integer', as: 'middle' }],
      order: [{ column: 'average', desc: true }, { column: 'part', type: 'text' }],
    })
    expect(averaged).toEqual([
      { part: 'a', average: '0.666666666667', total: 4, middle: '1.333333333333' },
      { part: 'c', average: '0.000000000002', total: -1, middle: '-0.5' },
      { part: 'b', average: '0', total: 7, middle: '3.5' },
      { part: 'd', average: '-0.666666666667', total: '9007199254741002', middle: '3002399751580334' },
    ])
  })

  test('of what names no column are the same, also over no rows', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', part: 'text' })
    const [two, none] = [{ op: '+', of: [{ value: '0.5', type: 'number' }, { value: '1.5000000000005', type: 'number' }], type: 'number' }, { value: null, type: 'number' }] as const satisfies readonly Term[]
    const of = (fn: 'sum' | 'avg' | 'min' | 'max' | 'count', term: Term) => ({ fn, term, as: `${fn}${term === none ? ' of nothing' : ''}` }) as const
    const aggregates = (['sum', 'avg', 'min', 'max', 'count'] as const).flatMap((fn) => [of(fn, two), of(fn, none)])
    const figures = async (grouped = false): Promise<unknown> => (await query({ from, ...(grouped ? { group: [{ column: 'part', type: 'text' }] } : {}), aggregates })).map((row) => Object.values(row))
    const nothing = [null, null, null, null, null, null, null, null, 0, 0]
    expect([await figures(), await figures(true)]).toEqual([[nothing], []])
    await transact([{ insert: from, rows: [{ part: 'a' }, { part: 'a' }] }])
    const all = ['4.000000000001', null, '2', null, '2.0000000000005', null, '2.0000000000005', null, 2, 0]
    expect([await figures(), await figures(true)]).toEqual([[all], [['a', ...all]]])
  })

  test.each<[string, 'sum' | 'avg', object]>([['texts', 'sum', { term: { value: 'x', type: 'text' } }], ['dates', 'avg', { term: { value: '2026-01-01', type: 'date' } }], ['yes and no', 'sum', { column: 'yes', type: 'boolean' }]])('%s have no %s', async (_what, fn, of) => {
    const { table, query } = await open()
    const from = await table({ id: 'key', yes: 'boolean' })
    expect(await codeFrom(query({ from, aggregates: [{ fn, ...of, as: 'figure' }] }))).toBe('PLAN_INVALID')
  })

  test('the sum of integers beyond 64 bits is exact', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: 'integer' })
    await transact([{ insert: from, rows: [{ value: '9223372036854775807' }, { value: '9223372036854775807' }], types: { value: 'integer' } }])
    expect(await query({ from, aggregates: [{ fn: 'sum', column: 'value', type: 'integer', as: 'sum' }] })).toEqual([{ sum: '18446744073709551614' }])
  })

  test('text is compared, grouped and ordered by code point', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: 'text' })
    const texts = ['b', 'A', 'a', 'a ', 'B', 'ä', 'a\u0308', '\uFFFD', '\u{1F600}', '', 'ß', 'ss', 'Ä']
    await transact([{ insert: from, rows: [...texts, null].map((value) => ({ value })), types: { value: 'text' } }])
    const values = async (where: object): Promise<unknown[]> => (await query({ from, columns: [{ column: 'value', type: 'text' }], order: [{ column: 'id' }], where: where as never })).map(({ value }) => value)
    for (const value of texts) expect(await values({ column: 'value', op: '==', value, type: 'text' })).toEqual([value])
    expect(await values({ column: 'value', in: ['a', 'SS', 'B'], type: 'text' })).toEqual(['a', 'B'])
    expect(await values({ column: 'value', startsWith: 'a' })).toEqual(['a', 'a ', 'a\u0308'])
    const byCodePoint = texts.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    const ordered = await query({ from, columns: [{ column: 'value', type: 'text' }], order: [{ column: 'value', type: 'text' }] })
    expect(ordered.map(({ value }) => value)).toEqual([null, ...byCodePoint])
    const grouped = await query({ from, group: [{ column: 'value', type: 'text' }], aggregates: [{ fn: 'count', as: 'n' }], order: [{ column: 'value', type: 'text', desc: true }] })
    expect(grouped).toEqual([...byCodePoint.toReversed(), null].map((value) => ({ value, n: 1 })))
    expect(await query({ from, aggregates: [{ fn: 'min', column: 'value', type: 'text', as: 'min' }, { fn: 'max', column: 'value', type: 'text', as: 'max' }, { fn: 'count', column: 'value', distinct: true, type: 'text', as: 'n' }] })).toEqual([{ min: '', max: '\u{1F600}', n: 13 }])
  })

  test('moments are ordered as such, least and greatest too', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', at: 'instant', hour: 'time', day: 'date', yes: 'boolean', code: 'uuid' })
    const types = { at: 'instant', hour: 'time', day: 'date', yes: 'boolean', code: 'uuid' } as const
    const rows = [
      { at: '2026-11-24T10:00:00.5Z', hour: '10:00:00.5', day: '2026-11-24', yes: true, code: 'f0000000-0000-0000-0000-000000000000' },
      { at: '2026-11-24T10:00:00Z', hour: '10:00:00', day: '2026-02-01', yes: false, code: '0f000000-0000-0000-0000-000000000000' },
      { at: '2026-11-24T10:00:00.45Z', hour: '10:00:00.45', day: '1999-12-31', yes: true, code: 'a0000000-0000-0000-0000-000000000000' },
    ]
    await transact([{ insert: from, rows, types }])
    for (const column of ['at', 'hour', 'day', 'code'] as const) {
      const type = types[column]
      const expected = rows.map((row) => row[column]).toSorted()
      if (column === 'at') expected.sort((a, b) => Date.parse(a) - Date.parse(b))
      const ordered = await query({ from, columns: [{ column, type }], order: [{ column, type }] })
      expect(ordered.map((row) => row[column])).toEqual(expected)
      expect(await query({ from, aggregates: [{ fn: 'min', column, type, as: 'min' }, { fn: 'max', column, type, as: 'max' }] })).toEqual([{ min: expected[0], max: expected[2] }])
    }
    expect(await query({ from, aggregates: [{ fn: 'min', column: 'yes', type: 'boolean', as: 'min' }, { fn: 'max', column: 'yes', type: 'boolean', as: 'max' }] })).toEqual([{ min: false, max: true }])
  })

  test('nulls order first going up and last going down, also where nothing was joined', async () => {
    const { table, transact, query } = await open()
    const [left, right] = [await table({ id: 'key' }), await table({ id: 'key', parent: 'integer', required: { sqlite: 'integer not null', pg: 'bigint not null', mysql: 'bigint not null' } })]
    await transact([{ insert: left, rows: [{ id: 1 }, { id: 2 }, { id: 3 }] }, { insert: right, rows: [{ parent: 1, required: 5 }, { parent: 2, required: 4 }] }])
    const plan = { from: left, columns: [{ column: 'required', of: right }], joins: [{ table: right, kind: 'left' as const, on: [{ left: { column: 'id', of: left }, right: { column: 'parent' } }] }] }
    expect(await query({ ...plan, order: [{ column: 'required' }] })).toEqual([{ required: null }, { required: 4 }, { required: 5 }])
    expect(await query({ ...plan, order: [{ column: 'required', desc: true }] })).toEqual([{ required: 5 }, { required: 4 }, { required: null }])
  })

  test('sums of random decimals are those of whole numbers', async () => {
    const { table, transact, query } = await open()
    const cents = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
    await fc.assert(
      fc.asyncProperty(fc.array(cents, { minLength: 1, maxLength: 30 }), async (all) => {
        const from = await table({ id: 'key', value: 'decimal' })
        const text = (value: bigint): string => `${value < 0n ? '-' : ''}${String(value < 0n ? -value : value).padStart(3, '0').replace(/(..)$/, '.$1')}`
        await transact([{ insert: from, rows: all.map((value) => ({ value: text(value) })), types: { value: 'decimal' } }])
        const [row] = await query({ from, aggregates: [{ fn: 'sum', column: 'value', type: 'decimal', as: 'sum' }] })
        expect(toCents(row?.['sum'])).toBe(all.reduce((a, b) => a + b, 0n))
      }),
      { numRuns: 5 },
    )
  })

  test('rows are grouped by the day, week, month, quarter and year of a date, as the calendar says', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', day: 'date' })
    const days = fc.sample(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }), 300).map((date) => date.toISOString().slice(0, 10))
    const all = [...days, '2024-02-29', '2026-11-29', '2026-11-30', '2027-01-03', '0001-01-01', '9999-12-31']
    await transact([{ insert: from, rows: all.map((day) => ({ day })), types: { day: 'date' } }])
    const day: Term = { column: 'day', type: 'date' }
    for (const unit of ['week', 'month', 'quarter', 'year'] as const) {
      const expected = new Map<string, number>()
      for (const one of all) expected.set(beginOf(unit, one), (expected.get(beginOf(unit, one)) ?? 0) + 1)
      const found = await query({ from, columns: [{ term: { op: `${unit}Begin`, of: [day], type: 'date' }, as: 'from' }], group: [{ computed: 'from' }], aggregates: [{ fn: 'count', as: 'n' }], order: [{ column: 'from' }] })
      expect(found).toEqual([...expected].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([begin, n]) => ({ from: begin, n })))
    }
  })

  test('what is computed is read, grouped by and ordered by beside columns and conditions', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', at: 'instant', part: 'text', price: 'decimal', many: 'integer' })
    const rows = [['2026-03-28T23:30:00Z', 'a', '0.1', 3], ['2026-03-29T22:30:00Z', 'a', '2', 2], ['2026-03-29T21:30:00Z', 'b', '5', 1], [null, 'b', null, 1]] as const
    await transact([{ insert: from, rows: rows.map(([at, part, price, many]) => ({ at, part, price, many })), types: { at: 'instant', price: 'decimal', many: 'integer' } }])
    const at: Term = { column: 'at', type: 'instant' }
    const oslo: Term = { op: 'if', of: [{ op: '<', of: [at, { value: '2026-03-29T01:00:00Z', type: 'instant' }], type: 'boolean' }, { value: '3600000000', type: 'duration' }, { value: '7200000000', type: 'duration' }], type: 'duration' }
    const local: Term = { op: 'date', of: [{ op: '+', of: [at, oslo], type: 'instant' }], type: 'date' }
    const where = { column: 'many', op: '<' as const, value: 9, type: 'integer' as const }
    expect(await query({ from, where, columns: [{ term: local, as: 'day' }, { column: 'part', type: 'text' }], group: [{ column: 'part', type: 'text' }, { computed: 'day' }], aggregates: [{ fn: 'sum', column: 'many', type: 'integer', as: 'n' }], order: [{ column: 'day', desc: true }, { column: 'part', type: 'text' }] })).toEqual([
      { day: '2026-03-30', part: 'a', n: 2 },
      { day: '2026-03-29', part: 'a', n: 3 },
      { day: '2026-03-29', part: 'b', n: 1 },
      { day: null, part: 'b', n: 1 },
    ])
    const amount: Term = { op: '*', of: [{ column: 'price', type: 'decimal' }, { column: 'many', type: 'integer' }], type: 'number' }
    const is: Term = { op: '>', of: [amount, { value: '1', type: 'number' }], type: 'boolean' }
    expect(await query({ from, columns: [{ term: amount, as: 'amount' }, { term: is, as: 'much' }, 'part'], order: [{ column: 'id' }], where, limit: 3, offset: 1 })).toEqual([{ amount: '4', much: true, part: 'a' }, { amount: '5', much: true, part: 'b' }, { amount: null, much: false, part: 'b' }])
  })

  test('what is computed has to be grouped by', async () => {
    const { table, query } = await open()
    const from = await table({ id: 'key', part: 'text' })
    const part: Term = { op: 'trim', of: [{ column: 'part', type: 'text' }], type: 'text' }
    const columns = [{ term: part, as: 'x' }]
    expect(await codeFrom(query({ from, columns, aggregates: [{ fn: 'count', as: 'n' }] }))).toBe('PLAN_INVALID')
    expect(await codeFrom(query({ from, columns, group: [{ computed: 'y' }] }))).toBe('PLAN_INVALID')
    expect(await codeFrom(query({ from, aggregates: [{ fn: 'min', column: 'part', term: part, as: 'n' }] }))).toBe('PLAN_INVALID')
    expect(await codeFrom(query({ from, aggregates: [{ fn: 'min', term: part, distinct: true, as: 'n' }] }))).toBe('PLAN_INVALID')
  })

  test('groups of computed texts, numbers and others are made and ordered by what their values mean', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', name: 'text', d: 'decimal', n: 'integer', day: 'date' })
    const rows = [[' a', '1.50', 0, '2026-01-31'], ['A', '0.5', 1, '2026-02-01'], ['a ', '10.25', -8, '2026-02-28'], ['ä', '-3', 1, null], ['a', null, 2, null], [null, '9', -7, '2026-01-01']] as const
    await transact([{ insert: from, rows: rows.map(([name, d, n, day]) => ({ name, d, n, day })), types: { d: 'decimal', n: 'integer', day: 'date' } }])
    const groups = async (term: Term, desc = false): Promise<unknown[]> => (await query({ from, where: { column: 'n', op: '<', value: 100, type: 'integer' }, columns: [{ term, as: 'x' }], group: [{ computed: 'x' }], aggregates: [{ fn: 'count', as: 'n' }], order: [{ column: 'x', desc }] })).map(({ x, n }) => [x, n])
    const [name, d, n]: [Term, Term, Term] = [{ column: 'name', type: 'text' }, { column: 'd', type: 'decimal' }, { column: 'n', type: 'integer' }]
    expect(await groups({ op: 'trim', of: [name], type: 'text' })).toEqual([[null, 1], ['A', 1], ['a', 3], ['ä', 1]])
    expect(await groups({ op: 'coalesce', of: [name, { value: 'a', type: 'text' }], type: 'text' }, true)).toEqual([['ä', 1], ['a ', 1], ['a', 2], ['A', 1], [' a', 1]])
    expect(await groups({ op: '+', of: [d, n], type: 'number' })).toEqual([[null, 1], ['-2', 1], ['1.5', 2], ['2', 1], ['2.25', 1]])
    expect(await groups({ op: 'coalesce', of: [d, { value: '-3.00', type: 'number' }], type: 'number' }, true)).toEqual([['10.25', 1], ['9', 1], ['1.5', 1], ['0.5', 1], ['-3', 2]])
    expect(await groups({ op: '>', of: [d, { value: '1', type: 'number' }], type: 'boolean' })).toEqual([[false, 3], [true, 3]])
    expect(await groups({ op: 'monthBegin', of: [{ column: 'day', type: 'date' }], type: 'date' }, true)).toEqual([['2026-02-01', 2], ['2026-01-01', 2], [null, 2]])
  })

  test('what is computed is summed, averaged, compared and counted exactly', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', name: 'text', d: 'decimal', n: 'integer', day: 'date' })
    const rows = [['b', '0.1', 3, '2026-01-31'], ['A', '1234567890123456.7891', 1, '2026-02-28'], ['a ', '-0.3', 1, null], ['a', null, 2, '2025-12-31']] as const
    await transact([{ insert: from, rows: rows.map(([name, d, n, day]) => ({ name, d, n, day })), types: { d: 'decimal', n: 'integer', day: 'date' } }])
    const product: Term = { op: '*', of: [{ column: 'd', type: 'decimal' }, { column: 'n', type: 'integer' }], type: 'number' }
    const text: Term = { op: '+', of: [{ column: 'name', type: 'text' }, { value: '!', type: 'text' }], type: 'text' }
    const trimmed: Term = { op: 'trim', of: [{ column: 'name', type: 'text' }], type: 'text' }
    const later: Term = { op: '+', of: [{ column: 'day', type: 'date' }, { value: '86400000000', type: 'duration' }], type: 'date' }
    const lasts: Term = { op: '-', of: [later, { value: '2026-01-01', type: 'date' }], type: 'duration' }
    const all = (['sum', 'avg', 'min', 'max', 'count'] as const).map((fn) => ({ fn, term: product, as: fn }))
    // With conditions, joins and a limit besides, whose values are numbered after those of the terms.
    const where = { column: 'id', op: '>' as const, value: 0, type: 'integer' as const }
    expect(await query({ from, where, limit: 5, aggregates: all })).toEqual([{ sum: '1234567890123456.7891', avg: '411522630041152.263033333333', min: '-0.3', max: '1234567890123456.7891', count: 3 }])
    expect(await query({ from, where, aggregates: [{ fn: 'min', term: text, as: 'min' }, { fn: 'max', term: text, as: 'max' }, { fn: 'count', term: trimmed, distinct: true, as: 'names' }, { fn: 'max', term: later, as: 'day' }, { fn: 'sum', term: lasts, as: 'lasts' }, { fn: 'min', term: lasts, as: 'least' }] })).toEqual([{ min: 'A!', max: 'b!', names: 3, day: '2026-03-01', lasts: String((31 + 59 + 0) * 86_400_000_000), least: '0' }])
    const grouped = await query({ from, where, columns: [{ term: trimmed, as: 'name' }], group: [{ computed: 'name' }], aggregates: [{ fn: 'sum', term: { op: '+', of: [product, { value: '0.01', type: 'number' }], type: 'number' }, as: 'sum' }], order: [{ column: 'sum', desc: true }, { column: 'name' }] })
    expect(grouped).toEqual([{ name: 'A', sum: '1234567890123456.7991' }, { name: 'b', sum: '0.31' }, { name: 'a', sum: '-0.29' }])
    expect(await query({ from, where: { column: 'id', op: '<', value: 0, type: 'integer' }, aggregates: all })).toEqual([{ sum: null, avg: null, min: null, max: null, count: 0 }])
  })

  test('rows are ordered by computed numbers and texts as by columns, nulls first', async () => {
    const { table, query, transact } = await open()
    const from = await table({ id: 'key', d: 'decimal', name: 'text' })
    await transact([{ insert: from, rows: [{ id: 1, d: '9.5', name: ' b' }, { id: 2, d: '10', name: 'a' }, { id: 3, d: null, name: null }, { id: 4, d: '-100', name: 'B ' }] }])
    const more: Term = { op: '+', of: [{ column: 'd', type: 'decimal' }, { value: '0.25', type: 'number' }], type: 'number' }
    const trimmed: Term = { op: 'trim', of: [{ column: 'name', type: 'text' }], type: 'text' }
    const ids = async (as: string, desc: boolean): Promise<unknown[]> => (await query({ from, columns: ['id', { term: more, as: 'more' }, { term: trimmed, as: 'trimmed' }], where: { column: 'id', op: '>', value: 0 }, order: [{ column: as, desc }], limit: 4 })).map(({ id }) => id)
    expect([await ids('more', false), await ids('more', true), await ids('trimmed', false)]).toEqual([[3, 4, 1, 2], [2, 1, 4, 3], [3, 4, 2, 1]])
  })
})

function toCents(sum: unknown): bigint {
  const [whole = '0', fraction = ''] = typeof sum === 'string' ? sum.split('.') : []
  return BigInt(`${whole === '-0' ? '-' : whole}${fraction.padEnd(2, '0')}`)
}

/** The first day of the week, month, quarter or year that a day is in, by JavaScript's calendar. */
function beginOf(unit: 'week' | 'month' | 'quarter' | 'year', day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  if (unit === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  else date.setUTCDate(1)
  if (unit === 'quarter') date.setUTCMonth(date.getUTCMonth() - (date.getUTCMonth() % 3))
  if (unit === 'year') date.setUTCMonth(0)
  return date.toISOString().slice(0, 10)
}
