import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../../test/failures.ts'
import type { Value } from '../../src/contract.ts'
import { makeCall } from '../harness.ts'
import { onEachDatabase } from './each-database.ts'

// MySQL's names end in no blank, and PostgreSQL's have at most 63 bytes.
const hostile = ['what?', '"quoted"', '`ticks`', "it's", 'a.b', 'a as b', 'a\\?b', '{n0}', '$1', ':name', '??', 'select', 'x; drop table y', 'ä\u{10428}'.slice(0, 1), '--', '/* */', '%']

onEachDatabase('names and hostile values', (open, kind) => {
  const quote = (name: string): string => (kind === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`)

  test('any name of a table or column is a name', async () => {
    const { table, run, transact, query } = await open()
    const plain = await table({ id: 'key' })
    const from = `${plain} ?"\``
    await run(`create table ${quote(from)} (${hostile.map((name) => `${quote(name)} integer`).join(', ')})`)
    const row = Object.fromEntries(hostile.map((name, index) => [name, index]))
    await transact([{ insert: from, rows: [row] }, { update: from, set: { 'what?': 99 }, where: { and: hostile.map((name, value) => ({ column: name, op: '==' as const, value })) }, expect: 1 }])
    const expected = { ...row, 'what?': 99 }
    expect(await query({ from })).toEqual([expected])
    const all = hostile.map((name) => ({ column: name, type: 'integer' as const }))
    expect(await query({ from, columns: all, group: all, order: all })).toEqual([expected])
    expect(await query({ from, as: '"x', aggregates: [{ fn: 'sum', column: 'a.b', of: '"x', as: 'Robert"); --' }] })).toEqual([{ 'Robert"); --': 4 }])
  })

  test('what is no name of the database is refused, with the closest that is one', async () => {
    const { table, query } = await open()
    const from = await table({ id: 'key', customer: 'text' })
    expect((await errorFrom(query({ from, columns: ['custmer'] }))).message).toContain('(did you mean "customer"?)')
    for (const column of ['id; drop table x', 'id as x', `${from}.id`, '*', '"id"', 'ID--']) expect([column, await codeFrom(query({ from, columns: [column] }))]).toEqual([column, 'COLUMN_UNKNOWN'])
    expect((await errorFrom(query({ from, columns: [''] }))).message).toMatch(/^Checked a value/)
    expect(await codeFrom(query({ from: `${from}; drop table ${from}` }))).toBe('TABLE_UNKNOWN')
  })

  test('an object in a condition is a value or refused, and never changes the condition', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', password: 'text' })
    await transact([{ insert: from, rows: [{ password: 'secret' }] }])
    const values: unknown[] = [{ password: 1 }, { bytes: 'AP8Q' }, ['secret'], { toString: 'x' }, true, 0, { value: 'secret' }]
    for (const value of values) {
      const rows = await query({ from, where: { column: 'password', op: '==', value: value as Value, type: 'text' } }).catch(() => [])
      expect(rows).toEqual([])
    }
    expect((await errorFrom(query({ from, where: { column: 'password', op: '==', value: { keyOf: 0 } as never, type: 'text' } }))).message).toMatch(/^Checked a value/)
  })

  test('a text with every special character stays what it is', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: 'text' })
    const texts = ["'", '"', '\\', '\\\\', "\\'", '%', '_', '|', '*', '[a]', '?', '??', '$1', '\n\r\t', '`', '\u2028', '{n0}']
    await transact([{ insert: from, rows: texts.map((value) => ({ value })) }])
    for (const value of texts) {
      expect(await query({ from, columns: ['value'], where: { column: 'value', op: '==', value, type: 'text' } })).toEqual([{ value }])
      const prefixed = await query({ from, columns: ['value'], where: { column: 'value', startsWith: value }, order: [{ column: 'id' }] })
      expect(prefixed.map((row) => row['value'])).toEqual(texts.filter((text) => text.startsWith(value)))
    }
  })
})

onEachDatabase('sql of a caller\'s own', (open) => {
  test('reads with values for its question marks, and names of its own', async () => {
    const { kind, storage, table, transact } = await open()
    const from = await table({ id: 'key', value: 'decimal' })
    await transact([{ insert: from, rows: [{ value: '1.5' }, { value: '2' }], types: { value: 'decimal' } }])
    const read = async (sql: string, values: readonly Value[] = []): Promise<unknown> => (await storage.sql({ source: 'data', sql, values }, makeCall())).rows
    expect(await read(`select id as "x" from ${from} where id = ? and '?' = '?' -- ?`, [2])).toEqual([{ x: 2 }])
    expect(await read(`select count(*) as n, null as none from ${from}`)).toEqual([{ n: 2, none: null }])
    if (kind !== 'pg') return
    expect(await read(String.raw`select E'\\'||e'it\'s ''\'?' as escaped, $a1$?$a1$ as tagged, ? as given /* /* ? */ ? */`, [2])).toEqual([{ escaped: "\\it's ''?", tagged: '?', given: '2' }])
    expect(await read(`select value as e from ${from} where 'e' like 'e' and '?' = '?' order by id limit ?`, [1])).toEqual([{ e: '1.5' }])
  })

  test.each(['delete from x', 'commit', 'rollback', 'set x = 1', 'select 1; commit; select 2', 'begin', '', 'grant all on x to y', 'call x()', 'do 1'])('that would do more than read is refused: %s', async (sql) => {
    const { storage } = await open()
    const error = await errorFrom(storage.sql({ source: 'data', sql }, makeCall()))
    expect(error.code ?? error.message).toMatch(/^SQL_REFUSED$|^SQL_FAILED$|^Checked a value/)
  })

  test('with two values of one name, or one of a name that no row can have, is refused, and changes nothing', async () => {
    const { storage, table, query, kind } = await open()
    const from = await table({ id: 'key', value: 'integer' })
    expect(await codeFrom(storage.sql({ source: 'data', sql: 'select 1 as x, 2 as x' }, makeCall()))).toBe('SQL_REFUSED')
    // MySQL's driver refuses it too, in words of its own.
    expect((await errorFrom(storage.sql({ source: 'data', sql: 'select 1 as __proto__' }, makeCall()))).message).toContain('__proto__')
    if (kind !== 'mysql') expect(await codeFrom(storage.sql({ source: 'data', sql: `insert into ${from} (value) values (1) returning id as x, value as x`, write: true }, makeCall()))).toBe('SQL_REFUSED')
    expect(await query({ from })).toEqual([])
  })

  test('that reads cannot change anything, whatever it calls', async () => {
    const { storage, table, transact, query, kind } = await open()
    const from = await table({ id: 'key', value: 'integer' })
    await transact([{ insert: from, rows: [{ value: 1 }] }])
    if (kind === 'pg') expect(await codeFrom(storage.sql({ source: 'data', sql: `with gone as (delete from ${from} returning id) select * from gone` }, makeCall()))).toBe('SOURCE_READONLY')
    expect(await query({ from })).toHaveLength(1)
  })

  test('that writes tells how many rows, and its tables are known at once', async () => {
    const { storage, table, query, run } = await open()
    const from = await table({ id: 'key', value: 'integer' })
    expect(await storage.sql({ source: 'data', sql: `insert into ${from} (value) values (?), (?)`, values: [1, 2], write: true }, makeCall())).toEqual({ rows: [], affected: 2 })
    await run(`alter table ${from} add column more integer`)
    expect(await query({ from, columns: ['value', 'more'], where: { column: 'value', op: '==', value: 2 } })).toEqual([{ value: 2, more: null }])
  })
})
