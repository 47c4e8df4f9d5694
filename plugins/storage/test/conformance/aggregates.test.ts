import fc from 'fast-check'
import { expect, test } from 'vitest'
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
})

function toCents(sum: unknown): bigint {
  const [whole = '0', fraction = ''] = typeof sum === 'string' ? sum.split('.') : []
  return BigInt(`${whole === '-0' ? '-' : whole}${fraction.padEnd(2, '0')}`)
}
