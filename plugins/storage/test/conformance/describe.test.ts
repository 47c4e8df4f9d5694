import { expect, test } from 'vitest'
import { described } from '../described.ts'
import { makeCall } from '../harness.ts'
import { isMysql, onEachDatabase } from './each-database.ts'

// MySQL's names end in no blank, and PostgreSQL's have at most 63 bytes.
const hostile = ['what?', '"quoted"', '`ticks`', "it's", 'a.b', 'a as b', 'a\\b', '(', 'check (x)', '[x]', '$1', ' x', 'select', 'x; drop table y', 'x, y', '--', '/* */', '%']

onEachDatabase('describe', (open, kind) => {
  const quote = (name: string): string => (kind === 'mysql' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`)

  test('says any name as it is, in keys, references, checks and indexes too', async () => {
    const { storage, run } = await open()
    const [parent, child] = ['par"ent`, (x)', "child's . -- x"]
    const two = hostile.slice(0, 2).map(quote).join(', ')
    await run(`create table ${quote(parent)} (${hostile.map((name) => `${quote(name)} integer not null`).join(', ')}, primary key (${two}))`)
    await run(`create table ${quote(child)} (${hostile.map((name) => `${quote(name)} integer`).join(', ')},
      constraint ${quote('c, "x"')} check (${quote('check (x)')} > 0),
      foreign key (${two}) references ${quote(parent)} (${two}) on delete cascade)`)
    await run(`create unique index ${quote('u`"(')} on ${quote(child)} (${quote('a.b')}, ${quote('select')})`)
    await run(`create index ${quote('i, --')} on ${quote(child)} (${quote('[x]')} desc)`)
    const tables = new Map((await described(storage)).map((table) => [table.name, table]))
    expect(tables.get(parent)).toMatchObject({ kind: 'table', key: hostile.slice(0, 2), unique: [], indexes: [], foreignKeys: [], checks: [] })
    expect(tables.get(parent)?.columns.map(({ name, type, nullable }) => [name, type, nullable])).toEqual(hostile.map((name) => [name, 'integer', false]))
    const found = tables.get(child)
    expect(found?.columns.map(({ name }) => name)).toEqual(hostile)
    expect(found?.key).toEqual([])
    expect(found?.unique).toEqual([{ name: 'u`"(', columns: ['a.b', 'select'] }])
    expect(found?.indexes.find(({ name }) => name === 'i, --')).toEqual({ name: 'i, --', unique: false, parts: [{ column: '[x]', desc: true }] })
    expect(found?.foreignKeys).toEqual([expect.objectContaining({ columns: hostile.slice(0, 2), table: parent, references: hostile.slice(0, 2), onDelete: 'cascade' })])
    expect(found?.checks).toEqual([{ name: 'c, "x"', expression: `${quote('check (x)')} > 0` }])
  })

  test('tells what plans need: every type is one that a plan can ask for', async () => {
    const { storage, table, run, query } = await open()
    const from = await table({ id: 'key', a: 'text', b: 'integer', c: 'decimal', d: 'float', e: 'boolean', f: 'date', g: 'time', h: 'instant', i: 'json', j: 'uuid', k: 'bytes' })
    await run(`create view v_${from} as select a, c from ${from}`)
    const tables = new Map((await described(storage)).map((one) => [one.name, one]))
    const found = tables.get(from)
    expect(found?.columns.map(({ type }) => type)).toEqual(['integer', 'text', 'integer', 'decimal', 'float', 'boolean', 'date', 'time', 'instant', 'json', kind === 'mysql' && isMysql ? 'bytes' : 'uuid', 'bytes'])
    expect(found?.columns[0]).toMatchObject({ name: 'id', nullable: false, identity: 'by default' })
    expect(found?.key).toEqual(['id'])
    expect(tables.get(`v_${from}`)).toMatchObject({ kind: 'view', key: [], columns: [{ name: 'a', type: 'text' }, { name: 'c', type: 'decimal' }] })
    expect(await query({ from, columns: (found?.columns ?? []).map(({ name, type }) => ({ column: name, ...(type === undefined ? {} : { type }) })) })).toEqual([])
  })

  test('says which triggers a table has, and which of them do nothing', async () => {
    const { storage, table, run } = await open()
    const from = await table({ id: 'key', a: 'integer' })
    const noted = await table({ id: 'key', a: 'integer' })
    if (kind === 'pg') await run(`create function note_${from}() returns trigger language plpgsql as 'begin insert into ${noted} (a) values (1); return null; end'`)
    const does = kind === 'pg' ? `execute function note_${from}()` : kind === 'mysql' ? `insert into ${noted} (a) values (1)` : `begin insert into ${noted} (a) values (1); end`
    await run(`create trigger ${quote('after, "update"')} after update on ${from} for each row ${does}`)
    await run(`create trigger before_it before delete on ${from} for each row ${does}`)
    if (kind === 'pg') await run(`alter table ${from} disable trigger before_it`)
    const tables = new Map((await described(storage)).map((one) => [one.name, one]))
    expect(tables.get(from)?.triggers).toEqual([
      { name: 'after, "update"', when: 'after', events: ['update'] },
      { name: 'before_it', when: 'before', events: ['delete'], ...(kind === 'pg' ? { disabled: true } : {}) },
    ])
    expect(tables.get(noted)).not.toHaveProperty('triggers')
  })

  test('leaves out what the storage keeps there for itself', async () => {
    const { storage, table, transact } = await open()
    const from = await table({ id: 'key', a: 'integer' })
    await transact([{ insert: from, rows: [{ a: 1 }] }], makeCall({ key: 'once' }))
    const names = (await described(storage)).map(({ name }) => name)
    expect(names).toContain(from)
    expect(names).not.toContain('caruso_keys')
  })

  test('ends with its call, and gives back what it used', async () => {
    const { storage, run, table } = await open()
    await table({ id: 'key' })
    await expect(described(storage, 'data', makeCall({ deadline: Date.now() - 1 }))).rejects.toMatchObject({ code: expect.stringMatching(/^(CANCELLED|SOURCE_BUSY)$/) })
    for (let round = 0; round < 12; round++) {
      for await (const { tables } of storage.describe({ source: 'data' }, makeCall())) {
        expect(tables.length).toBeGreaterThan(0)
        break
      }
    }
    await run(`create table after_${Date.now()} (x integer)`)
  })
})
