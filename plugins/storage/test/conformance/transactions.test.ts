import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../../test/failures.ts'
import type { Filter, Step } from '../../src/contract.ts'
import { makeCall, startStorage } from '../harness.ts'
import { isMysql, onEachDatabase, streamed } from './each-database.ts'
import type { Tried } from './each-database.ts'

const bigint = { sqlite: 'integer', pg: 'bigint', mysql: 'bigint' }
const always: Filter = { and: [] }

interface Shop {
  readonly customers: string
  readonly orders: string
  readonly lines: string
  count(table: string): Promise<number>
}

async function shop({ table, query, transact }: Tried): Promise<Shop> {
  const code = { sqlite: 'text primary key', pg: 'varchar(20) primary key', mysql: 'varchar(20) primary key' }
  const required = { sqlite: 'text not null', pg: 'text not null', mysql: 'text not null' }
  const customers = await table({ code, name: required, credit: { sqlite: 'integer check (credit >= 0)', pg: 'bigint check (credit >= 0)', mysql: 'bigint check (credit >= 0)' } })
  const orders = await table({ id: 'key', customer: { sqlite: 'text', pg: 'varchar(20)', mysql: 'varchar(20)' }, note: 'text' }, `foreign key (customer) references ${customers} (code)`)
  const lines = await table({ orderid: bigint, lineno: bigint, product: 'text' }, 'primary key (orderid, lineno)')
  await transact([{ insert: customers, rows: [{ code: 'ALFKI', name: 'Alfreds', credit: 5 }, { code: 'BONAP', name: "Bon app'", credit: null }] }])
  const count = async (from: string): Promise<number> => Number((await query({ from, aggregates: [{ fn: 'count', as: 'n' }] }))[0]?.['n'])
  return { customers, orders, lines, count }
}

onEachDatabase('transactions', (open) => {
  test('insert, update and remove in order, with keys of earlier steps, and answer rows and keys', async () => {
    const tried = await open()
    const { orders, lines } = await shop(tried)
    const results = await tried.transact([
      { insert: orders, rows: [{ customer: 'ALFKI', note: 'one' }, { customer: null, note: 'two' }, { customer: null, note: 'three' }] },
      { insert: lines, rows: [{ orderid: { keyOf: 0 }, lineno: 1, product: 'Chai' }, { orderid: { keyOf: 0, row: 2, column: 'id' }, lineno: 1, product: 'Ikura' }] },
      { update: orders, set: { note: null }, where: { column: 'id', op: '<=', value: 2 }, expect: 2 },
      { update: orders, set: { note: null }, where: { column: 'id', op: '<=', value: 2 }, expect: 2 },
      { remove: lines, where: { column: 'product', op: '==', value: 'Ikura' }, expect: 1 },
      { insert: orders, rows: [{}] },
    ])
    expect(results).toEqual([
      { affected: 3, keys: [{ id: 1 }, { id: 2 }, { id: 3 }] },
      { affected: 2, keys: [{ orderid: 1, lineno: 1 }, { orderid: 3, lineno: 1 }] },
      { affected: 2, keys: [] },
      { affected: 2, keys: [] },
      { affected: 1, keys: [] },
      { affected: 1, keys: [{ id: 4 }] },
    ])
  })

  test('insert thousands of rows at once, and answer the key of each', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', number: 'integer' })
    const numbers = Array.from({ length: 2_501 }, (_, index) => index)
    const [result] = await tried.transact([{ insert: from, rows: numbers.map((number) => ({ number })) }])
    expect(result).toEqual({ affected: 2_501, keys: numbers.map((number) => ({ id: number + 1 })) })
    const rows = await tried.query({ from, where: { column: 'id', in: [1, 1_000, 2_501] }, order: [{ column: 'id' }] })
    expect(rows).toEqual([{ id: 1, number: 0 }, { id: 1_000, number: 999 }, { id: 2_501, number: 2_500 }])
    const [removed] = await tried.transact([{ remove: from, where: { column: 'number', in: numbers } }])
    expect(removed).toEqual({ affected: 2_501, keys: [] })
  })

  test('answer keys of every type as their step says', async () => {
    const tried = await open()
    const from = await tried.table({ code: { sqlite: 'uuid_text primary key', pg: 'uuid primary key', mysql: isMysql ? 'binary(16) primary key' : 'uuid primary key' }, n: 'integer' })
    const step: Step = { insert: from, rows: [{ code: '6F9619FF-8B86-D011-B42D-00C04FC964FF', n: 1 }], types: { code: 'uuid' } }
    expect((await tried.transact([step]))[0]?.keys).toEqual([{ code: '6f9619ff-8b86-d011-b42d-00c04fc964ff' }])
  })

  test('are undone whole at every violation, which has the same code everywhere', async () => {
    const tried = await open()
    const { customers, orders, count } = await shop(tried)
    const cases: readonly [string, Step][] = [
      ['UNIQUE_VIOLATION', { insert: customers, rows: [{ code: 'ALFKI', name: 'again', credit: 1 }] }],
      ['FOREIGN_KEY_VIOLATION', { insert: orders, rows: [{ customer: 'NOONE', note: null }] }],
      ['FOREIGN_KEY_VIOLATION', { remove: customers, where: { column: 'code', op: '==', value: 'ALFKI' } }],
      ['NOT_NULL_VIOLATION', { insert: customers, rows: [{ code: 'X', name: null, credit: 1 }] }],
      ['CHECK_VIOLATION', { update: customers, set: { credit: -1 }, where: always }],
      ['ROW_COUNT_MISMATCH', { remove: customers, where: { column: 'code', op: '==', value: 'NOONE' }, expect: 1 }],
      ['TABLE_UNKNOWN', { insert: 'nowhere', rows: [{ a: 1 }] }],
      ['COLUMN_UNKNOWN', { insert: customers, rows: [{ code: 'X', nam: 'y', credit: 1 }] }],
      ['PLAN_INVALID', { insert: orders, rows: [{ note: { keyOf: 5 } }] }],
    ]
    await tried.transact([{ insert: orders, rows: [{ customer: 'ALFKI', note: 'kept' }] }])
    for (const [code, step] of cases) {
      const error = await errorFrom(tried.transact([{ insert: orders, rows: [{ customer: null, note: 'undone' }] }, step]))
      expect([code, error.code, (error.details as { readonly step?: number }).step]).toEqual([code, code, 1])
    }
    expect(await count(orders)).toBe(1)
    expect(await count(customers)).toBe(2)
  })

  test('of many at once never lose an update, and wait for each other without a deadlock', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', n: 'integer', version: 'integer' })
    await tried.transact([{ insert: from, rows: [{ n: 0, version: 0 }, { n: 0, version: 0 }] }])
    const increment = async (id: number): Promise<void> => {
      for (;;) {
        const [row] = await tried.query({ from, where: { column: 'id', op: '==', value: id } })
        const [n, version] = [Number(row?.['n']), Number(row?.['version'])]
        // Each also touches the other row, in the other order: that is a deadlock where rows are locked.
        const own: Step = { update: from, set: { n: n + 1, version: version + 1 }, where: { and: [{ column: 'id', op: '==', value: id }, { column: 'version', op: '==', value: version }] }, expect: 1 }
        const other: Step = { update: from, set: { id: 3 - id }, where: { column: 'id', op: '==', value: 3 - id } }
        const code = await codeFrom(tried.transact([own, other], makeCall({ deadline: Date.now() + 25_000 })))
        if (code === undefined) return
        if (code !== 'ROW_COUNT_MISMATCH') throw new Error(`Incremented: it failed with ${code}`)
      }
    }
    await Promise.all(Array.from({ length: 8 }, (_, index) => increment((index % 2) + 1)))
    expect(await tried.query({ from, columns: ['n', 'version'], order: [{ column: 'id' }] })).toEqual([{ n: 4, version: 4 }, { n: 4, version: 4 }])
  })

  test('with a key happen once, also when the same comes twice at once, and across a restart', async () => {
    const tried = await open('own')
    const { orders } = await shop(tried)
    const steps: Step[] = [{ insert: orders, rows: [{ customer: null, note: 'once' }] }]
    const call = (): ReturnType<typeof makeCall> => makeCall({ key: `key of ${orders}` })
    const answers = await Promise.all(Array.from({ length: 5 }, () => tried.transact(steps, call())))
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await codeFrom(tried.transact([{ remove: orders, where: always }], call()))).toBe('KEY_REUSED')
    await tried.dispose()
    const again = await startStorage({ data: tried.config })
    expect((await again.storage.transact({ source: 'data', steps }, call())).results).toEqual(answers[0])
    const { rows } = await again.storage.query({ source: 'data', from: orders }, makeCall())
    // Which number it has is the database's: one that was tried and undone is not given again.
    expect(rows).toEqual([{ id: answers[0]?.[0]?.keys[0]?.['id'], customer: null, note: 'once' }])
  })

  test('of a cancelled call do nothing, and a waiting one ends when its call does', async () => {
    const tried = await open()
    const { orders, count } = await shop(tried)
    const steps: Step[] = [{ insert: orders, rows: [{ customer: null, note: 'x' }] }]
    expect(await codeFrom(tried.transact(steps, makeCall({ signal: AbortSignal.abort() })))).toBe('CANCELLED')
    expect(await codeFrom(tried.transact(steps, makeCall({ deadline: Date.now() - 1 })))).toBe('CANCELLED')
    expect(await count(orders)).toBe(0)
  })
})

onEachDatabase('streams', (open) => {
  test('answer every row once, in order, in small batches, as it was when they began', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', n: 'integer', filler: 'text' })
    const rows = Array.from({ length: 3_000 }, (_, index) => ({ n: index, filler: 'f'.repeat(index % 200) }))
    await tried.transact([{ insert: from, rows }])
    const read: unknown[] = []
    for await (const batch of tried.storage.stream({ source: 'data', from, columns: ['n'], order: [{ column: 'id' }] }, makeCall())) {
      expect(batch.rows.length).toBeLessThanOrEqual(256)
      if (read.length === 0) await tried.transact([{ remove: from, where: { column: 'n', op: '>', value: 10 } }])
      read.push(...batch.rows.map(({ n }) => n))
    }
    expect(read).toEqual(rows.map(({ n }) => n))
    expect(await streamed(tried.storage, { from })).toHaveLength(11)
  })

  test('give back what they hold when the consumer stops, the call is cancelled or the source closes', async () => {
    const tried = await open('own')
    const from = await tried.table({ id: 'key', n: 'integer' })
    await tried.transact([{ insert: from, rows: Array.from({ length: 2_000 }, (_, n) => ({ n })) }])
    const plan = { source: 'data', from } as const
    // More than there are connections, so that none can be left behind.
    for (let round = 0; round < 45; round++) for await (const { rows } of tried.storage.stream(plan, makeCall())) if (rows.length > 0) break
    const controller = new AbortController()
    const cancelled = tried.storage.stream(plan, makeCall({ signal: controller.signal }))[Symbol.asyncIterator]()
    await cancelled.next()
    controller.abort()
    expect(await codeFrom(drain(cancelled))).toBe('CANCELLED')
    const open_ = tried.storage.stream(plan, makeCall())[Symbol.asyncIterator]()
    await open_.next()
    await tried.dispose()
    expect(await codeFrom(drain(open_))).toBe('SOURCE_CLOSED')
    expect(await codeFrom(tried.query({ from }))).toBe('SOURCE_CLOSED')
  })

  test('can begin behind some rows, without a limit', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', n: 'integer' })
    await tried.transact([{ insert: from, rows: Array.from({ length: 300 }, (_, n) => ({ n })) }])
    expect(await streamed(tried.storage, { from, columns: ['n'], order: [{ column: 'n' }], offset: 298 })).toEqual([{ n: 298 }, { n: 299 }])
  })

  test('leave room for others: many slow ones do not keep a change waiting', async () => {
    const tried = await open()
    const from = await tried.table({ id: 'key', n: 'integer' })
    await tried.transact([{ insert: from, rows: Array.from({ length: 1_000 }, (_, n) => ({ n })) }])
    const streams = Array.from({ length: 5 }, () => tried.storage.stream({ source: 'data', from }, makeCall())[Symbol.asyncIterator]())
    await Promise.all(streams.map((one) => one.next()))
    await Promise.all(Array.from({ length: 40 }, (_, n) => tried.transact([{ insert: from, rows: [{ n }] }])))
    for (const one of streams) await one.return?.(undefined)
  })
})

async function drain(items: AsyncIterator<unknown>): Promise<void> {
  while (!(await items.next()).done) continue
}
