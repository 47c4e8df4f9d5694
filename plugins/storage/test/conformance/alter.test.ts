import type { Client } from '@caruso/contract'
import { expect, test } from 'vitest'
import type { Change, ForeignKey, NewColumn, Row, Storage, TableDescription } from '../../src/contract.ts'
import { described } from '../described.ts'
import { makeCall } from '../harness.ts'
import { isMysql, onEachDatabase } from './each-database.ts'

let made = 0

/** Names of a test of its own, since the tests share a database. */
function names(): { readonly a: string; readonly b: string } {
  made++
  return { a: `alter ${made} a`, b: `alter ${made} b` }
}

async function alter(storage: Client<typeof Storage>, ...changes: Change[]): Promise<readonly (readonly string[])[]> {
  return (await storage.alter({ source: 'data', changes, run: true }, makeCall())).statements
}

async function tableNamed(storage: Client<typeof Storage>, name: string): Promise<TableDescription | undefined> {
  return (await described(storage)).find((table) => table.name === name)
}

const id: NewColumn = { name: 'id', type: 'integer', nullable: false, identity: 'by default' }
const label: NewColumn = { name: 'label', type: 'text', length: 40, nullable: true }
const free = { onDelete: 'no action', onUpdate: 'no action' } as const satisfies Partial<ForeignKey>

/** What every database says alike of a table. */
function asked(table: TableDescription | undefined): object | undefined {
  if (table === undefined) return undefined
  return {
    columns: table.columns.map(({ name, type, length, digits, nullable, identity }) => ({ name, type, length, digits, nullable, identity })),
    key: table.key,
    unique: table.unique,
    indexes: table.indexes.filter(({ name }) => !table.foreignKeys.some((key) => key.name === name)),
    foreignKeys: table.foreignKeys.map(({ columns, table: other, references, onDelete }) => ({ columns, table: other, references, onDelete })),
  }
}

onEachDatabase('alter', (open, kind) => {
  test('makes a table of every type, with its key, indexes and references, which describe tells as they were asked for', async () => {
    const { storage, transact, query } = await open()
    const { a, b } = names()
    const columns: NewColumn[] = [
      id,
      { ...label, nullable: false, default: "it's \\ \"new\"" },
      { name: 'long', type: 'text', nullable: true },
      { name: 'amount', type: 'decimal', digits: 12, places: 2, nullable: false, default: '-1.5' },
      { name: 'ratio', type: 'float', nullable: true },
      { name: 'open', type: 'boolean', nullable: false, default: true },
      { name: 'day', type: 'date', nullable: true, default: '2026-11-24' },
      { name: 'clock', type: 'time', nullable: true },
      { name: 'at', type: 'instant', nullable: true, default: '2026-11-24T10:00:00.5Z' },
      { name: 'more', type: 'json', nullable: true, default: '{"a":1}' },
      { name: 'uid', type: 'uuid', nullable: true, default: '0b9d3f4e-6c9a-4d2c-9a3e-0123456789ab' },
      { name: 'file', type: 'bytes', nullable: true },
      { name: 'parent', type: 'integer', nullable: true },
    ]
    await alter(storage, {
      createTable: a, columns, key: ['id'],
      indexes: [{ name: `${a} by label`, unique: true, parts: [{ column: 'label' }, { column: 'day' }] }, { name: `${a} by day`, unique: false, parts: [{ column: 'day', desc: true }] }],
      foreignKeys: [{ name: `${a} parent`, columns: ['parent'], table: a, references: ['id'], onDelete: 'set null', onUpdate: 'no action' }],
    }, { createTable: b, columns: [{ name: 'x', type: 'text', nullable: false }, { name: 'y', type: 'integer', nullable: false }], key: ['x', 'y'] })
    expect(asked(await tableNamed(storage, a))).toEqual({
      columns: columns.map(({ name, type, length, digits, nullable, identity }) => ({ name, ...(kind === 'mysql' && isMysql && type === 'uuid' ? { type: 'bytes', length: 16 } : { type, length }), digits, nullable, identity })),
      key: ['id'],
      unique: [{ name: `${a} by label`, columns: ['label', 'day'] }],
      indexes: [{ name: `${a} by day`, unique: false, parts: [{ column: 'day', desc: true }] }],
      foreignKeys: [{ columns: ['parent'], table: a, references: ['id'], onDelete: 'set null' }],
    })
    expect((await tableNamed(storage, b))?.key).toEqual(['x', 'y'])
    await transact([{ insert: a, rows: [{ id: 1 }] }, { insert: b, rows: [{ x: 'a', y: 1 }, { x: 'A', y: 1 }, { x: 'a ', y: 1 }] }])
    const typed = columns.map(({ name, type }) => ({ column: name, type }))
    expect(await query({ from: a, columns: typed })).toEqual([{
      id: 1, label: "it's \\ \"new\"", long: null, amount: '-1.5', ratio: null, open: true, day: '2026-11-24', clock: null, at: '2026-11-24T10:00:00.5Z',
      more: kind === 'pg' || (kind === 'mysql' && isMysql) ? '{"a": 1}' : '{"a":1}', uid: '0b9d3f4e-6c9a-4d2c-9a3e-0123456789ab', file: null, parent: null,
    } satisfies Row])
  })

  test('renames, adds, changes and drops, and keeps rows, references, views and triggers', async () => {
    const { storage, transact, query, run } = await open()
    const { a, b } = names()
    await alter(storage, { createTable: a, columns: [id, label], key: ['id'] }, { createTable: b, columns: [id, { name: 'of', type: 'integer', nullable: true }, { name: 'n', type: 'integer', nullable: true }], key: ['id'] })
    await transact([{ insert: a, rows: [{ id: 1, label: 'one' }, { id: 2, label: 'two' }] }, { insert: b, rows: [{ id: 1, of: 1, n: 7 }, { id: 2, of: null, n: null }] }])
    const quoted = kind === 'mysql' ? (name: string) => `\`${name}\`` : (name: string) => `"${name}"`
    if (kind === 'sqlite') await run(`create trigger after_${made} after insert on ${quoted(b)} begin update ${quoted(a)} set label = 'seen' where id = new.of; end`)
    await run(`create view view_${made} as select id, ${quoted('of')} from ${quoted(b)}`)
    await alter(storage,
      { addForeignKey: { name: `${b} of`, columns: ['of'], table: a, references: ['id'], onDelete: 'cascade', onUpdate: 'no action' }, table: b },
      { addIndex: { name: `${b} n`, unique: true, parts: [{ column: 'n' }] }, table: b },
      { addColumn: { name: 'born', type: 'date', nullable: false, default: '2000-01-01' }, table: a },
      { renameColumn: 'label', table: a, to: 'Name of it' })
    await alter(storage,
      { renameTable: a, to: `${a}!` },
      { changeColumn: { name: 'Name of it', type: 'text', length: 80, nullable: false }, table: `${a}!` },
      { changeColumn: { name: 'n', type: 'text', length: 10, nullable: true }, table: b },
      { dropColumn: 'born', table: `${a}!` })
    expect(asked(await tableNamed(storage, `${a}!`))).toMatchObject({ columns: [{ name: 'id', identity: 'by default' }, { name: 'Name of it', type: 'text', length: 80, nullable: false }], key: ['id'] })
    expect(asked(await tableNamed(storage, b))).toMatchObject({ unique: [{ name: `${b} n`, columns: ['n'] }], foreignKeys: [{ columns: ['of'], table: `${a}!`, references: ['id'], onDelete: 'cascade' }] })
    expect(await query({ from: b, order: [{ column: 'id' }] })).toEqual([{ id: 1, of: 1, n: '7' }, { id: 2, of: null, n: null }])
    expect(await query({ from: `view_${made}`, order: [{ column: 'id' }] })).toEqual([{ id: 1, of: 1 }, { id: 2, of: null }])
    await transact([{ insert: b, rows: [{ id: 3, of: 2, n: 'x' }] }])
    if (kind === 'sqlite') expect(await query({ from: `${a}!`, where: { column: 'id', op: '==', value: 2 } })).toEqual([{ id: 2, 'Name of it': 'seen' }])
    await transact([{ remove: `${a}!`, where: { column: 'id', op: '==', value: 1 } }])
    expect(await query({ from: b, columns: ['id'], order: [{ column: 'id' }] })).toEqual([{ id: 2 }, { id: 3 }])
    await run(`drop view view_${made}`)
    if (kind === 'sqlite') await run(`drop trigger after_${made}`)
    await alter(storage, { dropForeignKey: ['of'], table: b }, { dropIndex: `${b} n`, table: b }, { dropTable: `${a}!` })
    expect(asked(await tableNamed(storage, b))).toMatchObject({ unique: [], foreignKeys: [] })
    expect(await tableNamed(storage, `${a}!`)).toBe(undefined)
  })

  test('refuses what would lose a value before it touches anything, and says how many rows', async () => {
    const { storage, transact, query } = await open()
    const { a, b } = names()
    await alter(storage, { createTable: a, columns: [id, label, { name: 'n', type: 'decimal', digits: 10, places: 2, nullable: true }], key: ['id'] }, { createTable: b, columns: [id, { name: 'of', type: 'integer', nullable: true }], key: ['id'] })
    await transact([{ insert: a, rows: [{ label: 'long enough', n: '1.5' }, { label: 'x', n: '1.25' }, { label: 'x', n: null }] }, { insert: b, rows: [{ of: 1 }, { of: 7 }, { of: 8 }] }])
    const before = await described(storage)
    const first: Change = { addColumn: { name: 'extra', type: 'text', nullable: true }, table: a }
    const cases: readonly [Change, number | undefined][] = [
      [{ changeColumn: { ...label, length: 5 }, table: a }, 1],
      [{ changeColumn: { name: 'n', type: 'decimal', digits: 10, places: 1, nullable: true }, table: a }, 1],
      [{ changeColumn: { name: 'n', type: 'integer', nullable: true }, table: a }, 2],
      [{ changeColumn: { name: 'label', type: 'date', nullable: true }, table: a }, 3],
      [{ changeColumn: { name: 'n', type: 'decimal', digits: 10, places: 2, nullable: false }, table: a }, 1],
      [{ addColumn: { name: 'must', type: 'integer', nullable: false }, table: a }, 3],
      [{ addIndex: { name: `${a} u`, unique: true, parts: [{ column: 'label' }] }, table: a }, 2],
      [{ addForeignKey: { name: `${b} of`, columns: ['of'], table: a, references: ['id'], ...free }, table: b }, 2],
      [{ dropColumn: 'id', table: a }, undefined],
      [{ dropTable: 'nothing like that' }, undefined],
      [{ renameColumn: 'label', table: a, to: 'N' }, undefined],
      [{ addColumn: { name: 'x\u0007', type: 'text', nullable: true }, table: a }, undefined],
      [{ addColumn: { name: 'y', type: 'integer', nullable: true, default: 'one' }, table: a }, undefined],
    ]
    for (const [change, rows] of cases) {
      await expect(alter(storage, first, change), JSON.stringify(change)).rejects.toMatchObject({ code: 'CHANGE_REFUSED', details: { change: 1, done: 0, ...(rows === undefined ? {} : { rows }) } })
    }
    expect(await described(storage)).toEqual(before)
    expect(await query({ from: a, columns: ['label'], order: [{ column: 'id' }] })).toEqual([{ label: 'long enough' }, { label: 'x' }, { label: 'x' }])
  })

  test('answers the statements without running them, and they are those that run', async () => {
    const { storage } = await open()
    const { a } = names()
    await alter(storage, { createTable: a, columns: [id, label], key: ['id'] })
    const changes: Change[] = [
      { renameColumn: 'label', table: a, to: 'title' },
      { changeColumn: { name: 'title', type: 'text', length: 60, nullable: false, default: "'); drop table x; --" }, table: a },
      { addIndex: { name: `${a} i`, unique: false, parts: [{ column: 'title' }] }, table: a },
    ]
    const before = await described(storage)
    const { statements } = await storage.alter({ source: 'data', changes, run: false }, makeCall())
    expect(await described(storage)).toEqual(before)
    expect(statements.map((one) => one.length > 0)).toEqual([true, true, true])
    expect(await alter(storage, ...changes)).toEqual(statements)
  })

  test('a list that the database itself refuses leaves nothing, or in MariaDB tells how much was made', async () => {
    const { storage, run } = await open()
    const { a } = names()
    await alter(storage, { createTable: a, columns: [id, label, { name: 'n', type: 'integer', nullable: true }], key: ['id'] })
    const quoted = kind === 'mysql' ? `\`${a}\`` : `"${a}"`
    await run(kind === 'mysql' ? `alter table ${quoted} add check (label <> 'x' or n > 0)` : `create view broken_${made} as select label from ${quoted}`)
    const changes: Change[] = [{ addColumn: { name: 'more', type: 'text', nullable: true }, table: a }, { dropColumn: 'label', table: a }]
    await expect(alter(storage, ...changes)).rejects.toMatchObject({ code: 'CHANGE_REFUSED', details: { change: 1, done: kind === 'mysql' ? 1 : 0 } })
    expect((await tableNamed(storage, a))?.columns.map(({ name }) => name)).toEqual(kind === 'mysql' ? ['id', 'label', 'n', 'more'] : ['id', 'label', 'n'])
  })

  test('changes what a text was to what it says, and back', async () => {
    const { storage, transact, query } = await open()
    const { a } = names()
    const kinds = { i: ['integer', '42'], d: ['decimal', '1.5'], t: ['date', '2026-11-24'], m: ['instant', '2026-11-24T10:00:00.5Z'], u: ['uuid', '0b9d3f4e-6c9a-4d2c-9a3e-0123456789ab'] } as const
    const all = Object.entries(kinds).filter(([name]) => kind !== 'mysql' || (name !== 'm' && !(isMysql && name === 'u')))
    await alter(storage, { createTable: a, columns: [id, ...all.map(([name]) => ({ ...label, name }))], key: ['id'] })
    await transact([{ insert: a, rows: [{ id: 1, ...Object.fromEntries(all.map(([name, [, value]]) => [name, value])) }, { id: 2, ...Object.fromEntries(all.map(([name]) => [name, null])) }] }])
    await alter(storage, ...all.map(([name, [type]]): Change => ({ changeColumn: { name, type, nullable: true }, table: a })))
    const typed = all.map(([name, [type]]) => ({ column: name, type }))
    expect(await query({ from: a, columns: typed, where: { column: 'id', op: '==', value: 1 } })).toEqual([Object.fromEntries(all.map(([name, [type, value]]) => [name, type === 'integer' ? 42 : value]))])
  })
})
