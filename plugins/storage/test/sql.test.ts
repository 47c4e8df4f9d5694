import { describe, expect, test } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'
import type { Started } from './harness.ts'
import { Storage } from '../src/contract.ts'

const tables = `create table t (id integer primary key, name text unique); insert into t values (1, 'one'), (2, 'two')`

interface Opened {
  readonly storage: Started['storage']
  run(sql: string, values?: readonly (string | number | null)[], write?: boolean): ReturnType<Started['storage']['sql']>
}

async function started(readonly = false): Promise<Opened> {
  const { storage } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase(tables), readonly } })
  return { storage, run: (sql, values = [], write = false) => storage.sql({ source: 'data', sql, values, write }, makeCall()) }
}

describe('sql', () => {
  test('needs a permission', () => {
    expect(Storage.operations.sql.permission).toBe('storage.sql')
  })

  test('reads with values for the question marks', async () => {
    const { run } = await started()
    expect(await run('select id, upper(name) as name from t where id >= ? or name = ? order by id', [2, 'one'])).toEqual({ rows: [{ id: 1, name: 'ONE' }, { id: 2, name: 'TWO' }], affected: 0 })
    expect(await run('-- a comment\n /* and\n another */ with x as (select 1 as y) select y from x')).toEqual({ rows: [{ y: 1 }], affected: 0 })
  })

  test('changes data when told to, also answering rows', async () => {
    const { run } = await started()
    expect(await run('update t set name = name || ?', ['!'], true)).toEqual({ rows: [], affected: 2 })
    expect(await run('insert into t (name) values (?), (?) returning id', ['x', 'y'], true)).toEqual({ rows: [{ id: 3 }, { id: 4 }], affected: 2 })
    expect(await codeFrom(run('insert into t (name) values (?), (?)', ['z', 'x'], true))).toBe('UNIQUE_VIOLATION')
    expect((await run('select count(*) as n from t')).rows).toEqual([{ n: 4 }])
  })

  test.each([
    ['update t set name = null', 'SQL_REFUSED'],
    ['with x as (select 1) delete from t', 'SQL_REFUSED'],
    ['insert into t values (9, null) returning id', 'SQL_REFUSED'],
    ["attach 'other.db' as other", 'SQL_REFUSED'],
    ['pragma foreign_keys = off', 'SQL_REFUSED'],
    ['begin', 'SQL_REFUSED'],
    ['vacuum', 'SQL_REFUSED'],
    ['drop table t', 'SQL_REFUSED'],
    ['create table if not exists t (x)', 'SQL_REFUSED'],
    ['/* select */ drop table t', 'SQL_REFUSED'],
    ['select 1; drop table t', 'SQL_REFUSED'],
    ['-- nothing', 'SQL_REFUSED'],
    ['/* open', 'SQL_REFUSED'],
    ['select id, id from t', 'SQL_REFUSED'],
    ['select 1 as "__proto__"', 'SQL_REFUSED'],
    ['select load_extension(?)', 'SQL_FAILED'],
    ['select nonsense from t', 'SQL_FAILED'],
    ['select ? as a, ? as b', 'VALUE_INVALID'],
  ])('refuses %s', async (sql, code) => {
    const { run } = await started()
    expect(await codeFrom(run(sql, ['x']))).toBe(code)
    expect((await run('select id, name from t order by id')).rows).toEqual([{ id: 1, name: 'one' }, { id: 2, name: 'two' }])
  })

  test('makes tables, which plans see at once', async () => {
    const { run, storage } = await started()
    await run('create table later (x integer)', [], true)
    await run('create table if not exists later (x integer)', [], true)
    expect((await storage.query({ source: 'data', from: 'later' }, makeCall())).rows).toEqual([])
    await run('drop table later', [], true)
    expect(await codeFrom(run('create table if not exists t (x)'))).toBe('SQL_REFUSED')
  })

  test.each(["attach 'other.db' as other", 'pragma user_version = 3', 'commit'])('refuses %s even for writing', async (sql) => {
    const { run } = await started()
    expect(await codeFrom(run(sql, [], true))).toBe('SQL_REFUSED')
  })

  test('changes nothing in a read-only source', async () => {
    const { run } = await started(true)
    expect(await codeFrom(run('delete from t', [], true))).toBe('SOURCE_READONLY')
  })

  test('reads its first word quickly, whatever the comments', async () => {
    const { run } = await started()
    expect(await codeFrom(run('/* */ '.repeat(10_000) + '!'))).toBe('SQL_REFUSED')
  })
})
