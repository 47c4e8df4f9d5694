import { expect, test } from 'vitest'
import { codeFrom } from '../../../../test/failures.ts'
import { sidecarName } from '../../src/contract.ts'
import { makeCall } from '../harness.ts'
import { onEachDatabase } from './each-database.ts'

onEachDatabase('a table beside another', (open) => {
  test('knows its rows by their primary key, and is made once', async () => {
    const data = await open()
    const table = await data.table({ Code: { sqlite: 'varchar(10)', pg: 'varchar(10)', mysql: 'varchar(10) collate utf8mb4_swedish_ci' }, part: 'integer', name: 'text' }, data.kind === 'pg' ? 'primary key (code, part)' : 'primary key (Code, part)')
    const code = data.kind === 'pg' ? 'code' : 'Code'
    const names = await Promise.all((['state', 'state', 'history', 'history'] as const).map((kind) => data.storage.sidecar({ source: 'data', table, key: [code, 'part'], kind }, makeCall())))
    expect(names.map(({ name }) => name)).toEqual([sidecarName('state', table), sidecarName('state', table), sidecarName('history', table), sidecarName('history', table)])
    await data.storage.sidecar({ source: 'data', table, key: [code, 'part'], kind: 'state' }, makeCall())
    const [state, , history] = names.map(({ name }) => name)
    if (state === undefined || history === undefined) throw new Error('Made two tables: found none')
    const types = { caruso_at: 'instant', caruso_removed_at: 'instant' } as const
    const at = '2026-11-30T10:00:00.123456Z'
    await data.transact([
      { insert: table, rows: [{ [code]: 'A', part: 1, name: 'x' }] },
      { insert: state, rows: [{ [code]: 'A', part: 1, caruso_version: 2, caruso_removed_at: at }], types },
      { insert: history, rows: [1, 2].map((version) => ({ [code]: 'A', part: 1, caruso_version: version, caruso_kind: 'updated', caruso_at: at, caruso_before: '{}' })), types },
    ])
    const joined = await data.query({
      from: table,
      columns: [{ column: 'name', of: table }, { column: 'caruso_version', of: 's', type: 'integer' }, { column: 'caruso_removed_at', of: 's', type: 'instant' }],
      joins: [{ table: state, as: 's', on: [code, 'part'].map((column) => ({ left: { column, of: table }, right: { column, of: 's' } })) }],
    })
    expect(joined).toEqual([{ name: 'x', caruso_version: 2, caruso_removed_at: at }])
    const rows = await data.query({ from: history, columns: [{ column: 'caruso_version', type: 'integer' }], order: [{ column: 'caruso_seq', desc: true }] })
    expect(rows).toEqual([{ caruso_version: 2 }, { caruso_version: 1 }])
  })

  test('a row takes the place of the one with its key, and no other', async () => {
    const data = await open()
    const table = await data.table({ id: { sqlite: 'integer primary key', pg: 'integer primary key', mysql: 'integer primary key' }, name: 'text', note: 'text' })
    await data.transact([{ insert: table, rows: [{ id: 1, name: 'a', note: 'kept' }, { id: 2, name: 'b', note: null }] }])
    const [result] = await data.transact([{ insert: table, replace: true, rows: [{ id: 1, name: 'A' }, { id: 3, name: 'c' }], expect: 2 }])
    expect(result).toEqual({ affected: 2, keys: [{ id: 1 }, { id: 3 }] })
    expect(await data.query({ from: table, order: [{ column: 'id' }] })).toEqual([{ id: 1, name: 'A', note: 'kept' }, { id: 2, name: 'b', note: null }, { id: 3, name: 'c', note: null }])
    const [repeated] = await data.transact([{ insert: table, replace: true, rows: [{ id: 7, name: 'first' }, { id: 8, name: 'other' }, { id: '7', name: 'last' }], expect: 3 }])
    expect(repeated).toEqual({ affected: 3, keys: [{ id: 7 }, { id: 8 }, { id: 7 }] })
    expect(await data.query({ from: table, columns: ['id', 'name'], where: { column: 'id', op: '>=', value: 7 }, order: [{ column: 'id' }] })).toEqual([{ id: 7, name: 'last' }, { id: 8, name: 'other' }])
    expect(await codeFrom(data.transact([{ insert: table, replace: true, rows: [{ name: 'x' }] }]))).toBe('PLAN_INVALID')
  })

  test('is refused beside a view, by another key, and where nothing is written', async () => {
    const data = await open()
    const table = await data.table({ id: 'key', name: 'text' })
    await data.run(`create view ${table}_seen as select id, name from ${table}`)
    for (const wrong of [{ table: `${table}_seen`, key: ['id'] }, { table, key: ['name'] }, { table, key: ['id', 'name'] }]) {
      expect(await codeFrom(data.storage.sidecar({ source: 'data', kind: 'state', ...wrong }, makeCall()))).toBe('PLAN_INVALID')
    }
    expect(await codeFrom(data.storage.sidecar({ source: 'data', kind: 'state', table: 'nowhere', key: ['id'] }, makeCall()))).toBe('TABLE_UNKNOWN')
  })

  test('the name of a long table is cut, and is its own', async () => {
    const long = 'x'.repeat(60)
    expect(new Set([`${long}a`, `${long}b`].map((table) => sidecarName('history', table))).size).toBe(2)
    expect(Buffer.byteLength(sidecarName('history', 'ø'.repeat(60)))).toBeLessThan(64)
  })
})
