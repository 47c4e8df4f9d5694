import Database from 'better-sqlite3'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { fullFiles } from '../../../test/full-files.ts'
import { copied } from './copied.ts'
import { runScript } from './described.ts'
import { makeDatabase, temporaryFolder } from './harness.ts'

const filled = `create table first (id integer primary key); insert into first values (1), (2);
  create table later (id integer primary key, words varchar(400)); with recursive n (x) as (select 1 union all select x + 1 from n where x < 24000) insert into later select x, printf('%.*c', 100, 'x') from n`

const stopped = /^Copied table "later", of which (\d+) rows are there, and the next copy goes on after them: /

/** What a server says of a disk that is full, while its table has a trigger. */
const failing = {
  pg: `create table later (id bigint primary key, words varchar(400)); create function full_disk() returns trigger language plpgsql as $$ begin if new.id > 15000 then raise exception 'could not extend file: No space left on device' using errcode = '53100'; end if; return new; end $$; create trigger full_disk before insert on later for each row execute function full_disk()`,
  mysql: `create table later (id bigint primary key, words varchar(400)); create trigger full_disk before insert on later for each row begin if new.id > 15000 then signal sqlstate 'HY000' set mysql_errno = 1021, message_text = 'Disk full'; end if; end`,
}

test('a copy into a file that becomes full tells the table and how far it is, and goes on there when there is room', { timeout: 30_000 }, async () => {
  const { setPages } = fullFiles()
  const ends = [{ kind: 'sqlite', file: makeDatabase(filled) }, { kind: 'sqlite', file: join(temporaryFolder(), 'to.db') }] as const
  setPages(500)
  const error: unknown = await copied(...ends).catch((failed: unknown) => failed)
  expect(error).toMatchObject({ code: 'SOURCE_FULL', message: expect.stringMatching(/: database or disk is full$/) })
  const told = Number(stopped.exec(error instanceof Error ? error.message : '')?.[1])
  const database = new Database(ends[1].file)
  const rows = Number(database.prepare('select count(*) from later').raw().get([])?.[0])
  database.close()
  expect(told).toBe(rows)
  expect(rows).toBeGreaterThan(0)
  setPages(1_000_000)
  expect(await copied(...ends)).toMatchObject({ before: 2 + rows, rows: 24_002, differingCells: 0 })
})

test('a copy into a file that has no room for anything says so, and changes nothing', async () => {
  const { setPages } = fullFiles()
  const ends = [{ kind: 'sqlite', file: makeDatabase(filled) }, { kind: 'sqlite', file: makeDatabase('create table other (id integer primary key)') }] as const
  setPages(1)
  await expect(copied(...ends)).rejects.toMatchObject({ code: 'SOURCE_FULL', message: 'Copied data source "from" to "to": database or disk is full' })
  setPages(1_000_000)
  expect(await copied(...ends)).toMatchObject({ before: 0, rows: 24_002 })
})

test.each((['pg', 'mysql'] as const).filter((kind) => kind === 'pg' || inject('mysql') !== undefined))('a copy into %s whose disk becomes full tells the table and how far it is, and goes on there', { timeout: 60_000 }, async (kind) => {
  const to = await freshDatabase(kind)
  await runScript(to, failing[kind])
  const ends = [{ kind: 'sqlite', file: makeDatabase(filled) }, to] as const
  const error: unknown = await copied(...ends).catch((failed: unknown) => failed)
  expect(error).toMatchObject({ code: 'SOURCE_FULL', message: expect.stringMatching(stopped) })
  const told = Number(stopped.exec(error instanceof Error ? error.message : '')?.[1])
  expect(told).toBeGreaterThan(0)
  await runScript(to, `drop trigger full_disk${kind === 'pg' ? ' on later' : ''}`)
  expect(await copied(...ends)).toMatchObject({ before: 2 + told, rows: 24_002, differingCells: 0 })
})
