import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { errorFrom } from '../../../../test/failures.ts'
import { makeCall, makeDatabase, startStorage } from '../harness.ts'
import { onEachDatabase, streamed } from './each-database.ts'

onEachDatabase('days and moments where midnight is at another time', (open) => {
  test('are what was written, without a zone of this process', async () => {
    const zone = process.env['TZ']
    onTestFinished(() => {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    })
    for (const other of ['Pacific/Auckland', 'America/Los_Angeles', 'Europe/Oslo']) {
      process.env['TZ'] = other
      const { table, transact, query, dispose } = await open('own')
      const types = { day: 'date', at: 'instant', local: 'instant', hour: 'time' } as const
      const from = await table({ id: 'key', day: 'date', at: 'instant', local: { sqlite: 'datetime', pg: 'timestamp', mysql: 'timestamp(6) null' }, hour: 'time' })
      const row = { day: '2026-03-29', at: '2026-03-29T01:30:00.5Z', local: '2026-03-29T01:30:00.5Z', hour: '02:30:00' }
      await transact([{ insert: from, rows: [row], types }])
      const columns = Object.entries(types).map(([column, type]) => ({ column, type }))
      expect(await query({ from, columns, where: { column: 'local', op: '==', value: '2026-03-29T03:30:00.5+02:00', type: 'instant' } })).toEqual([row])
      expect(await query({ from, columns: ['day'] })).toEqual([{ day: '2026-03-29' }])
      await dispose()
    }
  })
})

onEachDatabase('columns of other applications', (open) => {
  test('numbers in columns of floating-point numbers are read as they are shown, and refused where they would change', async () => {
    const { kind, table, transact, query } = await open()
    const from = await table({ id: 'key', price: { sqlite: 'decimal(20,4)', pg: 'numeric(20, 4)', mysql: 'double' } })
    const types = { price: 'decimal' } as const
    await transact([{ insert: from, rows: [{ price: '0.1' }, { price: '0.2' }, { price: '18' }], types }])
    expect(await query({ from, aggregates: [{ fn: 'sum', column: 'price', type: 'decimal', as: 'sum' }] })).toEqual([{ sum: kind === 'mysql' ? expect.stringMatching(/^18\.3/) : '18.3' }])
    expect(await query({ from, columns: [{ column: 'price', type: 'decimal' }], where: { column: 'price', op: '==', value: '0.1', type: 'decimal' } })).toEqual([{ price: '0.1' }])
    const grouped = await query({ from, group: [{ column: 'price', type: 'decimal' }], aggregates: [{ fn: 'count', as: 'n' }], order: [{ column: 'price', type: 'decimal' }] })
    expect(grouped).toEqual([{ price: '0.1', n: 1 }, { price: '0.2', n: 1 }, { price: '18', n: 1 }])
    if (kind === 'pg') return
    const error = await errorFrom(transact([{ insert: from, rows: [{ price: '1234567890123456.7891' }], types }]))
    expect([error.code, error.message]).toEqual(['VALUE_INVALID', expect.stringContaining('for column "price": it keeps floating-point numbers, which would change it')])
  })

  test('yes and no may be numbers, and moments dates', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', yes: { sqlite: 'integer', pg: 'smallint', mysql: 'bit(1)' }, code: { sqlite: 'varchar(36)', pg: 'varchar(36)', mysql: 'char(36)' }, day: 'date' })
    const types = { yes: 'boolean', code: 'uuid' } as const
    await transact([{ insert: from, rows: [{ yes: true, code: '6F9619FF-8B86-D011-B42D-00C04FC964FF', day: '2026-11-24' }, { yes: false, code: null, day: null }], types }])
    expect(await query({ from, columns: [{ column: 'yes', type: 'boolean' }, { column: 'code', type: 'uuid' }], where: { column: 'yes', op: '==', value: true, type: 'boolean' } })).toEqual([{ yes: true, code: '6f9619ff-8b86-d011-b42d-00c04fc964ff' }])
    expect(await query({ from, columns: ['id'], where: { column: 'code', op: '==', value: '6f9619FF-8b86-d011-b42d-00c04fc964ff', type: 'uuid' } })).toEqual([{ id: 1 }])
    expect(await query({ from, columns: [{ column: 'day', type: 'instant', as: 'at' }], where: { column: 'day', op: '<', value: '2026-11-24T00:00:01Z', type: 'instant' } })).toEqual([{ at: '2026-11-24T00:00:00Z' }])
  })

  test('a UUID that is kept as bytes or as text is asked for by its text', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', code: { sqlite: 'varchar(36)', pg: 'varchar(36)', mysql: 'binary(16)' } })
    const code = '6f9619ff-8b86-d011-b42d-00c04fc964ff'
    await transact([{ insert: from, rows: [{ code }, { code: null }], types: { code: 'uuid' } }])
    const term = { op: 'endsWith', of: [{ column: 'code', type: 'uuid' }, { value: '-b42d-00c04fc964ff', type: 'text' }], type: 'boolean' } as const
    expect(await query({ from, columns: [{ column: 'code', type: 'uuid' }, { term: { column: 'code', type: 'uuid' }, as: 'text' }], where: { term } })).toEqual([{ code, text: code }])
  })

  test('what is no value of the type is told, with its column', async () => {
    const { table, transact, query } = await open()
    const from = await table({ id: 'key', value: 'text' })
    await transact([{ insert: from, rows: [{ value: 'seven' }] }])
    const error = await errorFrom(query({ from, columns: [{ column: 'value', type: 'integer' }] }))
    expect([error.code, error.message]).toEqual(['VALUE_INVALID', 'Read column "value" as integer: found "seven"'])
  })

  test('a view has columns and no key, and a stream of more rows than any memory holds begins at once', async () => {
    const { storage, table, run, transact } = await open()
    const from = await table({ id: 'key', n: 'integer' })
    await transact([{ insert: from, rows: Array.from({ length: 2_000 }, (_, n) => ({ n })) }])
    await run(`create view v${from} as select a.n as x, b.n as y, c.n as z from ${from} a, ${from} b, ${from} c`)
    const began = Date.now()
    for await (const { rows } of storage.stream({ source: 'data', from: `v${from}`, columns: [{ column: 'x', type: 'integer' }, { column: 'z', type: 'decimal' }] }, makeCall())) {
      expect(rows.length).toBeGreaterThan(0)
      break
    }
    expect(Date.now() - began).toBeLessThan(5_000)
    expect(await streamed(storage, { from, limit: 3 })).toHaveLength(3)
  })
})

test('SQLite: what Knex and others have written as moments is read, compared and ordered as such', async () => {
  const file = makeDatabase(`create table t (id integer primary key, at datetime, ms integer, doc json);
    insert into t values (1, '1996-07-04', 836438400000, '[1,2]'), (2, '1996-07-04 12:30:00', 836483400000, 'null'), (3, '1996-07-04T10:00:00.5+02:00', 836467200500, 7)`)
  const { storage } = await startStorage({ data: { kind: 'sqlite', file } })
  for (const column of ['at', 'ms']) {
    const { rows } = await storage.query({ source: 'data', from: 't', columns: [{ column, type: 'instant', as: 'at' }], order: [{ column, type: 'instant' }], where: { column, op: '<', value: '1996-07-04T12:30:00.000001Z', type: 'instant' } }, makeCall())
    expect(rows).toEqual([{ at: '1996-07-04T00:00:00Z' }, { at: '1996-07-04T08:00:00.5Z' }, { at: '1996-07-04T12:30:00Z' }])
  }
  await storage.transact({ source: 'data', steps: [{ insert: 't', rows: [{ id: 4, at: '2026-11-24T10:00:00.25Z', ms: '2026-11-24T10:00:00.25Z', doc: '{"a":1.0}' }], types: { at: 'instant', ms: 'instant', doc: 'json' } }] }, makeCall())
  const database = new Database(file)
  expect(database.prepare('select at, ms, doc from t where id = 4').raw().all([])).toEqual([['2026-11-24 10:00:00.25', 1795514400250, '{"a":1.0}']])
  database.close()
  const docs = await storage.query({ source: 'data', from: 't', columns: [{ column: 'doc', type: 'json' }], order: [{ column: 'id' }] }, makeCall())
  expect(docs.rows).toEqual([{ doc: '[1,2]' }, { doc: 'null' }, { doc: '7' }, { doc: '{"a":1.0}' }])
  const error = await errorFrom(storage.transact({ source: 'data', steps: [{ update: 't', set: { doc: '1.0' }, types: { doc: 'json' }, where: { and: [] } }] }, makeCall()))
  expect([error.code, error.message]).toEqual(['VALUE_INVALID', expect.stringContaining('its declared type makes it a number, which would change it')])
})
