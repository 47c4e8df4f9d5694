import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorFrom } from '../../../../test/failures.ts'
import type { KeyReference, Row, Step, Value } from '../../src/contract.ts'
import { onEachDatabase } from './each-database.ts'
import type { Tried } from './each-database.ts'

/** A few each time; more are asked for where updates are changed. */
const runs = Number(process.env['CARUSO_TOGETHER_RUNS'] ?? 40)
const types = { id: 'integer', code: 'text', amount: 'decimal', at: 'instant', ok: 'boolean', day: 'date', n: 'integer' } as const
type Column = keyof typeof types
type Whole = Readonly<Record<Exclude<Column, 'id'>, Value>>

const texts: readonly (string | null)[] = [null, '', 'a', 'A', 'NULL', '{"}', "a\\'b", 'Straße', ' a']
const values = {
  code: fc.constantFrom(...texts),
  amount: fc.constantFrom(null, '0', '12.5', '-0.000000000001', '12345678901234567890123456.123456789012'),
  at: fc.constantFrom(null, '2026-11-24T10:00:00.123456Z', '0001-01-01T00:00:00Z'),
  ok: fc.constantFrom(null, true, false),
  day: fc.constantFrom(null, '2024-02-29', '9999-12-31'),
  n: fc.constantFrom(null, 0, -1, 9_007_199_254_740_991, '9223372036854775807'),
} as const

async function table(tried: Tried): Promise<string> {
  return await tried.table({ id: 'key', code: 'text', amount: 'decimal', at: 'instant', ok: 'boolean', day: 'date', n: 'integer', other: { sqlite: 'integer check (other < 100)', pg: 'bigint check (other < 100)', mysql: 'bigint check (other < 100)' } })
}

async function fill(tried: Tried, insert: string, objects: readonly Whole[]): Promise<void> {
  await tried.transact([{ remove: insert, where: { and: [] } }])
  await tried.transact([{ insert, rows: objects.map((object, index) => ({ id: index + 1, ...object })), types }])
}

const rowsOf = (tried: Tried, from: string): Promise<readonly Row[]> => tried.query({ from, columns: (Object.keys(types) as Column[]).map((column) => ({ column, type: types[column] })), order: [{ column: 'id' }] })

type One = readonly [id: Value, seen: Partial<Whole>, set: Readonly<Record<string, Value | KeyReference>>]

/** Updates of rows that are as they were seen, all of the same columns. */
function together(update: string, ones: readonly One[]): Step {
  const [[, seen, set] = [0, {}, {}]] = ones
  return { update, columns: Object.keys(set), same: ['id', ...Object.keys(seen)].map((column) => ({ column, type: types[column as Column] })), rows: ones.map(([id, seen, set]) => [...Object.values(set), id, ...Object.values(seen)]), types }
}

/** The same, a step each. */
function alone(table: string, ones: readonly One[]): Step[] {
  return ones.map(([id, seen, set]) => ({ update: table, set, types, where: { and: [{ column: 'id', op: '==', value: id, type: 'integer' } as const, ...Object.entries(seen).map(([column, value]) => ({ column, op: '==', value, type: types[column as Column] }) as const)] }, expect: 1 }))
}

interface Outcome {
  readonly affected?: number
  readonly failed?: unknown
  readonly rows: readonly Row[]
}

/** What became of it; `row` is the first that failed, of a step or as a step. */
async function outcome(tried: Tried, from: string, steps: readonly Step[]): Promise<Outcome> {
  try {
    const results = await tried.transact(steps)
    return { affected: results.reduce((sum, { affected }) => sum + affected, 0), rows: await rowsOf(tried, from) }
  } catch (error) {
    const { code, details } = error as { readonly code: string; readonly details?: { readonly step?: number; readonly row?: number; readonly expected?: number; readonly found?: number } }
    return { failed: { code, row: details?.row ?? details?.step, expected: details?.expected, found: details?.found }, rows: await rowsOf(tried, from) }
  }
}

onEachDatabase('updates of many rows', (open) => {
  test('do what they do one after the other, and fail at the same row', async () => {
    const tried = await open()
    const from = await table(tried)
    const object = fc.record(values)
    const change = fc.record({ at: fc.nat(4), set: object, stale: fc.oneof({ arbitrary: fc.constant({}), weight: 9 }, { arbitrary: fc.record({ code: values.code, n: values.n }), weight: 1 }), gone: fc.constantFrom(false, false, false, false, false, false, true) })
    await fc.assert(
      fc.asyncProperty(fc.array(object, { minLength: 5, maxLength: 5 }), fc.uniqueArray(change, { minLength: 1, maxLength: 5, selector: ({ at }) => at }), fc.boolean(), async (objects, changes, twice) => {
        const ones = [...changes, ...(twice ? changes.slice(0, 1) : [])].map(({ at, set, stale, gone }): One => [gone ? 99 : at + 1, { ...(objects[at] as Whole), ...stale }, set])
        await fill(tried, from, objects)
        const expected = await outcome(tried, from, alone(from, ones))
        await fill(tried, from, objects)
        expect(await outcome(tried, from, [together(from, ones)])).toEqual(expected)
      }),
      { numRuns: runs },
    )
  }, 20_000 + 100 * runs)

  test('change the same row one after the other', async () => {
    const tried = await open()
    const from = await table(tried)
    await tried.transact([{ insert: from, columns: ['n'], rows: [[1], [1]] }])
    await tried.transact([together(from, [[1, { n: 1 }, { n: 2 }], [1, { n: 2 }, { n: 3 }], [2, { n: 1 }, { n: 9 }]])])
    expect((await rowsOf(tried, from)).map((row) => row['n'])).toEqual([3, 9])
  })

  test('name the row that the database refuses, that has a value of no column, and that finds no row', async () => {
    const tried = await open()
    const from = await table(tried)
    await tried.transact([{ insert: from, rows: [{ n: 1, other: 1 }, { n: 1, other: 1 }, { n: 1, other: 1 }] }])
    const ones = (...others: Value[]): One[] => others.map((other, index) => [index + 1, { n: 1 }, { other }])
    expect(await errorFrom(tried.transact([together(from, ones(2, 3, 100))]))).toMatchObject({ code: 'CHECK_VIOLATION', details: { step: 0, row: 2 } })
    expect(await errorFrom(tried.transact([together(from, [...ones(2, 3), [3, { n: 'none' }, { other: 3 }]])]))).toMatchObject({ code: 'VALUE_INVALID', details: { step: 0, row: 2 } })
    expect(await errorFrom(tried.transact([together(from, [...ones(2), [7, { n: 1 }, { other: 3 }]])]))).toMatchObject({ code: 'ROW_COUNT_MISMATCH', details: { step: 0, row: 1, expected: 1, found: 0 } })
    expect((await tried.query({ from, columns: ['other'] })).map((row) => row['other'])).toEqual([1, 1, 1])
  })

  test('use keys of earlier steps, columns without a type, and conditions that do not name the key', async () => {
    const tried = await open()
    const from = await table(tried)
    const results = await tried.transact([
      { insert: from, columns: ['n'], rows: [[1], [2]] },
      { update: from, columns: ['n', 'code'], same: [{ column: 'id' }, { column: 'code' }], rows: [1, 2].map((id) => [{ keyOf: 0, row: 2 - id }, 'x', id, null]) },
      { update: from, columns: ['code'], same: [{ column: 'n', type: 'integer' }], rows: [['y', 1], ['z', 2]] },
    ])
    expect(results.slice(1)).toEqual([{ affected: 2, keys: [] }, { affected: 2, keys: [] }])
    expect((await rowsOf(tried, from)).map(({ n, code }) => [n, code])).toEqual([[2, 'z'], [1, 'y']])
    expect(await errorFrom(tried.transact([{ update: from, columns: ['n'], same: [{ column: 'code' }], rows: [[1, 'z'], [1, 'none']] }]))).toMatchObject({ code: 'ROW_COUNT_MISMATCH', details: { step: 0, row: 1, found: 0 } })
  })

  test('are refused where a row has other values than the step names, or a column is named twice', async () => {
    const tried = await open()
    const from = await table(tried)
    const same = [{ column: 'id' }]
    expect(await errorFrom(tried.transact([{ update: from, columns: ['n'], same, rows: [[1], [1, 1]] }]))).toMatchObject({ code: 'PLAN_INVALID' })
    expect(await errorFrom(tried.transact([{ update: from, columns: ['n', 'n'], same, rows: [[1, 1, 1]] }]))).toMatchObject({ code: 'PLAN_INVALID' })
    expect(await errorFrom(tried.transact([{ insert: from, columns: ['n', 'n'], rows: [[1, 1]] }]))).toMatchObject({ code: 'PLAN_INVALID' })
    expect(await errorFrom(tried.transact([{ insert: from, columns: ['n'], rows: [[1], [1, 2]] }]))).toMatchObject({ code: 'PLAN_INVALID' })
  })
})
