import Database from 'better-sqlite3'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { makeCall, makeDatabase, startStorage, temporaryFolder } from './harness.ts'

const table = 'create table t (x integer); insert into t values (1)'

function modeOf(file: string): unknown {
  const database = new Database(file)
  const mode = database.prepare('pragma journal_mode').raw().get([])?.[0]
  database.close()
  return mode
}

describe('data sources', () => {
  test('names the kinds there are when another is configured', async () => {
    const error = await errorFrom(startStorage({ crm: { kind: 'sqlit', file: 'x' } }))
    expect([Reflect.get(error, 'code'), error.message]).toEqual(['SOURCE_KIND_UNKNOWN', 'Opened data source "crm" of kind "sqlit": supported are sqlite, pg, mysql (did you mean "sqlite"?)'])
  })

  test('makes a missing file with its folder, in WAL mode', async () => {
    const file = join(temporaryFolder(), 'new', 'crm.db')
    await startStorage({ crm: { kind: 'sqlite', file } })
    expect(modeOf(file)).toBe('wal')
  })

  test('leaves the mode of a file that another application made', async () => {
    const file = makeDatabase(`pragma journal_mode = delete; ${table}`)
    const { storage } = await startStorage({ legacy: { kind: 'sqlite', file } })
    await storage.transact({ source: 'legacy', steps: [{ insert: 't', rows: [{ x: 2 }] }] }, makeCall())
    expect((await storage.query({ source: 'legacy', from: 't' }, makeCall())).rows).toEqual([{ x: 1 }, { x: 2 }])
    expect(modeOf(file)).toBe('delete')
  })

  test('does not touch a read-only file', async () => {
    const file = makeDatabase(`pragma journal_mode = delete; ${table}`)
    const state = (): unknown => [createHash('sha256').update(readFileSync(file)).digest('hex'), statSync(file).mtimeMs, readdirSync(dirname(file))]
    const before = state()
    const { storage, dispose } = await startStorage({ legacy: { kind: 'sqlite', file, readonly: true } })
    expect((await storage.query({ source: 'legacy', from: 't' }, makeCall())).rows).toEqual([{ x: 1 }])
    expect(state()).toEqual(before)
    await dispose()
    expect(state()).toEqual(before)
  })

  test('says what is missing where a read-only file is', async () => {
    const file = join(temporaryFolder(), 'missing.db')
    const error = await errorFrom(startStorage({ legacy: { kind: 'sqlite', file, readonly: true } }))
    expect([error.message, existsSync(file)]).toEqual([`Opened data source "legacy": expected a SQLite database at "${file}" to read, found no such file`, false])
  })

  test.each([
    ['no file', { kind: 'sqlite' }, 'expected "file", the path of a SQLite database or ":memory:"'],
    ['read-only memory', { kind: 'sqlite', file: ':memory:', readonly: true }, 'a database in memory cannot be read-only'],
  ])('refuses %s', async (_case, config, found) => {
    expect((await errorFrom(startStorage({ crm: config }))).message).toBe(`Opened data source "crm": ${found}`)
  })

  test('refuses a file that is no database, and closes what it had opened', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'letter.txt')
    writeFileSync(file, 'Dear Sir or Madam, '.repeat(100))
    const before = openFiles()
    const error = await errorFrom(startStorage({ crm: { kind: 'sqlite', file } }))
    expect(error.message).toBe(`Opened data source "crm": expected a SQLite database at "${file}", found "file is not a database"`)
    expect(openFiles()).toEqual(before)
  })

  test('opens all or none: what a failing one leaves is closed with the scope', async () => {
    const before = openFiles()
    let dispose = (): Promise<void> => Promise.resolve()
    const crm = { kind: 'sqlite', file: join(temporaryFolder(), 'crm.db') }
    const error = await errorFrom(startStorage({ crm, erp: { kind: 'pg', host: '127.0.0.1', port: 1, database: 'erp' } }, undefined, (end) => (dispose = end)))
    expect(error.message).toBe('Read the configuration of data source "erp": kind "pg" needs "user"')
    expect(openFiles()).not.toEqual(before)
    await dispose()
    expect(openFiles()).toEqual(before)
  })

  test('waits a moment for a file that another application has locked', async () => {
    const file = makeDatabase(table)
    const other = new Database(file)
    other.exec('begin exclusive')
    const starting = startStorage({ crm: { kind: 'sqlite', file } })
    await new Promise((resolve) => setImmediate(resolve))
    other.close()
    const { storage } = await starting
    expect((await storage.query({ source: 'crm', from: 't' }, makeCall())).rows).toEqual([{ x: 1 }])
  })

  test('refuses a file that another application keeps locked, and closes what it had opened', async () => {
    const file = makeDatabase('')
    const before = openFiles()
    const other = new Database(file)
    other.exec('begin exclusive')
    const error = await errorFrom(startStorage({ crm: { kind: 'sqlite', file } }))
    expect(error.message).toBe(`Opened data source "crm": expected a SQLite database at "${file}", found "database is locked"`)
    // SQLite keeps a closed file's descriptor for as long as another connection of the process holds a lock on it.
    other.close()
    expect(openFiles()).toEqual(before)
  })

  test('keeps a database in memory while it runs', async () => {
    const { storage } = await startStorage({ memory: { kind: 'sqlite', file: ':memory:' } })
    await storage.sql({ source: 'memory', sql: 'create table t (x integer)', write: true }, makeCall())
    await storage.transact({ source: 'memory', steps: [{ insert: 't', rows: [{ x: 1 }] }] }, makeCall({ key: 'k' }))
    expect((await storage.query({ source: 'memory', from: 't' }, makeCall())).rows).toEqual([{ x: 1 }])
    expect((await storage.query({ source: 'memory', from: 't', limit: 1 }, makeCall())).rows).toEqual([{ x: 1 }])
  })

  test('tells how each is, and proves before anybody is sent that all answer', async () => {
    const { storage, health, selfTest, dispose } = await startStorage({ crm: { kind: 'sqlite', file: ':memory:' }, legacy: { kind: 'sqlite', file: makeDatabase(table), readonly: true } })
    await selfTest()
    expect(await health()).toEqual({ ok: true, detail: 'crm (sqlite): ok, legacy (sqlite): ok' })
    expect(await storage.sources({}, makeCall())).toEqual({
      sources: [
        { name: 'crm', kind: 'sqlite', readonly: false, ok: true },
        { name: 'legacy', kind: 'sqlite', readonly: true, ok: true },
      ],
    })
    await dispose()
    expect(await health()).toEqual({ ok: false, detail: 'crm (sqlite): Used data source "crm": it is closed, legacy (sqlite): Used data source "legacy": it is closed' })
  })

  test('leaves no file open when it is disposed', async () => {
    const before = openFiles()
    const file = makeDatabase(table)
    const { storage, dispose } = await startStorage({ crm: { kind: 'sqlite', file } })
    await storage.query({ source: 'crm', from: 't' }, makeCall())
    await storage.stream({ source: 'crm', from: 't' }, makeCall())[Symbol.asyncIterator]().next()
    await dispose()
    await dispose()
    expect(openFiles()).toEqual(before)
  })
})

/** The paths of what this process has open; Linux only, elsewhere none. */
function openFiles(): string[] {
  if (process.platform !== 'linux') return []
  const database = (name: string): boolean => name.includes('caruso-storage-')
  return readdirSync('/proc/self/fd').flatMap((fd) => linkOf(fd)).filter(database)
}

function linkOf(fd: string): string[] {
  const link = `/proc/self/fd/${fd}`
  return existsSync(link) ? [readlinkSync(link)] : []
}
