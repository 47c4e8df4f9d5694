import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import type { Plan } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'

const rows = 300_000
const sql = `create table t (id integer primary key, n integer, price decimal_text, filler text);
  with recursive counter (x) as (select 1 union all select x + 1 from counter where x < ${rows}) insert into t select x, x % 1000, (x % 100) || '.5', 'filler of the row' from counter`

/** How often the event loop came round while the work went on. */
async function turnsWhile<T>(work: Promise<T>): Promise<[T, number]> {
  let turns = 0
  let timer = setTimeout(function turn() {
    turns++
    timer = setTimeout(turn, 1)
  }, 1)
  try {
    return [await work, turns]
  } finally {
    clearTimeout(timer)
  }
}

test('aggregates and exports of a large file leave the event loop to others', async () => {
  const { storage, dispose } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase(sql) } })
  await storage.query({ source: 'data', from: 't', aggregates: [{ fn: 'count', as: 'n' }] }, makeCall())
  const plan: Plan = { source: 'data', from: 't', aggregates: [{ fn: 'count', as: 'n' }, { fn: 'sum', column: 'price', type: 'decimal', as: 'sum' }] }
  const [summed, whileSumming] = await turnsWhile(storage.query(plan, makeCall()))
  expect(summed.rows).toEqual([{ n: rows, sum: '15000000' }])
  expect(whileSumming).toBeGreaterThan(10)
  const export_ = storage.stream({ source: 'data', from: 't', columns: ['id', 'filler'], order: [{ column: 'filler' }, { column: 'n', desc: true }] }, makeCall())[Symbol.asyncIterator]()
  const [first, whileSorting] = await turnsWhile(export_.next())
  expect(first.done).toBe(false)
  expect(whileSorting).toBeGreaterThan(10)
  await export_.return?.(undefined)
  await dispose()
})

test('what the thread reads is what the last change left, and ends with its call, its consumer and its source', async () => {
  const { storage, dispose } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase(sql) } })
  const count: Plan = { source: 'data', from: 't', aggregates: [{ fn: 'count', as: 'n' }] }
  await storage.transact({ source: 'data', steps: [{ remove: 't', where: { column: 'id', op: '<=', value: 10 } }] }, makeCall())
  expect((await storage.query(count, makeCall())).rows).toEqual([{ n: rows - 10 }])
  expect(await codeFrom(storage.query(count, makeCall({ deadline: Date.now() })))).toBe('CANCELLED')
  const plan: Plan = { source: 'data', from: 't' }
  for (let round = 0; round < 40; round++) for await (const batch of storage.stream(plan, makeCall())) if (batch.rows.length > 0) break
  const controller = new AbortController()
  const stream = storage.stream(plan, makeCall({ signal: controller.signal }))[Symbol.asyncIterator]()
  await stream.next()
  controller.abort()
  expect(await codeFrom(stream.next())).toBe('CANCELLED')
  const wrong: Plan = { ...count, aggregates: [{ fn: 'sum', column: 'n', as: 'sum' }], where: { term: { op: '>', of: [{ op: '-', of: [{ column: 'filler', type: 'date' }, { column: 'filler', type: 'date' }], type: 'duration' }, { value: '1', type: 'duration' }], type: 'boolean' } } }
  expect((await storage.query(wrong, makeCall())).rows).toEqual([{ sum: null }])
  const left = storage.stream(plan, makeCall())[Symbol.asyncIterator]()
  await left.next()
  await dispose()
  expect((await errorFrom(left.next())).message).toContain('the data source was closed')
})
