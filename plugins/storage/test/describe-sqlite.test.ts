import { expect, test } from 'vitest'
import type { TableDescription } from '../src/contract.ts'
import { described } from './described.ts'
import { makeDatabase, startStorage } from './harness.ts'

async function tablesOf(sql: string): Promise<ReadonlyMap<string, TableDescription>> {
  const { storage } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase(sql), readonly: true } })
  return new Map((await described(storage)).map((table) => [table.name, table]))
}

test('types are understood by the names that applications use, and no declared type is none', async () => {
  const declared = {
    '': undefined, 'ANY': undefined, 'STRING': undefined, 'INT': 'integer', 'BIGINT(20)': 'integer', 'UNSIGNED BIG INT': 'integer', 'tinyint(1)': 'integer', 'BOOLEAN': 'boolean', 'bit': 'boolean',
    'VARCHAR(40)': 'text', 'NATIVE CHARACTER(70)': 'text', 'CLOB': 'text', 'BLOB': 'bytes', 'IMAGE': 'bytes', 'REAL': 'float', 'DOUBLE PRECISION': 'float', 'FLOAT(7)': 'float', 'NUMERIC': 'decimal',
    'DECIMAL(10,2)': 'decimal', 'MONEY': 'decimal', 'DATE': 'date', 'TIME(3)': 'time', 'DATETIME': 'instant', 'TIMESTAMP(6)': 'instant', 'JSON': 'json', 'JSONB': 'json', 'GUID': 'uuid', 'UNIQUEIDENTIFIER': 'uuid',
    'decimal_text': 'decimal', 'instant_text': 'instant', 'uuid_text': 'uuid',
  }
  const all = Object.entries(declared)
  const { columns } = (await tablesOf(`create table t (${all.map(([type], index) => `c${index} ${type}`).join(', ')})`)).get('t') ?? { columns: [] }
  expect(columns.map((column) => [column.declared, column.type])).toEqual(all)
  expect(columns.filter(({ length }) => length !== undefined).map(({ declared, length }) => [declared, length])).toEqual([['VARCHAR(40)', 40], ['NATIVE CHARACTER(70)', 70]])
  expect(columns.find((column) => column.declared === 'DECIMAL(10,2)')).toMatchObject({ digits: 10, places: 2 })
  expect(columns.find((column) => column.declared === 'TIMESTAMP(6)')).toMatchObject({ places: 6 })
})

test('keys: the number of the row, without one, strict, of several columns in their order', async () => {
  const tables = await tablesOf(`
    create table number (id integer primary key, x);
    create table descending (id integer primary key desc);
    create table word (id text primary key, x);
    create table without (b integer, a text, primary key (a, b)) without rowid;
    create table strict (id integer primary key, x any) strict;
    create table none (x);
  `)
  expect(tables.get('number')).toMatchObject({ key: ['id'], columns: [{ nullable: false, identity: 'by default' }, { declared: '' }] })
  // SQLite writes the types that it knows in capitals.
  expect(tables.get('descending')?.columns).toEqual([{ name: 'id', declared: 'INTEGER', type: 'integer', nullable: true }])
  expect(tables.get('word')?.columns[0]).toEqual({ name: 'id', declared: 'TEXT', type: 'text', nullable: true })
  expect(tables.get('without')).toMatchObject({ key: ['a', 'b'], withoutRowid: true, columns: [{ nullable: false }, { nullable: false }], unique: [], indexes: [] })
  expect(tables.get('strict')).toMatchObject({ strict: true, columns: [{ identity: 'by default' }, { declared: 'ANY' }] })
  expect(tables.get('none')?.key).toEqual([])
})

test('references: without columns, in other capitals, to tables that are not there', async () => {
  const tables = await tablesOf(`
    create table Parent (B text, A integer, primary key (A, B));
    create table child (x integer, y text, z integer references nowhere, foreign key (x, y) references PARENT on delete set null on update cascade, foreign key (y, x) references parent (b, a));
  `)
  expect(tables.get('child')?.foreignKeys).toEqual([
    { columns: ['z'], table: 'nowhere', references: [], onDelete: 'no action', onUpdate: 'no action' },
    { columns: ['x', 'y'], table: 'Parent', references: ['A', 'B'], onDelete: 'set null', onUpdate: 'cascade' },
    { columns: ['y', 'x'], table: 'Parent', references: ['B', 'A'], onDelete: 'no action', onUpdate: 'no action' },
  ])
})

test('what only the text of a table says: checks, formulas, expressions of indexes', async () => {
  const tables = await tablesOf(`
    create table t (
      a integer check (a > 0) /* check (no) */ constraint "small, really" check (a < 10 -- )
      ), b text default 'check (x)' check (b <> ')'), d text default (lower('X')), e default null,
      sum integer generated always as (a + length(b)) stored, [twice] integer as (a * 2), unique (b, a), check (a <> 5)
    );
    create unique index some on t (b) where a > 3 and b <> 'where';
    create index "formula" on t (lower(b) collate nocase desc, a, substr(b, 1, 2));
    create unique index whole on t (a, d);
  `)
  const found = tables.get('t')
  expect(found?.checks).toEqual([{ expression: 'a > 0' }, { name: 'small, really', expression: 'a < 10 -- )' }, { expression: "b <> ')'" }, { expression: 'a <> 5' }])
  expect(found?.columns.map((column) => [column.name, column.default, column.generated])).toEqual([
    ['a', undefined, undefined], ['b', "'check (x)'", undefined], ['d', "lower('X')", undefined], ['e', undefined, undefined],
    ['sum', undefined, { stored: true, expression: 'a + length(b)' }], ['twice', undefined, { stored: false, expression: 'a * 2' }],
  ])
  expect(found?.unique).toEqual([{ columns: ['b', 'a'] }, { name: 'whole', columns: ['a', 'd'] }])
  expect(found?.indexes).toEqual([
    { name: 'formula', unique: false, parts: [{ expression: 'lower(b)', desc: true }, { column: 'a' }, { expression: 'substr(b, 1, 2)' }] },
    { name: 'some', unique: true, parts: [{ column: 'b' }], where: "a > 3 and b <> 'where'" },
  ])
})

test('virtual tables with what they hide, views that are broken, how many rows analyze has counted', async () => {
  const tables = await tablesOf(`
    create virtual table words using fts5(title, body);
    create table t (x integer); insert into t values (1), (2), (3); create index i on t (x); analyze;
    create table gone (x); create view broken as select x from gone; drop table gone;
    create table "" ("" integer, " " text);
  `)
  expect([...tables.keys()]).toEqual(['', 'broken', 't', 'words'])
  expect(tables.get('words')).toMatchObject({ kind: 'virtual table', columns: [{ name: 'title' }, { name: 'body' }, { name: 'words', hidden: true }, { name: 'rank', hidden: true }] })
  expect(tables.get('broken')).toMatchObject({ kind: 'view', columns: [], problem: 'no such table: main.gone' })
  expect(tables.get('t')?.rows).toBe(3)
  expect(tables.get('')?.columns.map(({ name }) => name)).toEqual(['', ' '])
})

test('a database of many tables comes in batches, while others go on', async () => {
  const file = makeDatabase(Array.from({ length: 1_000 }, (_, index) => `create table t${index} (id integer primary key, a varchar(40) not null, b decimal(10,2) default 0);`).join('\n'))
  const { storage } = await startStorage({ data: { kind: 'sqlite', file, readonly: true } })
  let [turns, running] = [0, true]
  const turn = (): void => {
    turns++
    if (running) setImmediate(turn)
  }
  setImmediate(turn)
  const tables = await described(storage)
  running = false
  expect(new Set(tables.map(({ name }) => name)).size).toBe(1_000)
  expect(turns).toBeGreaterThan(5)
})
