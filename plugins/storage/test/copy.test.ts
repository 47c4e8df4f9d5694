import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import Database from 'better-sqlite3'
import { describe, expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { northwind, testData } from '../../../test/test-data.ts'
import type { TableDescription } from '../src/contract.ts'
import { copyData } from '../src/copy/copy-data.ts'
import { copied } from './copied.ts'
import { described } from './described.ts'
import { makeCall, makeDatabase, startStorage, temporaryFolder } from './harness.ts'

const mysql = inject('mysql')
const chinook = testData('chinook/Chinook_Sqlite.sqlite')

/** What every database can say of its tables alike. */
function structure(tables: readonly TableDescription[]): unknown {
  return tables.filter(({ kind }) => kind === 'table').map(({ name, columns, key, unique, indexes, foreignKeys }) => ({
    name,
    columns: columns.map((column) => ({ name: column.name, type: column.type, nullable: column.nullable })),
    key,
    unique: unique.map((one) => one.columns),
    indexes: indexes.map((index) => JSON.stringify(index.parts.map(({ column }) => column))).filter((parts) => !foreignKeys.some((one) => JSON.stringify(one.columns) === parts)).toSorted((a, b) => a.localeCompare(b)),
    foreignKeys: foreignKeys.map((one) => JSON.stringify([one.columns, one.table, one.references, one.onDelete === 'restrict' ? 'no action' : one.onDelete])).toSorted((a, b) => a.localeCompare(b)),
  }))
}

describe.skipIf('missing' in chinook || mysql === undefined)('Chinook', () => {
  test('is carried from SQLite to PostgreSQL, MariaDB and SQLite with its keys, indexes and references, and no cell differs', { timeout: 90_000 }, async () => {
    const file = join(temporaryFolder(), 'chinook.db')
    copyFileSync('file' in chinook ? chinook.file : '', file)
    const back = join(temporaryFolder(), 'back.db')
    const ends = [{ kind: 'sqlite', file }, await freshDatabase('pg'), await freshDatabase('mysql'), { kind: 'sqlite', file: back }]
    for (const [index, to] of ends.entries()) {
      const from = ends[index - 1]
      if (from !== undefined) expect(await copied(from, to)).toMatchObject({ rows: 15_607, differingCells: 0, differences: [] })
    }
    const { storage } = await startStorage(Object.fromEntries(ends.map((config, index) => [`s${index}`, config])))
    const all = await Promise.all(ends.map(async (_, index) => structure(await described(storage, `s${index}`))))
    expect(all[3]).toEqual(all[0])
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
    for (const index of [1, 2, 3]) await storage.transact({ source: `s${index}`, steps: [{ insert: 'Artist', rows: [{ Name: 'new' }] }] }, makeCall())
    const newest = await Promise.all([1, 2, 3].map(async (index) => (await storage.query({ source: `s${index}`, from: 'Artist', columns: ['ArtistId'], order: [{ column: 'ArtistId', desc: true }], limit: 1 }, makeCall())).rows))
    expect(newest).toEqual([[{ ArtistId: 276 }], [{ ArtistId: 276 }], [{ ArtistId: 276 }]])
  })
})

const script = northwind()

describe.skipIf('missing' in script)('Northwind', () => {
  test('is carried to PostgreSQL, and what is left out is told', { timeout: 60_000 }, async () => {
    const result = await copied({ kind: 'sqlite', file: makeDatabase('sql' in script ? script.sql : '') }, await freshDatabase('pg'))
    expect(result).toMatchObject({ differingCells: 0 })
    expect(result.rows).toBeGreaterThan(1_000)
    expect(result.leftOut.filter((one) => one.endsWith('it is a view')).length).toBeGreaterThan(5)
  })
})

const hurtful = `
  pragma foreign_keys = off;
  create table a (id integer primary key, b integer references b (id), t text, d decimal_text(20, 4), at instant_text, j json_text, f real, x blob, o boolean, day date_text, u uuid_text);
  create table b (id integer primary key, a integer references a (id), unique (a, id));
  create table "no key" (line text);
  create table texts ("the key" text, n integer, primary key ("the key", n)) without rowid;
  insert into a values (1, 2, 'tab	newline
    \\ \\N \b\v\f\r end', '-1234567890123456.7891', '2026-11-24T10:00:00.123456Z', '{"b": 1.0, "a": [1e2, null]}', 0.1, x'00ff5c', 1, '0999-01-01', '0b9d3f4e-6c9a-4d2c-9a3e-0123456789ab'),
    (-5, null, '', null, null, 'null', -1e300, x'', 0, null, null), (9007199254740993, null, 'æøå 😀', '0', null, '"1"', null, null, null, '9999-12-31', null);
  insert into b values (2, 1), (3, null);
  insert into "no key" values ('x'), ('x'), (null);
  insert into texts values ('a', 1), ('A', 1), ('a ', 1), ('', -1);`

test.each(mysql === undefined ? (['pg', 'sqlite'] as const) : (['pg', 'mysql', 'sqlite'] as const))('values that hurt, tables that refer to each other and tables without a key come over to %s', { timeout: 60_000 }, async (kind) => {
  const file = makeDatabase(hurtful)
  const to = kind === 'sqlite' ? { kind, file: join(temporaryFolder(), 'to.db') } : await freshDatabase(kind)
  expect(await copied({ kind: 'sqlite', file }, to)).toMatchObject({ rows: 12, differingCells: 0 })
  const back = join(temporaryFolder(), 'back.db')
  expect(await copied(to, { kind: 'sqlite', file: back })).toMatchObject({ rows: 12, differingCells: 0 })
  // MySQL knows no UUIDs, and so they come back as the bytes that they are there.
  const uuid = kind === 'mysql' && mysql === 'MySQL' ? "iif(typeof(u) = 'blob', lower(hex(u)), replace(u, '-', ''))" : 'u'
  const all = (path: string): unknown => {
    const database = new Database(path)
    const rows = ['a', 'b', 'texts'].map((name) => database.prepare(`select ${name === 'a' ? `id, b, t, d, at, f, x, o, day, ${uuid}` : '*'} from ${name} order by 1, 2`).safeIntegers().raw().all([]))
    database.close()
    return rows
  }
  expect(all(back)).toEqual(all(file))
})

test('rows that are there already are not touched, and the copy says why it does not begin', async () => {
  const file = makeDatabase(`create table a (id integer primary key); insert into a values (1)`)
  const to = { kind: 'sqlite', file: makeDatabase(`create table a (id integer primary key); insert into a values (7)`) }
  await expect(copied({ kind: 'sqlite', file }, to)).rejects.toMatchObject({ code: 'COPY_REFUSED', message: expect.stringContaining('it has 1 rows that are not of this copy') })
  const other = { kind: 'sqlite', file: makeDatabase(`create table a (id integer primary key, more text)`) }
  expect(await copied({ kind: 'sqlite', file }, other)).toMatchObject({ rows: 1, differingCells: 0 })
})

test.each(['sqlite', 'pg'] as const)('an index of a table that is there already on %s counts as made only if it goes in the same direction', async (kind) => {
  const file = makeDatabase('create table a (id integer primary key, n integer, m integer); create index down on a (n desc, m); create index up on a (m)')
  const to = kind === 'sqlite' ? { kind, file: join(temporaryFolder(), 'to.db') } : await freshDatabase(kind)
  const { storage } = await startStorage({ data: to })
  const write = async (sql: string): Promise<unknown> => await storage.sql({ source: 'data', sql, write: true }, makeCall())
  await write(`create table a (id ${kind === 'pg' ? 'bigint' : 'integer'} primary key, n ${kind === 'pg' ? 'bigint' : 'integer'}, m ${kind === 'pg' ? 'bigint' : 'integer'})`)
  await write('create index other_down on a (n, m)')
  await write('create index other_up on a (m)')
  await copied({ kind: 'sqlite', file }, to)
  const [table] = await described(storage)
  expect(table?.indexes.map(({ parts }) => parts).toSorted((a, b) => a.length - b.length || JSON.stringify(a).length - JSON.stringify(b).length)).toEqual([[{ column: 'm' }], [{ column: 'n' }, { column: 'm' }], [{ column: 'n', desc: true }, { column: 'm' }]])
})

test('a row that cannot be kept is told by its table, key and column', async () => {
  const file = makeDatabase(`create table a (id integer primary key, d decimal(5, 2), at datetime); insert into a values (1, 1.5, '2026-11-24'), (2, 1.005, null)`)
  await expect(copied({ kind: 'sqlite', file }, { kind: 'sqlite', file: join(temporaryFolder(), 'to.db') })).rejects.toMatchObject({ code: 'VALUE_INVALID', message: expect.stringContaining('table "a", row id = 2: column "d"') })
})

test.each([['text', "'a' || char(0)", /: invalid byte sequence/], ['json_text', `'"\\u0000"'`, /: column "v": unsupported Unicode/]])('a row that PostgreSQL does not take for its %s is told by its key', async (type, value, found) => {
  const file = makeDatabase(`create table "of, line 1" (id integer, t text, v ${type}, primary key (id, t)); insert into "of, line 1" values (1, 'x', '1'), (2, 'y', ${value}), (3, 'z', '1')`)
  const error: unknown = await copied({ kind: 'sqlite', file }, await freshDatabase('pg')).catch((refused: unknown) => refused)
  expect(error).toMatchObject({ code: 'VALUE_INVALID', message: expect.stringMatching(/^Copied table "of, line 1", row id = 2, t = y: /) })
  expect(error).toMatchObject({ message: expect.stringMatching(found) })
})

test('a cell that is changed meanwhile is told', async () => {
  const file = makeDatabase(`create table a (id integer primary key, t text); insert into a values (1, 'one'), (2, 'two'), (3, 'three');
    create table "no key" (line text); insert into "no key" values ('x'), ('x')`)
  const to = join(temporaryFolder(), 'to.db')
  const meddle = (): void => {
    const database = new Database(to)
    database.exec(`update a set t = 'other' where id = 2; delete from a where id = 3; insert into a values (4, 'four'); update "no key" set line = 'y' where rowid = 1`)
    database.close()
  }
  const result = await copied({ kind: 'sqlite', file }, { kind: 'sqlite', file: to }, { step: (words) => (words === 'comparing' ? meddle() : undefined), rows() {} })
  expect(result.differences).toEqual([
    { table: 'a', key: { id: 2 }, column: 't', problem: 'other value' },
    { table: 'a', key: { id: 3 }, problem: 'missing' },
    { table: 'a', key: { id: 4 }, problem: 'too many' },
    { table: 'no key', key: {}, problem: 'missing' },
    { table: 'no key', key: {}, problem: 'too many' },
  ])
  expect(result).toMatchObject({ differingCells: 7, moreDiffer: false })
})

test.each([['sqlite', 'pg'], ['sqlite', 'sqlite'], ['pg', 'sqlite'], ...(mysql === undefined ? [] : ([['mysql', 'sqlite']] as const))] as const)('a copy from %s to %s that is killed goes on with the next row when it is started again', { timeout: 90_000 }, async (of, kind) => {
  // Beyond 2^53, where the neighbours of a floating-point number are two apart.
  const file = makeDatabase(`create table a (id integer, t text, primary key (id, t));
    with recursive n (x) as (select 1 union all select x + 1 from n where x < 60000) insert into a select 9007199254740993 + x / 2, 'row ' || x from n`)
  const from = of === 'sqlite' ? { kind: of, file } : await freshDatabase(of)
  if (of !== 'sqlite') await copied({ kind: 'sqlite', file }, from)
  const to = kind === 'sqlite' ? { kind, file: join(temporaryFolder(), 'to.db') } : await freshDatabase(kind)
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'copy-process.ts'), JSON.stringify({ from, to })], { stdio: ['ignore', 'pipe', 'inherit'] })
  let written = 0
  for await (const text of child.stdout) {
    written += String(text).split('\n').filter((line) => line !== '' && line !== '0').length
    if (written >= 2) break
  }
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  const result = await copied(from, to)
  expect(result).toMatchObject({ rows: 60_000, differingCells: 0 })
  expect(result.before).toBeGreaterThanOrEqual(10_000)
  expect(result.before).toBeLessThan(60_000)
  await expect(copied(from, to)).rejects.toMatchObject({ code: 'COPY_REFUSED' })
})

test('where most rows differ, the number says that it is not all of them', async () => {
  const file = makeDatabase(`create table a (id integer primary key, t text); with recursive n (x) as (select 1 union all select x + 1 from n where x < 500) insert into a select x, 'one' from n`)
  const to = join(temporaryFolder(), 'to.db')
  const meddle = (): void => void new Database(to).exec(`update a set t = 'other'`).close()
  const result = await copied({ kind: 'sqlite', file }, { kind: 'sqlite', file: to }, { step: (words) => (words === 'comparing' ? meddle() : undefined), rows() {} })
  expect(result.moreDiffer).toBe(true)
  expect(result.differingCells).toBeGreaterThanOrEqual(32)
  expect(result.differingCells).toBeLessThan(500)
})

test('a row that came into a table which was empty when the copy was interrupted is told as missing', async () => {
  const file = makeDatabase('create table a (id integer primary key); create table b (id integer primary key); insert into b values (1)')
  const ends = [{ kind: 'sqlite', file }, { kind: 'sqlite', file: join(temporaryFolder(), 'to.db') }] as const
  const interrupting = (count: number): void => {
    if (count > 0) throw new Error('interrupted')
  }
  await expect(copied(...ends, { step() {}, rows: interrupting })).rejects.toThrow('interrupted')
  new Database(file).exec('insert into a values (7)').close()
  expect(await copied(...ends)).toMatchObject({ before: 0, differingCells: 1, differences: [{ table: 'a', key: { id: 7 }, problem: 'missing' }] })
})

test('the command finds its data sources in the assembly, and says what it did', async () => {
  const folder = temporaryFolder()
  makeDatabase(`create table a (id integer primary key, at datetime default current_timestamp); insert into a values (1, '2026-11-24 10:00:00')`, join(folder, 'legacy.db'))
  const answers: { readonly value: unknown; readonly text: string }[] = []
  const config = { sources: { legacy: { kind: 'sqlite', file: 'legacy.db' }, crm: { kind: 'sqlite', file: 'crm.db' } } }
  const terminal: CommandContext['terminal'] = { json: false, progress() {}, answer: (value, text) => answers.push({ value, text: text() }) }
  const context = { folder, terminal, assembly: async () => ({ name: 'test', folder, components: { storage: { plugin: '@caruso/storage', config } } }) } as Pick<CommandContext, 'folder' | 'terminal' | 'assembly'> as CommandContext
  await expect(copyData({ from: 'legasy', to: 'crm' }, context)).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('did you mean "legacy"') })
  await copyData({ from: 'legacy', to: 'storage.crm' }, context)
  expect(answers[0]?.value).toMatchObject({ from: 'legacy', rows: 1, differingCells: 0, tables: [{ name: 'a', rows: 1 }], leftOut: ['default current_timestamp of a.at'] })
  expect(answers[0]?.text).toContain('Compared: 0 cells differ')
})
