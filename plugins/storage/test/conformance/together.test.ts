import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errorFrom } from '../../../../test/failures.ts'
import type { Row, Step, StepResult, Value } from '../../src/contract.ts'
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

/** An update of one row that is as it was seen. */
function update(table: string, id: Value, seen: Partial<Whole>, set: Readonly<Record<string, Value>>): Step {
  const and = [{ column: 'id', op: '==', value: id, type: 'integer' } as const, ...Object.entries(seen).map(([column, value]) => ({ column, op: '==', value, type: types[column as Column] }) as const)]
  return { update: table, set, types, where: { and }, expect: 1 }
}

/** The same step for each database, which yet is unlike every other. */
const unlike = (step: Step, index: number): Step => ('update' in step ? { ...step, where: { and: [step.where, ...Array.from({ length: index }, () => ({ and: [] }))] } } : step)

async function outcome(tried: Tried, from: string, steps: readonly Step[]): Promise<{ readonly results?: readonly StepResult[]; readonly failed?: unknown; readonly rows: readonly Row[] }> {
  const details = ({ step, expected, found }: { readonly step?: number; readonly expected?: number; readonly found?: number } = {}): object => ({ step, expected, found })
  try {
    return { results: await tried.transact(steps), rows: await rowsOf(tried, from) }
  } catch (error) {
    const { code, details: told } = error as { readonly code: string; readonly details: object }
    return { failed: { code, ...details(told) }, rows: await rowsOf(tried, from) }
  }
}

onEachDatabase('updates that are alike', (open) => {
  test('do what they do one after the other, and fail at the same step', async () => {
    const tried = await open()
    const from = await table(tried)
    const object = fc.record(values)
    const change = fc.record({ at: fc.nat(4), set: object, stale: fc.oneof({ arbitrary: fc.constant({}), weight: 9 }, { arbitrary: fc.record({ code: values.code, n: values.n }), weight: 1 }), gone: fc.constantFrom(false, false, false, false, false, false, true) })
    await fc.assert(
      fc.asyncProperty(fc.array(object, { minLength: 5, maxLength: 5 }), fc.uniqueArray(change, { minLength: 2, maxLength: 5, selector: ({ at }) => at }), fc.boolean(), async (objects, changes, twice) => {
        const steps = [...changes, ...(twice ? changes.slice(0, 1) : [])].map(({ at, set, stale, gone }) => update(from, gone ? 99 : at + 1, { ...objects[at], ...stale }, set))
        await fill(tried, from, objects)
        const alone = await outcome(tried, from, steps.map(unlike))
        await fill(tried, from, objects)
        expect(await outcome(tried, from, steps)).toEqual(alone)
      }),
      { numRuns: runs },
    )
  }, 20_000 + 100 * runs)

  test('change the same row one after the other', async () => {
    const tried = await open()
    const from = await table(tried)
    await tried.transact([{ insert: from, rows: [{ n: 1 }, { n: 1 }] }])
    await tried.transact([update(from, 1, { n: 1 }, { n: 2 }), update(from, 1, { n: 2 }, { n: 3 }), update(from, 2, { n: 1 }, { n: 9 })])
    expect((await rowsOf(tried, from)).map((row) => row['n'])).toEqual([3, 9])
  })

  test('name the step that the database refuses, that has a value of no column, and that finds no row', async () => {
    const tried = await open()
    const from = await table(tried)
    await tried.transact([{ insert: from, rows: [{ n: 1, other: 1 }, { n: 1, other: 1 }, { n: 1, other: 1 }] }])
    const steps = (...others: Value[]): Step[] => others.map((other, index) => update(from, index + 1, { n: 1 }, { other }))
    expect(await errorFrom(tried.transact(steps(2, 3, 100)))).toMatchObject({ code: 'CHECK_VIOLATION', details: { step: 2 } })
    expect(await errorFrom(tried.transact([...steps(2, 3), update(from, 3, { n: 'none' }, { other: 3 })]))).toMatchObject({ code: 'VALUE_INVALID', details: { step: 2 } })
    expect(await errorFrom(tried.transact([...steps(2), update(from, 7, { n: 1 }, { other: 3 })]))).toMatchObject({ code: 'ROW_COUNT_MISMATCH', details: { step: 1, expected: 1, found: 0 } })
    expect((await tried.query({ from, columns: ['other'] })).map((row) => row['other'])).toEqual([1, 1, 1])
  })

  test('use keys of earlier steps, and rows that name no type', async () => {
    const tried = await open()
    const from = await table(tried)
    const results = await tried.transact([{ insert: from, rows: [{ n: 1 }, { n: 2 }] }, ...[1, 2].map((id) => ({ update: from, set: { n: { keyOf: 0, row: 2 - id }, code: 'x' }, where: { and: [{ column: 'id', op: '==', value: id } as const, { column: 'code', op: '==', value: null } as const] }, expect: 1 }))])
    expect(results.slice(1)).toEqual([{ affected: 1, keys: [] }, { affected: 1, keys: [] }])
    expect((await rowsOf(tried, from)).map(({ n, code }) => [n, code])).toEqual([[2, 'x'], [1, 'x']])
  })
})
