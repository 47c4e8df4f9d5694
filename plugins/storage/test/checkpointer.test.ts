import Database from 'better-sqlite3'
import { existsSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { keptLog } from '../../../test/hosts.ts'
import { Checkpointer } from '../src/dialect/sqlite/checkpointer.ts'
import { makeCall, makeDatabase, startStorage, type Started } from './harness.ts'

// Some 25 pages a row.
const filler = 'x'.repeat(100_000)

function makeLogged(): string {
  return makeDatabase('create table t (id integer primary key, filler text); pragma journal_mode = wal')
}

async function insert(storage: Started['storage'], rows: number): Promise<void> {
  await storage.transact({ source: 'data', steps: [{ insert: 't', rows: Array.from({ length: rows }, () => ({ filler })) }] }, makeCall())
}

/** The pages in the log, and how many of them are in the file. */
function pagesIn(file: string): readonly [pages: number, copied: number] {
  const database = new Database(file, { readonly: true })
  const [found = [0, 0, 0]] = database.prepare('pragma wal_checkpoint(noop)').raw().all([])
  database.close()
  return [Number(found[1]), Number(found[2])]
}

test('what was committed is copied into the file without a further commit', async () => {
  const file = makeLogged()
  const { storage } = await startStorage({ data: { kind: 'sqlite', file } })
  await insert(storage, 10)
  expect(pagesIn(file)[1]).toBe(0)
  await insert(storage, 50)
  const [pages] = pagesIn(file)
  expect(pages).toBeGreaterThan(1_000)
  await vi.waitFor(() => expect(pagesIn(file)).toEqual([pages, pages]), { timeout: 10_000 })
})

test('the log is begun anew while one commit follows the other', async () => {
  const file = makeLogged()
  const { storage } = await startStorage({ data: { kind: 'sqlite', file } })
  for (let count = 0; count < 100; count++) {
    await insert(storage, 20)
    await setTimeout(1)
  }
  // Of 200 MB that were written. How far a busy machine lets the thread fall behind is not promised.
  expect(statSync(`${file}-wal`).size).toBeLessThan(180_000_000)
  expect(statSync(file).size).toBeGreaterThan(20_000_000)
})

test('what fails after a commit is logged, and no failure of the commit', async () => {
  const { log, lines } = keptLog()
  const failing = (): never => {
    throw new Error('disk I/O error')
  }
  const checkpointer = new Checkpointer('data.sqlite', { execute: () => undefined, all: failing }, log)
  expect(() => checkpointer.look()).not.toThrow()
  expect(lines).toEqual([expect.objectContaining({ level: 'warn', message: expect.stringContaining('it stays longer') })])
  await checkpointer.close()
})

test('what a reader still needs is copied when it has ended, and nothing is left behind', async () => {
  const file = makeLogged()
  const { storage, dispose } = await startStorage({ data: { kind: 'sqlite', file } })
  await insert(storage, 5)
  const reader = new Database(file, { readonly: true })
  reader.exec('begin')
  reader.prepare('select count(*) from t').get([])
  for (let count = 0; count < 5; count++) await insert(storage, 50)
  await setTimeout(100)
  expect(reader.prepare('select count(*) from t').raw().get([])).toEqual([5])
  reader.close()
  await insert(storage, 50)
  await vi.waitFor(() => expect(pagesIn(file)[1]).toBeGreaterThan(5_000), { timeout: 10_000 })
  await dispose()
  expect(existsSync(`${file}-wal`)).toBe(false)
})
