import type { Call } from '@caruso/contract'
import { describe, expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../../test/databases.ts'
import { codeFrom } from '../../../../test/failures.ts'
import type { Plan, Step } from '../../src/contract.ts'
import { gate } from '../gate.ts'
import type { Gate } from '../gate.ts'
import { makeCall, startStorage } from '../harness.ts'
import type { Started } from '../harness.ts'

interface Opened extends Started {
  readonly way: Gate
  /** How many rows `t` has, as others see them. */
  count(): Promise<unknown>
}

const plan: Plan = { source: 'crm', from: 't' }
const insert: readonly Step[] = [{ insert: 't', rows: [{ n: 1 }] }]

/** A source that reaches its server through a gate, with a table `t` of 2,000 rows. */
async function opened(kind: 'pg' | 'mysql', connections: number): Promise<Opened> {
  const database = await freshDatabase(kind)
  const way = await gate(database.port)
  const other = (await startStorage({ crm: database })).storage
  await other.sql({ source: 'crm', sql: 'create table t (n bigint)', write: true }, makeCall())
  await other.transact({ source: 'crm', steps: [{ insert: 't', rows: Array.from({ length: 2_000 }, (_, n) => ({ n })) }] }, makeCall())
  const started = await startStorage({ crm: { ...database, port: way.port, connections } })
  return { ...started, way, count: async () => (await other.query({ ...plan, aggregates: [{ fn: 'count', as: 'n' }] }, makeCall())).rows[0]?.['n'] }
}

function cancellable(): { readonly call: Call; cancel(): void } {
  const controller = new AbortController()
  return { call: makeCall({ signal: controller.signal }), cancel: () => controller.abort() }
}

describe.each(['pg', 'mysql'] as const)('a call that is over, on a server of kind %s,', (kind) => {
  describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)('sends', () => {
    test.each(['cancelled', 'closed'] as const)('no statement, though its connection was only opened when it was %s', async (how) => {
      const { storage, way, count, dispose } = await opened(kind, 2)
      const { call, cancel } = cancellable()
      way.hold()
      const writing = codeFrom(storage.sql({ source: 'crm', sql: 'delete from t', write: true }, call))
      await expect.poll(() => way.connections).toBe(1)
      if (how === 'cancelled') cancel()
      const closed = how === 'closed' ? dispose() : undefined
      way.flow()
      expect(await writing).toBe(how === 'cancelled' ? 'CANCELLED' : 'SOURCE_CLOSED')
      expect(await count()).toBe(2_000)
      await closed
      if (closed) await expect.poll(() => way.connections).toBe(0)
    })

    test('no second statement of its transaction, and no commit', async () => {
      const { storage, way, count } = await opened(kind, 1)
      const { call, cancel } = cancellable()
      await storage.query(plan, makeCall())
      way.hold()
      const writing = codeFrom(storage.transact({ source: 'crm', steps: insert }, call))
      await new Promise((resolve) => setImmediate(resolve))
      cancel()
      way.flow()
      expect(await writing).toBe('CANCELLED')
      expect(await count()).toBe(2_000)
    })

    test('nothing for a consumer that never comes back, and leaves its connection to others', async () => {
      const { storage } = await opened(kind, 3)
      const { call, cancel } = cancellable()
      const first = async (call_: Call): Promise<unknown> => (await storage.stream(plan, call_)[Symbol.asyncIterator]().next()).done
      expect(await first(call)).toBe(false)
      await expect(first(makeCall({ deadline: Date.now() + 300 }))).rejects.toThrow(/^Waited \d+ ms for a connection to data source "crm": the 1 that streams may hold are in use$/)
      cancel()
      expect(await first(makeCall({ deadline: Date.now() + 5_000 }))).toBe(false)
    })

    test('nothing more to a server that does not answer, and its source can be closed', async () => {
      const { storage, way, dispose } = await opened(kind, 3)
      await Promise.all([storage.query(plan, makeCall()), storage.query(plan, makeCall())])
      way.hold()
      const began = Date.now()
      expect(await codeFrom(storage.query({ ...plan, limit: 1 }, makeCall({ deadline: Date.now() + 300 })))).toBe('CANCELLED')
      await dispose()
      expect(Date.now() - began).toBeLessThan(6_000)
      way.flow()
      await expect.poll(() => way.connections).toBe(0)
    })
  })
})
