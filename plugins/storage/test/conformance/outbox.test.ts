import mysql from 'mysql2/promise'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { codeFrom } from '../../../../test/failures.ts'
import { freshDatabase } from '../../../../test/databases.ts'
import { makeCall, startStorage } from '../harness.ts'
import type { SourceConfig } from '../../src/config.ts'
import { isMysql, onEachDatabase, type Kind } from './each-database.ts'

const as = (component: string) => makeCall({ caller: { component, identity: component, permissions: [], grants: [] } })

onEachDatabase('durable events', (open, kind) => {
  test('are there with the change that they report, know the key that it generated, and come in order until they are acknowledged', async () => {
    const { storage, source, table, transact } = await open('own')
    const deals = await table({ id: 'key', name: 'text' })
    const next = async (): Promise<unknown[]> => (await storage.events({ source, consumer: 'mails', topics: ['sales.won', 'sales.lost'], from: 'begin' }, as('mailer'))).events.map(({ seq, topic, subject, payload }) => [seq, topic, subject, payload])
    expect(await transact([{ insert: deals, rows: [{ name: 'a' }], types: { name: 'text' } }, { emit: 'sales.won', payload: { by: 'Ada', amounts: ['1.50', null] }, subject: { keyOf: 0 } }])).toEqual([{ affected: 1, keys: [{ id: 1 }] }, { affected: 1, keys: [] }])
    await transact([{ emit: 'other.happened', payload: 1 }, { emit: 'sales.lost', payload: null, subject: 'x' }])
    expect(await next()).toEqual([[1, 'sales.won', '1', { by: 'Ada', amounts: ['1.50', null] }], [3, 'sales.lost', 'x', null]])
    await storage.acknowledge({ source, consumer: 'mails', seq: 1 }, as('mailer'))
    await storage.acknowledge({ source, consumer: 'mails', seq: 0 }, as('mailer'))
    expect(await next()).toEqual([[3, 'sales.lost', 'x', null]])
    expect((await storage.events({ source, consumer: 'mails', topics: ['sales.won'], from: 'begin' }, as('reports'))).events).toHaveLength(1)
    expect((await storage.events({ source, consumer: 'late', topics: ['sales.lost'], from: 'now' }, as('reports'))).events).toEqual([])
  })

  test('that are not there yet cannot be acknowledged, for they would never come', async () => {
    const { storage, source, transact } = await open('own')
    await transact([{ emit: 'sales.won', payload: 1 }])
    const [first] = (await storage.events({ source, consumer: 'mails', topics: ['sales.won'], from: 'begin' }, as('mailer'))).events
    expect(await codeFrom(storage.acknowledge({ source, consumer: 'mails', seq: (first?.seq ?? 0) + 1 }, as('mailer')))).toBe('VALUE_INVALID')
    await storage.acknowledge({ source, consumer: 'mails', seq: first?.seq ?? 0 }, as('mailer'))
    await transact([{ emit: 'sales.won', payload: 2 }])
    expect((await storage.events({ source, consumer: 'mails', topics: ['sales.won'], from: 'begin' }, as('mailer'))).events.map(({ payload }) => payload)).toEqual([2])
  })

  test('are not there where the change is not', async () => {
    const { storage, source, table, transact } = await open('own')
    const deals = await table({ id: 'key', name: 'text' })
    expect(await codeFrom(transact([{ insert: deals, rows: [{ name: 'a' }], types: { name: 'text' } }, { update: deals, set: { name: 'b' }, where: { column: 'id', op: '==', value: 7 }, expect: 1 }, { emit: 'sales.never', payload: {} }]))).toBe('ROW_COUNT_MISMATCH')
    expect(await codeFrom(transact([{ emit: 'sales.never', payload: {} }, { insert: deals, rows: [{ name: 'a' }] }]))).toBe('PLAN_INVALID')
    expect((await storage.events({ source, consumer: 'mails', topics: ['sales.never'], from: 'begin' }, as('mailer'))).events).toEqual([])
  })

  test('are handled once, however often they are delivered, and nothing of a second time stays', async () => {
    const { storage, source, table, transact, query } = await open('own')
    const mails = await table({ id: 'key', address: 'text' })
    await transact([{ emit: 'sales.mailed', payload: {} }])
    const [event] = (await storage.events({ source, consumer: 'mails', topics: ['sales.mailed'], from: 'begin' }, as('mailer'))).events
    const handle = (consumer: string, component: string) => storage.transact({ source, steps: [{ insert: mails, rows: [{ address: consumer }], types: { address: 'text' } }, { handled: { consumer, id: event?.id ?? '' } }] }, as(component))
    const outcomes = await Promise.allSettled([handle('mails', 'mailer'), handle('mails', 'mailer'), handle('mails', 'mailer')])
    expect(outcomes.map((one) => (one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code)).toSorted()).toEqual(['ALREADY_HANDLED', 'ALREADY_HANDLED', 'done'])
    await handle('other', 'mailer')
    await handle('mails', 'reports')
    expect((await query({ from: mails, columns: [{ column: 'address', type: 'text' }], order: [{ column: 'id' }] })).map(({ address }) => address)).toEqual(['mails', 'other', 'mails'])
  })

  test('of many at once are seen by a reader that acknowledges each: none is passed over', async () => {
    const { storage, source, table } = await open('own')
    const deals = await table({ id: 'key', name: 'text' })
    const seen: string[] = []
    let writing = true
    const reader = (async () => {
      for (let empty = 0; empty < 2; ) {
        const mayCome = writing
        const { events } = await storage.events({ source, consumer: 'all', topics: ['sales.many'], from: 'begin', limit: 3 }, as('reader'))
        seen.push(...events.map(({ subject }) => String(subject)))
        const last = events.at(-1)
        if (last) await storage.acknowledge({ source, consumer: 'all', seq: last.seq }, as('reader'))
        empty = last || mayCome ? 0 : empty + 1
      }
    })()
    const names = Array.from({ length: 24 }, (_, index) => `n${index}`)
    await Promise.all(names.map(async (name) => await storage.transact({ source, steps: [{ insert: deals, rows: [{ name }], types: { name: 'text' } }, { emit: 'sales.many', payload: {}, subject: name }] }, makeCall())))
    writing = false
    await reader
    expect(seen.toSorted()).toEqual(names.toSorted())
  })

  test('that are forgotten after a week leave no number that comes again', async () => {
    const { storage, source, transact, query } = await open('own')
    const next = async () => (await storage.events({ source, consumer: 'mails', topics: ['sales.old'], from: 'now' }, as('mailer'))).events
    await next()
    await transact([1, 2, 3].map((payload) => ({ emit: 'sales.old', payload })))
    const seq = (await next()).at(-1)?.seq ?? 0
    await transact([
      { update: 'caruso_events', set: { at: '2026-01-01T00:00:00Z' }, types: { at: 'instant' }, where: { and: [] } },
      { update: 'caruso_cursors', set: { seq }, where: { column: 'consumer', op: '!=', value: '' } },
    ])
    await storage.acknowledge({ source, consumer: 'mails', seq }, as('mailer'))
    expect(await query({ from: 'caruso_events', columns: ['seq'] })).toEqual([{ seq }])
    await transact([{ emit: 'sales.old', payload: 'new' }])
    expect((await next()).map(({ payload }) => payload)).toEqual(['new'])
  })

  test('with a payload that is no JSON value, or one that is nested without end, are refused', async () => {
    const { transact } = await open('own')
    let nested: unknown = 1
    for (let depth = 0; depth < 100_000; depth++) nested = [nested]
    for (const payload of [nested, undefined, () => 1]) await expect(transact([{ emit: 'sales.won', payload }])).rejects.toMatchObject({ code: 'VALUE_INVALID' })
  })

  test('of topics that a consumer does not ask for are passed over where they are many, and none of its own', async () => {
    const { storage, source, transact, query } = await open('own')
    const next = async () => (await storage.events({ source, consumer: 'rare', topics: ['sales.rare'], from: 'now' }, as('mailer'))).events
    const come = async () => (await query({ from: 'caruso_cursors', columns: ['seq'], where: { column: 'consumer', op: '==', value: 'mailer/rare' } })).map(({ seq }) => seq)
    expect(await next()).toEqual([])
    const [from] = await come()
    await transact([{ emit: 'sales.rare', payload: 1 }, ...Array.from({ length: 1_000 }, () => ({ emit: 'sales.usual', payload: 1 }))])
    const [rare] = await next()
    expect(await come()).toEqual([from])
    await storage.acknowledge({ source, consumer: 'rare', seq: rare?.seq ?? 0 }, as('mailer'))
    expect(await next()).toEqual([])
    expect(await come()).toEqual([(rare?.seq ?? 0) + 1_000])
    await transact([{ emit: 'sales.rare', payload: 2 }])
    expect((await next()).map(({ payload }) => payload)).toEqual([2])
  })

  // SQLite has one writer at a time.
  if (kind !== 'sqlite') test('have their tables, though the first caller that needs them does not wait', async () => {
    const { storage } = await startStorage({ data: await freshDatabase(kind) })
    const next = (deadline: number) => storage.events({ source: 'data', consumer: 'mails', topics: ['sales.won'], from: 'begin' }, makeCall({ deadline }))
    const [hasty, patient] = await Promise.allSettled([next(Date.now() + 5), next(Date.now() + 10_000)])
    expect([hasty, patient]).toEqual([{ status: 'rejected', reason: expect.objectContaining({ code: 'CANCELLED' }) }, { status: 'fulfilled', value: { events: [] } }])
  })

  if (kind !== 'sqlite') test('wait for those that were numbered before them, though their transaction is slow', async () => {
    const { config, storage, source, transact } = await open('own')
    const next = async (): Promise<unknown[]> => (await storage.events({ source, consumer: 'slow', topics: ['sales.slow'], from: 'begin' }, as('reader'))).events.map(({ subject }) => subject)
    expect(await next()).toEqual([])
    const other = await rawConnection(kind, config)
    await using _other = { [Symbol.asyncDispose]: async () => await other.end() }
    await other.run('begin')
    await other.run("update caruso_cursors set seq = 0 where consumer = ''")
    await other.run(`insert into caruso_events (id, topic, subject, payload, at) values (${kind === 'mysql' && isMysql ? "x'00000000000040008000000000000001'" : "'00000000-0000-4000-8000-000000000001'"}, 'sales.slow', 'first', '1', '2026-01-01 00:00:00')`)
    let done = false
    const second = transact([{ emit: 'sales.slow', payload: 2, subject: 'second' }]).then(() => (done = true))
    await pause(300)
    expect([done, await next()]).toEqual([false, []])
    await other.run('commit')
    await second
    expect(await next()).toEqual(['first', 'second'])
  })

  test('of a call that is repeated under its key are written once', async () => {
    const { storage, source, table } = await open('own')
    const deals = await table({ id: 'key', name: 'text' })
    const steps = [{ insert: deals, rows: [{ name: 'a' }], types: { name: 'text' as const } }, { emit: 'sales.once', payload: {}, subject: { keyOf: 0 } }]
    const first = await storage.transact({ source, steps }, makeCall({ key: 'one' }))
    expect(await storage.transact({ source, steps }, makeCall({ key: 'one' }))).toEqual(first)
    expect((await storage.events({ source, consumer: 'all', topics: ['sales.once'], from: 'begin' }, makeCall())).events).toHaveLength(1)
  })
})

/** A connection of another program to a server. */
async function rawConnection(kind: Kind, config: SourceConfig): Promise<{ run(sql: string): Promise<unknown>; end(): Promise<void> }> {
  if (config.kind === 'sqlite') throw new TypeError('Connected to a server: SQLite has none')
  const { host = '127.0.0.1', port, user, password, database } = config as { readonly host?: string; readonly port: number; readonly user: string; readonly password: string; readonly database: string }
  if (kind === 'pg') {
    const client = new pg.Client({ host, port, user, password, database })
    await client.connect()
    return { run: async (sql) => await client.query(sql), end: async () => await client.end() }
  }
  const connection = await mysql.createConnection({ host, port, user, password, database })
  return { run: async (sql) => await connection.query(sql), end: async () => await connection.end() }
}
