import { describe, expect, test } from 'vitest'
import { join } from 'node:path'
import { codeFrom } from '../../../test/failures.ts'
import type { Row } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage, temporaryFolder } from './harness.ts'
import type { Started } from './harness.ts'

const numbers = (count: number): string => `create table numbers (n integer primary key, text text);
  insert into numbers with recursive c(n) as (select 1 union all select n + 1 from c where n < ${count}) select n, printf('text %d', n) from c`

async function started(count: number): Promise<Started> {
  return startStorage({ data: { kind: 'sqlite', file: makeDatabase(numbers(count)) } })
}

const plan = { source: 'data', from: 'numbers', order: [{ column: 'n' }] }

describe('stream', () => {
  test('answers every row once, in order, in small batches', async () => {
    const { storage } = await started(20_000)
    const all: (Row[string] | undefined)[] = []
    for await (const { rows } of storage.stream(plan, makeCall())) {
      expect(rows.length).toBeGreaterThan(0)
      expect(rows.length).toBeLessThanOrEqual(256)
      all.push(...rows.map((row) => row['n']))
    }
    expect(all).toEqual(Array.from({ length: 20_000 }, (_, index) => index + 1))
  })

  test('leaves the event loop to others while it reads', async () => {
    const { storage } = await started(50_000)
    let turns = 0
    let reading = true
    const turn = (): void => {
      turns++
      if (reading) setImmediate(turn)
    }
    setImmediate(turn)
    let batches = 0
    for await (const { rows } of storage.stream(plan, makeCall())) batches += Math.min(rows.length, 1)
    reading = false
    expect(turns).toBeGreaterThanOrEqual(batches - 1)
  })

  test('keeps to filter, limit and offset, and ends at once when there is nothing', async () => {
    const { storage } = await started(10)
    const read = async (part: object): Promise<number> => {
      let count = 0
      for await (const { rows } of storage.stream({ ...plan, ...part }, makeCall())) count += rows.length
      return count
    }
    expect(await read({ limit: 3 })).toBe(3)
    expect(await read({ offset: 8 })).toBe(2)
    expect(await read({ where: { column: 'n', op: '>', value: 100 } })).toBe(0)
  })

  test.each(['file', 'memory'])('shows the rows of a %s as they were when it began, and does not stand in the way of changes', async (where) => {
    const { storage } = await startStorage({ data: { kind: 'sqlite', file: where === 'memory' ? ':memory:' : join(temporaryFolder(), 'new.db') } })
    for (const sql of numbers(1000).split(';')) await storage.sql({ source: 'data', sql, write: true }, makeCall())
    let seen = 0
    for await (const { rows } of storage.stream(plan, makeCall())) {
      if (seen === 0) await storage.transact({ source: 'data', steps: [{ remove: 'numbers', where: { and: [] } }] }, makeCall())
      seen += rows.length
    }
    expect(seen).toBe(1000)
    expect((await storage.query(plan, makeCall())).rows).toEqual([])
  })

  test('lets go of its connection when the consumer stops, fails, or cancels while it pauses', async () => {
    const { storage } = await started(5000)
    const controller = new AbortController()
    for (let round = 0; round < 100; round++) {
      for await (const { rows } of storage.stream(plan, makeCall())) if (rows.length > 0) break
      const failing = (async () => {
        for await (const { rows } of storage.stream(plan, makeCall())) throw new Error(`consumer failed at ${rows.length}`)
      })()
      await expect(failing).rejects.toThrow('consumer failed')
    }
    const paused = Array.from({ length: 30 }, () => storage.stream(plan, makeCall({ signal: controller.signal }))[Symbol.asyncIterator]())
    for (const stream of paused) await stream.next()
    expect(await codeFrom(drain(storage.stream(plan, makeCall())))).toBe(undefined)
    controller.abort()
    expect(await codeFrom(drain(storage.stream(plan, makeCall())))).toBe(undefined)
    const others = Array.from({ length: 30 }, () => storage.stream(plan, makeCall())[Symbol.asyncIterator]())
    for (const stream of others) expect((await stream.next()).done).toBe(false)
    for (const stream of paused) expect(await codeFrom(stream.next())).toBe('CANCELLED')
  })

  test('refuses more streams than there may be, and works again when some have ended', async () => {
    const { storage } = await started(5000)
    const open = Array.from({ length: 32 }, () => storage.stream(plan, makeCall())[Symbol.asyncIterator]())
    for (const stream of open) await stream.next()
    expect(await codeFrom(drain(storage.stream(plan, makeCall({ deadline: Date.now() + 50 }))))).toBe('SOURCE_BUSY')
    for (const stream of open) await stream.return?.()
    expect(await codeFrom(drain(storage.stream(plan, makeCall())))).toBe(undefined)
  })

  test('ends with a clear error when the storage is disposed', async () => {
    const { storage, dispose } = await started(5000)
    const stream = storage.stream(plan, makeCall())[Symbol.asyncIterator]()
    await stream.next()
    await dispose()
    expect(await codeFrom(stream.next())).toBe('SOURCE_CLOSED')
    expect(await codeFrom(storage.query(plan, makeCall()))).toBe('SOURCE_CLOSED')
  })

  test('refuses a bad plan at the first row that is asked for', async () => {
    const { storage } = await started(1)
    expect(await codeFrom(drain(storage.stream({ source: 'data', from: 'number' }, makeCall())))).toBe('TABLE_UNKNOWN')
  })
})

async function drain(items: AsyncIterable<{ readonly rows: readonly Row[] }>): Promise<void> {
  for await (const { rows } of items) if (rows.length === 0) throw new Error('Read a batch: it is empty')
}
