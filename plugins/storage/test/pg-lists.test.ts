import { expect, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { errorFrom } from '../../../test/failures.ts'
import type { Row, Step, StepResult } from '../src/contract.ts'
import { makeCall, startStorage } from './harness.ts'

async function started() {
  const { storage } = await startStorage({ data: await freshDatabase('pg') })
  const run = async (sql: string): Promise<void> => void (await storage.sql({ source: 'data', sql, write: true }, makeCall()))
  const transact = async (...steps: Step[]): Promise<readonly StepResult[]> => (await storage.transact({ source: 'data', steps }, makeCall())).results
  const rows = async (from: string): Promise<readonly Row[]> => (await storage.query({ source: 'data', from, order: [{ column: 'id' }] }, makeCall())).rows
  return { run, transact, rows }
}

const odd = { mood: 'so so', short: 'ab', name: 'Ångström', sum: '12.5', list: '{1,NULL,3}', bits: '101', span: '1 day 02:00:00', at: '2026-11-24T10:00:00.5Z', doc: '{"a": "\\"}"}', raw: { bytes: 'AP8iXFw=' }, positive: 7, note: '{"} \\ , NULL' }
const empty = { mood: null, short: null, name: 'NULL', sum: null, list: null, bits: null, span: null, at: null, doc: null, raw: null, positive: null, note: '' }

test('many rows are inserted and updated in columns of every type, as one row is', async () => {
  const { run, transact, rows } = await started()
  await run(`create type mood as enum ('so so', 'well')`)
  await run('create domain positive as integer check (value > 0)')
  for (const table of ['one', 'many']) await run(`create table ${table} (id integer primary key, mood mood, short char(3), name varchar(9), sum numeric(6, 2), list integer[], bits bit(3), span interval, at timestamp, doc jsonb, raw bytea, positive positive, note text)`)
  const given = [odd, empty, { ...odd, note: 'x' }].map((row, index) => ({ id: index + 1, ...row }))
  await transact(...given.map((row) => ({ insert: 'one', rows: [row] })))
  await transact({ insert: 'many', rows: given })
  expect(await rows('many')).toEqual(await rows('one'))
  const sets = [odd, empty, empty]
  const update = (table: string, index: number): Step => ({ update: table, set: sets[index] ?? {}, where: { and: [{ column: 'id', op: '==', value: index + 1 }] }, expect: 1 })
  for (const index of [0, 1, 2]) await transact(update('one', index))
  await transact(update('many', 0), update('many', 1), update('many', 2))
  expect(await rows('many')).toEqual(await rows('one'))
})

test('what a column does not take is refused, whether it comes with one row or with many', async () => {
  const { run, transact } = await started()
  await run('create table narrow (id integer primary key, short char(3), name varchar(3))')
  for (const value of [{ short: 'abcd' }, { name: 'abcd' }]) {
    const one = await errorFrom(transact({ insert: 'narrow', rows: [{ id: 1, ...value }] }))
    expect((await errorFrom(transact({ insert: 'narrow', rows: [{ id: 1, ...value }, { id: 2, ...value }] }))).code).toBe(one.code)
  }
})
