import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../../test/failures.ts'
import { freshDatabase } from '../../../../test/databases.ts'
import { awaitServer } from '../../src/await-server.ts'
import type { SourceConfig } from '../../src/config.ts'
import type { Filter, Step } from '../../src/contract.ts'
import { heldConnection, runScript } from '../described.ts'
import { gate } from '../gate.ts'
import { makeCall, startStorage } from '../harness.ts'
import { isMysql } from './each-database.ts'

describe.each(['pg', 'mysql'] as const)('a server of kind %s', (kind) => {
  describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)('is', () => {
    // Of a sleep that is all of a statement, MySQL says only that it was shorter.
    const sleep = kind === 'pg' ? 'select pg_sleep(20)' : 'select 1 from (select 1) as one where sleep(20)'

    test('waited for, with a line in the log that has no password', async () => {
      const database = await freshDatabase(kind)
      const way = await gate(database.port)
      way.close()
      const lines: string[] = []
      const log = { debug() {}, info: (_: unknown, text?: string) => void lines.push(String(text)), warn: (_: unknown, text?: string) => void lines.push(String(text)), error() {} }
      const starting = startStorage({ crm: { ...database, port: way.port } }, log)
      while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
      await way.open()
      const { storage } = await starting
      expect((await storage.sources({}, makeCall())).sources).toEqual([{ name: 'crm', kind, readonly: false, ok: true }])
      expect(lines).toEqual([expect.stringMatching(`^Waits for data source "crm": database "${database.database}" at 127.0.0.1:${way.port} as "caruso": .*ECONNREFUSED`), 'Data source "crm" is there'])
      expect(lines.join()).not.toContain(database.password)
    })

    test('not waited for when it answers no', async () => {
      const { password, ...database } = await freshDatabase(kind)
      const began = Date.now()
      const error = await errorFrom(startStorage({ crm: { ...database, password: `not ${password}` } }))
      expect([error.code, error.message]).toEqual(['SOURCE_UNAVAILABLE', expect.stringContaining(`Opened data source "crm": expected database "${database.database}" at 127.0.0.1:${database.port} as "caruso", found`)])
      expect(error.message).not.toContain(password)
      expect((await errorFrom(startStorage({ crm: { ...database, password, database: 'nowhere' } }))).code).toBe('SOURCE_UNAVAILABLE')
      expect(Date.now() - began).toBeLessThan(5_000)
    })

    test('found again after its connections were cut, and unhealthy meanwhile', async () => {
      const database = await freshDatabase(kind)
      const way = await gate(database.port)
      const { storage, health } = await startStorage({ crm: { ...database, port: way.port } })
      const ask = (): Promise<unknown> => storage.sql({ source: 'crm', sql: 'select 1 as x' }, makeCall())
      await Promise.all([ask(), ask()])
      way.close()
      expect(await codeFrom(ask())).toBe('SOURCE_UNAVAILABLE')
      expect(await health()).toEqual({ ok: false, detail: expect.stringContaining('crm') })
      await way.open()
      await ask()
      expect((await health()).ok).toBe(true)
    })

    test('asked to change what was checked: nobody changes it in between', async () => {
      const database = await freshDatabase(kind)
      await runScript(database, `create table account (id int primary key, owner varchar(10), n int); insert into account values (1, 'me', 0), (2, 'me', 0)`)
      const { storage } = await startStorage({ crm: database })
      const is = (column: string, value: string | number): Filter => ({ column, op: '==', value })
      const other = await heldConnection(database)
      await other.run('begin')
      await other.run('update account set n = 1 where id = 2')
      const changed = codeFrom(storage.transact({ source: 'crm', steps: [{ check: 'account', where: { and: [is('id', 1), is('owner', 'me')] }, expect: 1 }, { update: 'account', set: { n: 2 }, where: is('id', 2), expect: 1 }, { update: 'account', set: { n: 2 }, where: is('id', 1), expect: 1 }] }, makeCall()))
      // By now it waits for the second row.
      await pause(300)
      // Each waits for the other's row: the database lets one of them go on.
      const refused = await codeFrom(other.run(`update account set owner = 'other' where id = 1`))
      await other.run(refused === undefined ? 'commit' : 'rollback')
      expect([refused, await changed]).toEqual(refused === undefined ? [undefined, 'ROW_COUNT_MISMATCH'] : [expect.stringMatching(/DEADLOCK|40P01/), undefined])
    })

    test('told to stop what nobody waits for any more', async () => {
      const database = await freshDatabase(kind)
      const { storage } = await startStorage({ crm: database })
      const began = Date.now()
      expect(await codeFrom(storage.sql({ source: 'crm', sql: sleep }, makeCall({ deadline: Date.now() + 200 })))).toBe('CANCELLED')
      const controller = new AbortController()
      const cancelled = codeFrom(storage.sql({ source: 'crm', sql: sleep }, makeCall({ signal: controller.signal })))
      setTimeout(() => controller.abort(), 100)
      expect(await cancelled).toBe('CANCELLED')
      const running = kind === 'pg' ? `select count(*) as n from pg_stat_activity where query like '%pg_sleep(20)' and state = 'active' and pid <> pg_backend_pid()` : `select count(*) as n from information_schema.processlist where info = '${sleep}'`
      await expect.poll(async () => (await storage.sql({ source: 'crm', sql: running }, makeCall())).rows).toEqual([{ n: 0 }])
      expect(Date.now() - began).toBeLessThan(5_000)
    })

    test('asked again what its tables are when another has changed them', async () => {
      const database = await freshDatabase(kind)
      const [one, other] = [await startStorage({ crm: { ...database, connections: 1 } }), await startStorage({ crm: database })]
      const write = async (sql: string): Promise<unknown> => await other.storage.sql({ source: 'crm', sql, write: true }, makeCall())
      const read = async (column: string): Promise<unknown> => (await one.storage.query({ source: 'crm', from: 't', columns: [column] }, makeCall())).rows
      await write('create table t (n integer)')
      await write('insert into t values (1)')
      expect(await read('n')).toEqual([{ n: 1 }])
      await write(kind === 'pg' ? 'alter table t alter column n type varchar(5)' : 'alter table t modify n varchar(5)')
      await write('alter table t add column more integer')
      // Names that are missing are looked for again, though not each time.
      await expect.poll(() => read('more'), { timeout: 5_000 }).toEqual([{ more: null }])
      expect(await read('n')).toEqual([{ n: '1' }])
      // What the server says is gone is looked for at once.
      await write('alter table t drop column more')
      expect((await one.storage.query({ source: 'crm', from: 't' }, makeCall())).rows).toEqual([{ n: '1' }])
      await write('alter table t add column again integer')
      await expect.poll(() => read('again'), { timeout: 5_000 }).toEqual([{ again: null }])
      await write('alter table t drop column again')
      expect((await errorFrom(one.storage.transact({ source: 'crm', steps: [{ update: 't', set: { again: 1 }, where: { and: [] } }] }, makeCall()))).message).toContain('Looked up column "again" of table "t" in data source "crm": there is none')
      await write('drop table t')
      expect((await errorFrom(read('n'))).message).toContain('Looked up table "t" in data source "crm": there is none')
    })

    test('shared by more calls than it has connections, and by no more than that for ever', async () => {
      const database = await freshDatabase(kind)
      const { storage } = await startStorage({ crm: { ...database, connections: 2 } })
      const all = Array.from({ length: 30 }, () => storage.sql({ source: 'crm', sql: 'select 1 as x' }, makeCall()))
      expect(await Promise.all(all)).toHaveLength(30)
      const busy = [1, 2].map(() => codeFrom(storage.sql({ source: 'crm', sql: sleep }, makeCall({ deadline: Date.now() + 700 }))))
      const waiting = await errorFrom(storage.sql({ source: 'crm', sql: 'select 1 as x' }, makeCall({ deadline: Date.now() + 200 })))
      expect([waiting.code, waiting.message]).toEqual(['SOURCE_BUSY', expect.stringMatching(/^Waited \d+ ms for a connection to data source "crm": all 2 are in use$/)])
      expect(await Promise.all(busy)).toEqual(['CANCELLED', 'CANCELLED'])
    })

    test.each<[string, Partial<SourceConfig>, string]>([
      ['no database', { database: undefined as never }, 'needs "database"'],
      ['no user', { user: undefined as never }, 'needs "user"'],
      ['a file', { file: 'x.db' }, `kind "${kind}" has no "file"`],
      ['certificates that are not there', { ssl: { ca: 'nowhere.pem' } }, 'expected certificates in the file "nowhere.pem" of "ssl.ca"'],
    ])('refused with %s', async (_what, change, found) => {
      const error = await errorFrom(startStorage({ crm: { kind, host: '127.0.0.1', port: 1, database: 'a', user: 'b', ...change } }))
      expect([error.code, error.message]).toEqual(['SOURCE_MISCONFIGURED', expect.stringContaining(found)])
    })

    test('not said to have refused what it has done', async () => {
      const { storage } = await startStorage({ crm: { ...(await freshDatabase(kind)), connections: 1 } })
      const run = async (sql: string, within = 10_000): Promise<unknown> => (await storage.sql({ source: 'crm', sql, write: !sql.startsWith('select') }, makeCall({ deadline: Date.now() + within }))).rows
      await run('create table t (n bigint)')
      // Whoever waits in line has the only connection next.
      const [inserted] = await Promise.all([run('insert into t values (1)', 1_000), run(kind === 'pg' ? 'select pg_sleep(1.5)' : 'select sleep(1.5)')])
      expect(inserted).toEqual([])
      const more = Array.from({ length: 10_002 }, () => '(2)').join()
      // MySQL answers no rows of a change.
      if (kind === 'pg' || !isMysql) expect(await codeFrom(run(`insert into t values ${more} returning n`))).toBe('LIMIT_EXCEEDED')
      expect(await run('select n from t')).toEqual([{ n: 1 }])
    })

    test('not spoken to in the clear where TLS is asked for', async () => {
      const database = await freshDatabase(kind)
      const error = await errorFrom(startStorage({ crm: { ...database, host: 'localhost', ssl: true } }))
      expect(error.code).toBe('SOURCE_UNAVAILABLE')
    })

    test('rid of keys that are more than a day old, at the first call with one', async () => {
      const database = await freshDatabase(kind)
      const once = async (key: string): Promise<void> => {
        const { storage, dispose } = await startStorage({ crm: database })
        await storage.transact({ source: 'crm', steps: [{ insert: 't', rows: [{ n: 1 }] }] }, makeCall({ key }))
        await dispose()
      }
      const { storage } = await startStorage({ crm: database })
      const own = async (sql: string, write = true): Promise<unknown> => (await storage.sql({ source: 'crm', sql, write }, makeCall())).rows
      await own('create table t (n bigint)')
      await once('old')
      await once('young')
      await own(`update caruso_keys set at = at - 86400000 - 60000 where seq = 1`)
      await own(`update caruso_keys set at = at - 86400000 + 60000 where seq = 2`)
      await once('new')
      expect(await own('select seq as n from caruso_keys order by seq', false)).toEqual([{ n: 2 }, { n: 3 }])
    })

    test('given its table of keys by several that start at the same time', async () => {
      const database = await freshDatabase(kind)
      const all = await Promise.all(Array.from({ length: 6 }, () => startStorage({ crm: database })))
      await all[0]?.storage.sql({ source: 'crm', sql: 'create table t (n bigint)', write: true }, makeCall())
      await Promise.all(all.map(({ storage }) => storage.query({ source: 'crm', from: 't' }, makeCall())))
      await Promise.all(all.map(({ storage }, index) => storage.transact({ source: 'crm', steps: [{ insert: 't', rows: [{ n: 1 }] }] }, makeCall({ key: `key ${index}` }))))
      expect((await all[0]?.storage.query({ source: 'crm', from: 't' }, makeCall()))?.rows).toHaveLength(6)
    })

    test('read only where it is configured so', async () => {
      const database = await freshDatabase(kind)
      const { storage } = await startStorage({ crm: { ...database, readonly: true } })
      const error = await errorFrom(storage.transact({ source: 'crm', steps: [{ remove: 'x', where: { and: [] } }] }, makeCall()))
      expect([error.code, error.message]).toEqual(['SOURCE_READONLY', 'Changed data source "crm": it is configured as read-only'])
    })
  })
})

test('a transaction of more statements than a connection of PostgreSQL remembers is told why it cannot be committed', async () => {
  const { storage } = await startStorage({ crm: await freshDatabase('pg') })
  const run = async (sql: string): Promise<unknown> => await storage.sql({ source: 'crm', sql, write: true }, makeCall())
  const columns = Array.from({ length: 9 }, (_, index) => `c${index}`)
  await run('create table parent (id integer primary key)')
  await run(`create table t (${columns.map((column) => `${column} integer`).join(', ')}, parent integer references parent deferrable initially deferred)`)
  const steps: Step[] = Array.from({ length: 511 }, (_, index) => ({ update: 't', set: Object.fromEntries(columns.filter((_name, place) => ((index + 1) >> place) & 1).map((column) => [column, index])), where: { and: [] } }))
  const error = await errorFrom(storage.transact({ source: 'crm', steps: [{ insert: 't', rows: [{ c0: 0, parent: 7 }] }, ...steps] }, makeCall()))
  expect(error.code).toBe('FOREIGN_KEY_VIOLATION')
  expect((await storage.query({ source: 'crm', from: 't' }, makeCall())).rows).toEqual([])
})

test('awaitServer() gives up after its time, and says where it looked', async () => {
  const refused = (): Promise<never> => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
  const { toStorageError } = await import('../../src/dialect/pg/failures.ts')
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const error = await errorFrom(awaitServer(refused, toStorageError, { name: 'crm', place: 'database "a" at b:1 as "c"', log, longest: 150 }))
  expect(error.message).toMatch(/^Opened data source "crm": expected database "a" at b:1 as "c"(, waited 0 s)?, found "connect ECONNREFUSED"$/)
})
