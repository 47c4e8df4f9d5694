import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../../test/failures.ts'
import type { LogicalType, Value } from '../../src/contract.ts'
import { onEachDatabase } from './each-database.ts'

// What was written, and what is read where that is another form of it.
const kept: readonly [LogicalType, Value, Value?][] = [
  ['text', ''],
  ['text', 'a\u0308 ä \u{1F600} \uFFFD'],
  ['text', "'; drop table t; --"],
  ['text', 'trailing  '],
  ['text', 'x'.repeat(300)],
  ['integer', 0],
  ['integer', Number.MIN_SAFE_INTEGER],
  ['integer', '9007199254740993'],
  ['integer', '-9223372036854775808'],
  ['integer', '5', 5],
  ['decimal', '1234567890123456.7891'],
  ['decimal', '0.1'],
  ['decimal', '-0.000000000001'],
  ['decimal', '99999999999999999999999999.999999999999'],
  ['decimal', '1.50', '1.5'],
  ['decimal', '-0', '0'],
  ['decimal', 12, '12'],
  ['decimal', '1e3', '1000'],
  ['float', 0.1],
  ['float', -1.5e300],
  ['float', 3],
  ['boolean', true],
  ['boolean', false],
  ['date', '2026-03-29'],
  ['date', '1970-01-01'],
  ['date', '9999-12-31'],
  ['time', '00:00:00'],
  ['time', '23:59:59.999999'],
  ['time', '10:00:00.500000', '10:00:00.5'],
  ['instant', '2026-11-24T10:00:00.123456Z'],
  ['instant', '2026-11-24T10:00:00.120Z', '2026-11-24T10:00:00.12Z'],
  ['instant', '2026-03-29T02:30:00+02:00', '2026-03-29T00:30:00Z'],
  ['instant', '1969-12-31T23:59:59.999999Z'],
  ['uuid', '6F9619FF-8B86-D011-B42D-00C04FC964FF', '6f9619ff-8b86-d011-b42d-00c04fc964ff'],
  ['bytes', { bytes: '' }],
  ['bytes', { bytes: 'AP8Q' }],
]

const refused: readonly [LogicalType, Value][] = [
  ['text', 'a\uD800'],
  ['integer', '1.5'],
  ['integer', 2 ** 64],
  ['integer', 'seven'],
  ['decimal', 'NaN'],
  ['decimal', '1,5'],
  ['boolean', 'maybe'],
  ['date', '2026-02-30'],
  ['date', '24.12.2026'],
  ['time', '25:00:00'],
  ['instant', '2026-11-24T10:00:00'],
  ['instant', '2026-11-24T10:00:00.1234567Z'],
  ['json', '{'],
  ['uuid', 'no-uuid'],
  ['bytes', { bytes: 'A' }],
]

const json = ['1.0', 'null', '"text"', '[1,2]', '{"a":[true,null,1.5]}', '[]', '{"keyOf":0}']

onEachDatabase('values', (open) => {
  test.each([...new Set(kept.map(([type]) => type))])('%s keeps each of its values, and finds it again', async (type) => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: type })
    for (const [, written, read = written] of kept.filter((one) => one[0] === type)) {
      await transact([{ remove: from, where: { and: [] } }, { insert: from, rows: [{ value: written }, { value: null }], types: { value: type } }])
      const columns = [{ column: 'value', type }]
      expect(await query({ from, columns, order: [{ column: 'id' }] })).toEqual([{ value: read }, { value: null }])
      for (const op of ['==', '<=', '>='] as const) expect(await query({ from, columns, where: { column: 'value', op, value: written, type } })).toEqual([{ value: read }])
      expect(await query({ from, columns, where: { column: 'value', op: '!=', value: written, type } })).toEqual([{ value: null }])
      expect(await query({ from, columns: ['id'], where: { column: 'value', in: [written, null], type } })).toHaveLength(2)
    }
  })

  test('json keeps scalars, lists and objects as what they are', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: 'json' })
    await transact([{ insert: from, rows: [...json, null].map((value) => ({ value })), types: { value: 'json' } }])
    const rows = await query({ from, columns: [{ column: 'value', type: 'json' }], order: [{ column: 'id' }] })
    expect(rows.map(({ value }) => (typeof value === 'string' ? JSON.parse(value) : value))).toEqual([...json.map((text) => JSON.parse(text)), null])
    expect(await query({ from, columns: ['id'], where: { column: 'value', op: '==', value: null, type: 'json' } })).toHaveLength(1)
    expect(await codeFrom(query({ from, where: { column: 'value', op: '==', value: '1', type: 'json' } }))).toBe('PLAN_INVALID')
  })

  test('refuse what is none of their type', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', ...Object.fromEntries(refused.map(([type]) => [`${type}_`, type])) })
    for (const [type, value] of refused) {
      const column = `${type}_`
      const error = await errorFrom(transact([{ insert: from, rows: [{ [column]: value }], types: { [column]: type } }]))
      expect([type, value, error.code, error.details]).toEqual([type, value, 'VALUE_INVALID', { step: 0 }])
      if (type !== 'json') expect(await codeFrom(query({ from, where: { column, op: '==', value, type } }))).toBe('VALUE_INVALID')
    }
  })

  test('answers what a column holds where the plan does not say', async () => {
    const { kind, table, transact, query } = await open()
    const from = await table({ id: 'key', yes: 'boolean', big: 'integer', exact: 'decimal', day: 'date' })
    await transact([{ insert: from, rows: [{ yes: true, big: '9007199254740993', exact: '1.5', day: '2026-11-24' }] }])
    expect(await query({ from })).toEqual([{ id: 1, yes: kind === 'pg' ? true : 1, big: '9007199254740993', exact: '1.5', day: '2026-11-24' }])
  })

  test('refuses to round: a value with more places than its column keeps', async () => {
    const { kind, table, transact } = await open()
    if (kind === 'sqlite') return
    const from = await table({ id: 'key', price: { sqlite: '', pg: 'numeric(10, 2)', mysql: 'decimal(10, 2)' }, at: { sqlite: '', pg: 'timestamptz(0)', mysql: 'datetime' } })
    const types = { price: 'decimal', at: 'instant' } as const
    for (const row of [{ price: '1.005', at: null }, { price: null, at: '2026-11-24T10:00:00.5Z' }]) {
      const error = await errorFrom(transact([{ insert: from, rows: [row], types }]))
      expect([error.code, error.message]).toEqual(['VALUE_INVALID', expect.stringMatching(/places behind the point, the column keeps [02]$/)])
    }
    await transact([{ insert: from, rows: [{ price: '1.50', at: '2026-11-24T10:00:00Z' }], types }])
  })
})
