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
  for (const [index, set] of sets.entries()) await transact({ update: 'one', set, where: { and: [{ column: 'id', op: '==', value: index + 1 }] }, expect: 1 })
  await transact({ update: 'many', columns: Object.keys(odd), same: [{ column: 'id' }], rows: sets.map((set, index) => [...Object.values(set), index + 1]) })
  expect(await rows('many')).toEqual(await rows('one'))
})

test('what a column does not take is refused, whether it comes with one row or with many', async () => {
  const { run, transact } = await started()
  await run('create domain brief as varchar(3)')
  await run('create domain briefer as brief check (value <> \'abc\')')
  await run('create domain bits as bit(3)')
  await run('create table narrow (id integer primary key, short char(3), name varchar(3), brief brief, briefer briefer, bits bits)')
  await transact({ insert: 'narrow', rows: [{ id: 3 }, { id: 4 }] })
  for (const [column, value] of Object.entries({ short: 'abcd', name: 'abcd', brief: 'abcd', briefer: 'abcd', bits: '10101' })) {
    const one = await errorFrom(transact({ insert: 'narrow', rows: [{ id: 1, [column]: value }] }))
    expect((await errorFrom(transact({ insert: 'narrow', rows: [{ id: 1, [column]: value }, { id: 2, [column]: value }] }))).code).toBe(one.code)
    const change: Step = { update: 'narrow', columns: [column], same: [{ column: 'id' }], rows: [[value, 3], [value, 4]] }
    expect((await errorFrom(transact(change))).code).toBe(one.code)
  }
  expect((await errorFrom(transact({ insert: 'narrow', rows: [{ id: 1, briefer: 'abc' }, { id: 2, briefer: 'abc' }] }))).code).toBe('CHECK_VIOLATION')
})

test('texts are the same only if they are, where the database takes others for the same too', async () => {
  const { run, transact, rows } = await started()
  await run(`create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`)
  await run('create table greetings (id integer primary key, loose text collate loose, strict text)')
  await transact({ insert: 'greetings', columns: ['id', 'loose', 'strict'], rows: [[1, 'Hej', 'Hej'], [2, 'Hej', 'Hej'], [3, null, null]] })
  const change = (column: string, ...seen: (string | null)[]): Step => ({ update: 'greetings', columns: ['strict'], same: [{ column: 'id' }, { column, type: 'text' }], rows: seen.map((text, index) => ['new', index + 1, text]) })
  for (const column of ['loose', 'strict']) expect(await errorFrom(transact(change(column, 'Hej', 'hej')))).toMatchObject({ code: 'ROW_COUNT_MISMATCH', details: { row: 1 } })
  await transact(change('loose', 'Hej', 'Hej', null))
  expect((await rows('greetings')).map((row) => row['strict'])).toEqual(['new', 'new', 'new'])
})
