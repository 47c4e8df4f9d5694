import { expect, onTestFinished, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { freshDatabase } from '../../../test/databases.ts'
import { PgConnection } from '../src/dialect/pg/connection.ts'
import { runScript } from './described.ts'

async function connected(script: string) {
  const database = await freshDatabase('pg')
  await runScript(database, script)
  const { kind: _, ...config } = database
  const connection = await PgConnection.open(config)
  onTestFinished(() => connection.close())
  return { database, connection }
}

test('a statement that was refused, as it was told or as it was run, works on the same connection when the reason is gone', async () => {
  const { database, connection } = await connected('create table account (id int primary key, owner text); insert into account values (1, null)')
  const insert = 'insert into account (id, owner) values ($1, $2)'
  const select = 'select id from invoice'
  expect((await errorFrom(connection.run(insert, ['1', 'me']))).message).toContain('duplicate key')
  expect((await errorFrom(connection.run(select, []))).message).toContain('"invoice" does not exist')
  await runScript(database, 'create table invoice (id int); delete from account')
  for (const id of ['1', '2']) expect(await connection.run(insert, [id, 'me'])).toEqual({ affected: 1, rows: [] })
  expect((await errorFrom(connection.run(insert, ['1', 'me']))).message).toContain('duplicate key')
  expect(await connection.run(insert, ['3', 'me'])).toEqual({ affected: 1, rows: [] })
  for (let again = 0; again < 3; again++) expect(await connection.run(select, [])).toEqual({ affected: 0, rows: [] })
  expect(connection.usable).toBe(true)
})

test('how many rows were found or changed is told, with null and bytes as they are', async () => {
  const { connection } = await connected('create table paper (id int primary key, text text, bytes bytea)')
  expect(await connection.run('insert into paper select n from generate_series(1, 1000) n', [])).toEqual({ affected: 1_000, rows: [] })
  expect(await connection.run('update paper set text = $1, bytes = $2 where id <= $3', [null, Buffer.from([0, 255]), 300n])).toEqual({ affected: 300, rows: [] })
  expect(await connection.run('delete from paper where id > $1', [1])).toEqual({ affected: 999, rows: [] })
  expect(await connection.run('select id, text, bytes from paper', [])).toEqual({ affected: 1, rows: [['1', null, '\\x00ff']] })
})

test('many rows are handed over some at a time, and what the taker refuses leaves the connection of use', async () => {
  const { connection } = await connected('select 1')
  const counts: number[] = []
  expect(await connection.read('select n from generate_series(1, 1000) n', [], (rows) => void counts.push(rows.length))).toBe(1_000)
  expect(counts.length).toBeGreaterThan(10)
  expect(counts.reduce((sum, count) => sum + count)).toBe(1_000)
  const refusing = connection.read('select n from generate_series(1, 1000) n', [], () => {
    throw new Error('too many')
  })
  await expect(refusing).rejects.toThrow('too many')
  expect(await connection.run('select 2', [])).toEqual({ affected: 1, rows: [['2']] })
})

test('a value that cannot be sent is told, and leaves the connection of use', async () => {
  const { connection } = await connected('select 1')
  const unsendable: string = Object.create(null)
  await expect(connection.run('select $1::text', [unsendable])).rejects.toThrow()
  expect(await connection.run('select 2', [])).toEqual({ affected: 1, rows: [['2']] })
  expect(await connection.run('select $1::text', ['x'])).toEqual({ affected: 1, rows: [['x']] })
})

test('a connection whose server has forgotten a statement is not used again', async () => {
  const { connection } = await connected('select 1')
  expect(await connection.run('select 2', [])).toEqual({ affected: 1, rows: [['2']] })
  await connection.run('deallocate all', [])
  expect((await errorFrom(connection.run('select 2', []))).code).toBe('26000')
  expect(connection.usable).toBe(false)
})

test('of a caller\'s own statement with more rows than are answered, one more is kept, and all are counted', async () => {
  const { connection } = await connected('select 1')
  const { rows, affected, columns } = await connection.describe('select n from generate_series(1, 30000) n', [])
  expect({ kept: rows.length, last: rows.at(-1), affected, columns }).toEqual({ kept: 10_002, last: ['10002'], affected: 30_000, columns: ['n'] })
  expect((await errorFrom(connection.describe('select nonsense', []))).message).toContain('"nonsense" does not exist')
  expect((await connection.describe('select 1 as n', [])).rows).toEqual([['1']])
})
