import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import type { Filter, Plan, Row } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'

// Ten columns, so that a page holds 2,000 rows; keys are spread from below zero to beyond what a number holds.
const count = 5_000
const columns = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'] as const
const tables = `
  pragma journal_mode = wal;
  create table big (id integer primary key, ${columns.join(', ')});
  insert into big (id, ${columns.join(', ')}) select (value - 2500) * 4000000000000, ${columns.map((_, index) => `value % ${index + 2}`).join(', ')} from generate_series(1, ${count});
  create table texts (code text primary key, ${columns.join(', ')});
  insert into texts select 'k' || id, ${columns.join(', ')} from big;
`.replace(`generate_series(1, ${count})`, `(with recursive n (value) as (select 1 union all select value + 1 from n where value < ${count}) select value from n)`)

const id = { column: 'id', type: 'integer' } as const
const all: Omit<Plan, 'source'> = { from: 'big', columns: [id, ...columns], order: [id] }

async function started() {
  const { storage } = await startStorage({ shop: { kind: 'sqlite', file: makeDatabase(tables) } })
  const rows = async (plan: Omit<Plan, 'source'>): Promise<readonly Row[]> => (await storage.query({ source: 'shop', ...plan }, makeCall())).rows
  const remove = (where: Filter): Promise<unknown> => storage.transact({ source: 'shop', steps: [{ remove: 'big', where }] }, makeCall())
  return { rows, remove }
}

describe('a query of more rows than are read in one go', () => {
  test('answers all of them in the order of their keys, of whatever size', async () => {
    const { rows } = await started()
    const found = await rows(all)
    expect(found).toHaveLength(count)
    const keys = found.map((row) => BigInt(row['id'] as number | string))
    expect(keys).toEqual(keys.toSorted((a, b) => (a < b ? -1 : 1)))
    expect([keys[0], keys.at(-1), typeof found.at(-1)?.['id']]).toEqual([-9_996_000_000_000_000n, 10_000_000_000_000_000n, 'string'])
    expect(await rows({ ...all, as: 'x', columns: [{ ...id, of: 'x', as: 'key' }, ...columns], order: [{ ...id, of: 'x' }], limit: 4_999 })).toEqual(found.slice(0, -1).map(({ id: key, ...row }) => ({ key, ...row })))
  })

  test('answers the same where its order is another, or its key is no number', async () => {
    const { rows } = await started()
    const found = await rows(all)
    expect(await rows({ ...all, order: [{ ...id, desc: true }] })).toEqual(found.toReversed())
    expect(await rows({ ...all, offset: 1 })).toEqual(found.slice(1))
    expect(await rows({ from: 'texts', order: [{ column: 'code' }] })).toHaveLength(count)
  })

  test('answers all rows where the same statement has now many and now few', async () => {
    const { rows } = await started()
    const found = await rows(all)
    const upTo = (most: number): Promise<readonly Row[]> => rows({ ...all, where: { ...id, op: '<=', value: found[most - 1]?.['id'] ?? 0 }, order: [{ ...id, desc: true }] })
    for (const most of [10, 5_000, 10, 4_000, 999, 20]) expect(await upTo(most)).toEqual(found.slice(0, most).toReversed())
  })

  test('answers those that meet a condition', async () => {
    const { rows } = await started()
    const found = await rows(all)
    expect(await rows({ ...all, where: { or: [{ column: 'b', op: '==', value: 0 }, { column: 'c', op: '!=', value: 1 }] } })).toEqual(found.filter((row) => row['b'] === 0 || row['c'] !== 1))
  })

  test('sees one state, whatever changes meanwhile', async () => {
    const { rows, remove } = await started()
    const found = await rows(all)
    const reading = rows(all)
    await setImmediate()
    await remove({ and: [] })
    expect(await reading).toEqual(found)
    expect(await rows(all)).toEqual([])
  })

  test('gives values the names that the plan says, whatever they are', async () => {
    const { rows } = await started()
    const names = ['a"b', 'a\0b', '\ud800', 'c1', 'rowid', 'constructor', "'); drop table big; --"]
    const [row] = await rows({ from: 'big', columns: names.map((as) => ({ column: 'b', as })), order: [{ column: 'c', desc: true }, id], limit: 1 })
    expect(row).toEqual(Object.fromEntries(names.map((as) => [as, 0])))
    expect(await rows({ from: 'big', columns: [{ column: 'b', as: 'id' }, { column: 'id', type: 'integer', as: 'b' }], order: [{ ...id, desc: true }], limit: 1 })).toEqual([{ id: 2, b: '10000000000000000' }])
  })

  test('refuses more rows than an answer may have', async () => {
    const { rows } = await started()
    const twice = { ...all, joins: [{ table: 'texts', as: 't', on: [{ left: { column: 'a', of: 'big' }, right: { column: 'a', of: 't' } }] }], columns: [{ ...id, of: 'big' }], order: [{ ...id, of: 'big' }] }
    expect(await errorFrom(rows(twice))).toMatchObject({ code: 'LIMIT_EXCEEDED' })
  })
})
