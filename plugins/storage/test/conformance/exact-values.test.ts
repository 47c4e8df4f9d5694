import { expect, test } from 'vitest'
import { codeFrom } from '../../../../test/failures.ts'
import type { Term } from '../../src/contract.ts'
import { makeCall } from '../call.ts'
import { onEachDatabase } from './each-database.ts'

const mayAlter = () => makeCall({ caller: { component: 'tests', identity: 'tests', permissions: ['storage.alter'], grants: [] } })

onEachDatabase('values as they are', (open) => {
  test('a floating-point number is found and compared by what is read of it', async () => {
    const { table, transact, query } = await open()
    const name = await table({ id: 'key', f: 'float', g: { sqlite: 'real', pg: 'real', mysql: 'float' }, x: 'text' })
    await transact([{ insert: name, rows: [{ id: 1, f: 0.30000000000000004, g: 0.5 }, { id: 2, f: 9007199254740991, g: 16777215 }, { id: 3, f: 1234567.8912345, g: 1.25 }], types: { f: 'float', g: 'float' } }])
    for (const [column, type] of [['f', 'float'], ['f', 'decimal'], ['g', 'float'], ['g', 'decimal']] as const) {
      const found = await query({ from: name, columns: ['id', { column, type, as: 'value' }], order: [{ column: 'id' }] })
      for (const { id, value = null } of found) expect(await query({ from: name, columns: ['id'], where: { column, op: '==', value, type } })).toEqual([{ id }])
    }
    expect(await query({ from: name, columns: [{ column: 'f', type: 'decimal' }], order: [{ column: 'id' }] })).toEqual([{ f: '0.30000000000000004' }, { f: '9007199254740991' }, { f: '1234567.8912345' }])
  })

  test('what a column of single precision holds is changed by who has seen it', async () => {
    const { table, transact, query } = await open()
    const name = await table({ id: 'key', g: { sqlite: 'real', pg: 'real', mysql: 'double' }, x: 'text' })
    await transact([{ insert: name, rows: [{ id: 1, g: 0.1 }, { id: 2, g: 123456.7 }], types: { g: 'float' } }])
    const seen = await query({ from: name, columns: ['id', { column: 'g', type: 'float' }], order: [{ column: 'id' }] })
    await transact([{ update: name, columns: ['x'], same: [{ column: 'id' }, { column: 'g', type: 'float' }], rows: seen.map(({ id = null, g = null }) => ['seen', id, g]) }])
    expect(await query({ from: name, columns: ['x'] })).toEqual([{ x: 'seen' }, { x: 'seen' }])
  })

  test('a decimal that a column of floating-point numbers would change is refused', async () => {
    const { table, transact, query } = await open()
    const name = await table({ id: 'key', f: 'float' })
    const store = (f: string): Promise<unknown> => transact([{ insert: name, rows: [{ id: 1, f }], types: { f: 'decimal' } }])
    for (const f of ['0.1234567890123456789', '9007199254740993', '-9007199254740993']) expect(await codeFrom(store(f))).toBe('VALUE_INVALID')
    await store('-1234567.25')
    expect(await query({ from: name, columns: [{ column: 'f', type: 'decimal' }] })).toEqual([{ f: '-1234567.25' }])
  })

  test('a UUID is found in whatever letters it stands, and by whatever its texts are compared', async () => {
    const { table, transact, query } = await open()
    const name = await table({ id: 'key', u: { sqlite: 'char(36)', pg: 'char(36)', mysql: 'char(36) character set utf8mb4 collate utf8mb4_bin' } })
    const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
    await transact([{ insert: name, rows: [{ id: 1, u: uuid.toUpperCase() }, { id: 2, u: uuid }] }])
    expect(await query({ from: name, columns: [{ column: 'u', type: 'uuid' }], where: { column: 'u', op: '==', value: uuid, type: 'uuid' } })).toEqual([{ u: uuid }, { u: uuid }])
  })

  test('the least of texts is a text', async () => {
    const { table, transact, query } = await open()
    const [owner, part] = [await table({ id: 'key' }), await table({ owner: 'integer', name: 'text' })]
    await transact([{ insert: owner, rows: [{ id: 1 }] }, { insert: part, rows: [{ owner: 1, name: 'äö' }, { owner: 1, name: 'öä' }] }])
    const fold = (which: 'min' | 'max'): Term => ({ fold: which, over: { table: part, as: 'p', on: [{ left: { column: 'id', of: owner }, right: { column: 'owner', of: 'p' } }] }, where: { value: true, type: 'boolean' }, of: { column: 'name', of: 'p', type: 'text' }, type: 'text' })
    const columns = [{ term: { op: 'size', of: [fold('min')], type: 'number' } as Term, as: 'size' }, { term: fold('max'), as: 'most' }]
    expect(await query({ from: owner, columns })).toEqual([{ size: '2', most: 'öä' }])
    const has: Term = { op: 'hasWord', of: [fold('min'), { value: 'äö', type: 'text' }], type: 'boolean' }
    expect(await query({ from: owner, columns: ['id'], where: { term: has } })).toEqual([{ id: 1 }])
  })

  test('a column of floating-point numbers becomes one of whole numbers without another digit', async () => {
    const { table, transact, query, storage } = await open()
    const name = await table({ id: 'key', f: 'float' })
    await transact([{ insert: name, rows: [{ id: 1, f: 9007199254740991 }, { id: 2, f: 1234567890123457 }], types: { f: 'float' } }])
    await storage.alter({ source: 'data', run: true, changes: [{ changeColumn: { name: 'f', type: 'integer', nullable: true }, table: name }] }, mayAlter())
    expect(await query({ from: name, columns: ['f'], order: [{ column: 'id' }] })).toEqual([{ f: 9007199254740991 }, { f: 1234567890123457 }])
  })

  test('a whole number that is too large for its column is no other one', async () => {
    const { table, transact, query } = await open()
    const name = await table({ n: 'integer' })
    await transact([{ insert: name, rows: [{ n: -1 }] }])
    const where = { column: 'n', op: '==', value: '18446744073709551615', type: 'integer' } as const
    expect(await codeFrom(query({ from: name, where }))).toBe('VALUE_INVALID')
    expect(await codeFrom(transact([{ remove: name, where }]))).toBe('VALUE_INVALID')
    expect(await query({ from: name, columns: ['n'] })).toEqual([{ n: -1 }])
  })

  test('a statement for a term that has one constant twice is right for those that have two', async () => {
    const { table, transact, query } = await open()
    const name = await table({ n: 'integer' })
    await transact([{ insert: name, rows: [{ n: 1 }, { n: 2 }, { n: 3 }] }])
    const two: Term = { value: '2', type: 'number' }
    const between = (low: Term, high: Term): Term => ({ op: 'and', of: [{ op: '>=', of: [{ column: 'n', type: 'integer' }, low], type: 'boolean' }, { op: '<=', of: [{ column: 'n', type: 'integer' }, high], type: 'boolean' }], type: 'boolean' })
    const found = async (term: Term): Promise<unknown> => (await query({ from: name, columns: ['n'], where: { term }, order: [{ column: 'n' }] })).map(({ n }) => n)
    expect(await found(between(two, two))).toEqual([2])
    expect(await found(between({ value: '1', type: 'number' }, { value: '2', type: 'number' }))).toEqual([1, 2])
  })

  test('a sum of durations is compared as one', async () => {
    const { table, transact, query } = await open()
    const [owner, stay] = [await table({ id: 'key' }), await table({ owner: 'integer', begun: 'instant', ended: 'instant' })]
    await transact([{ insert: owner, rows: [{ id: 1 }, { id: 2 }, { id: 3 }] }, { insert: stay, rows: [{ owner: 1, begun: '2026-01-01T00:00:00Z', ended: '2026-01-01T01:00:00Z' }, { owner: 2, begun: '2026-01-01T00:00:00Z', ended: '2026-01-06T00:00:00Z' }], types: { begun: 'instant', ended: 'instant' } }])
    const sum: Term = { fold: 'sum', over: { table: stay, as: 's', on: [{ left: { column: 'id', of: owner }, right: { column: 'owner', of: 's' } }] }, where: { value: true, type: 'boolean' }, of: { op: '-', of: [{ column: 'ended', of: 's', type: 'instant' }, { column: 'begun', of: 's', type: 'instant' }], type: 'duration' }, type: 'duration' }
    const found = async (op: string): Promise<unknown> => (await query({ from: owner, columns: ['id'], where: { term: { op, of: [sum, { value: '86400000000', type: 'duration' }], type: 'boolean' } }, order: [{ column: 'id' }] })).map(({ id }) => id)
    expect([await found('>'), await found('<'), await found('==')]).toEqual([[2], [1, 3], []])
  })

  test('a column that is changed keeps what is checked of it', async () => {
    const { run, query, transact, storage } = await open('own')
    await run('create table checked (id integer primary key, n integer not null check (n > 0))')
    await storage.alter({ source: 'data', run: true, changes: [{ changeColumn: { name: 'n', type: 'integer', nullable: true }, table: 'checked' }] }, mayAlter())
    await transact([{ insert: 'checked', rows: [{ id: 1, n: null }, { id: 2, n: 5 }] }])
    expect(await codeFrom(transact([{ insert: 'checked', rows: [{ id: 3, n: -1 }] }]))).toBe('CHECK_VIOLATION')
    expect(await query({ from: 'checked', columns: ['n'], order: [{ column: 'id' }] })).toEqual([{ n: null }, { n: 5 }])
  })

  test('an index goes without the foreign key that has its name', async () => {
    const { table, storage, kind } = await open('own')
    const parent = await table({ id: 'key' })
    const child = `${parent}_child`
    const foreignKeys = async (): Promise<unknown> => {
      for await (const { tables } of storage.describe({ source: 'data' }, makeCall())) for (const one of tables) if (one.name === child) return one.foreignKeys.length
      return undefined
    }
    await storage.alter({ source: 'data', run: true, changes: [{ createTable: child, columns: [{ name: 'id', type: 'integer', nullable: false }, { name: 'p', type: 'integer', nullable: true }], key: ['id'], indexes: [{ name: `${child}_p`, unique: false, parts: [{ column: 'p' }] }], foreignKeys: [{ name: `${child}_p`, columns: ['p'], table: parent, references: ['id'], onDelete: 'no action', onUpdate: 'no action' }] }] }, mayAlter())
    const dropped = storage.alter({ source: 'data', run: true, changes: [{ dropIndex: `${child}_p`, table: child }] }, mayAlter())
    // There the foreign key needs the index.
    if (kind === 'mysql') await expect(dropped).rejects.toMatchObject({ code: expect.any(String) as unknown })
    else await dropped
    expect(await foreignKeys()).toBe(1)
  })
})
