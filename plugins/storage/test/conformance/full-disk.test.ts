import { expect, test } from 'vitest'
import { fullFiles } from '../../../../test/full-files.ts'
import { makeCall } from '../call.ts'
import { onEachDatabase } from './each-database.ts'

/** What a server says of a disk that is full; SQLite has a real limit. */
const failing = {
  pg: (table: string) => [`create function full_${table}() returns trigger language plpgsql as $$ begin if new.n >= 3 then raise exception 'could not extend file: No space left on device' using errcode = '53100'; end if; return new; end $$`, `create trigger full_${table} before insert on ${table} for each row execute function full_${table}()`],
  mysql: (table: string) => [`create trigger full_${table} before insert on ${table} for each row begin if new.n >= 3 then signal sqlstate 'HY000' set mysql_errno = 1021, message_text = 'Disk full; waiting for someone to free some space'; end if; end`],
}

onEachDatabase('a full disk', (open) => {
  test('is told with source and table, and nothing of a transaction is written, its events neither', { timeout: 30_000 }, async () => {
    const { setPages } = fullFiles()
    const { table, transact, query, storage, kind, run } = await open('own')
    const [orders, lines] = [await table({ n: 'integer' }), await table({ n: 'integer', words: 'text' })]
    const rows = (from: number): { n: number; words: string }[] => Array.from({ length: kind === 'sqlite' ? 2_000 : 4 }, (_, n) => ({ n: from + n, words: 'x'.repeat(200) }))
    await transact([{ insert: lines, rows: [{ n: 1, words: 'first' }] }])
    await storage.events({ source: 'data', consumer: 'tests', topics: ['line.made'], from: 'begin' }, makeCall())
    if (kind === 'sqlite') setPages(60)
    else for (const sql of failing[kind](lines)) await run(sql)
    const failed = transact([{ insert: orders, rows: [{ n: 7 }] }, { insert: lines, rows: rows(2) }, { emit: 'line.made', payload: {} }])
    await expect(failed).rejects.toMatchObject({ code: 'SOURCE_FULL', message: expect.stringMatching(new RegExp(`"data".*${lines}|${lines}.*"data"`)) })
    expect([await query({ from: orders }), await query({ from: lines, columns: [{ column: 'n', type: 'integer' }] })]).toEqual([[], [{ n: 1 }]])
    expect(await storage.events({ source: 'data', consumer: 'tests', topics: ['line.made'], from: 'begin' }, makeCall())).toEqual({ events: [] })
    await transact([{ insert: lines, rows: [{ n: 2, words: 'after' }] }])
  })

  test('leaves a table as it was that was to be changed', { timeout: 30_000 }, async () => {
    const { setPages } = fullFiles()
    const { table, transact, storage, kind, query } = await open('own')
    // Only SQLite makes a table anew, and has a limit that a test can set.
    if (kind !== 'sqlite') return
    const name = await table({ n: 'integer', words: 'text' })
    await transact([{ insert: name, rows: Array.from({ length: 500 }, (_, n) => ({ n, words: 'x'.repeat(200) })) }])
    const described = async (): Promise<unknown> => {
      const found = []
      for await (const { tables } of storage.describe({ source: 'data' }, makeCall())) found.push(...tables.filter((one) => one.name === name))
      return found
    }
    const before = await described()
    setPages(1)
    const change = { changeColumn: { name: 'words', type: 'text', nullable: false, default: '' }, table: name } as const
    await expect(storage.alter({ source: 'data', run: true, changes: [change] }, makeCall())).rejects.toMatchObject({ code: 'SOURCE_FULL', message: `Altered data source "data", change 0, change column "words" of "${name}": database or disk is full`, details: { change: 0, done: 0 } })
    expect([await described(), await query({ from: name, aggregates: [{ fn: 'count', as: 'n' }] })]).toEqual([before, [{ n: 500 }]])
    setPages(1_000_000)
    await storage.alter({ source: 'data', run: true, changes: [change] }, makeCall())
    expect(await described()).not.toEqual(before)
  })
})
