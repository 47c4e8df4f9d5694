import { describe, expect, inject, test } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import type { TestDatabase } from '../../../test/databases.ts'
import type { TableDescription } from '../src/contract.ts'
import { described, runScript } from './described.ts'
import { saidDefault, saidExpression } from '../src/dialect/mysql/said-expression.ts'
import { makeCall, startStorage } from './harness.ts'

async function tablesOf(script: string): Promise<{ readonly tables: ReadonlyMap<string, TableDescription>; readonly database: TestDatabase }> {
  const database = await freshDatabase('mysql')
  await runScript(database, script)
  return { tables: await describedBy(database), database }
}

async function describedBy(database: TestDatabase): Promise<ReadonlyMap<string, TableDescription>> {
  const { storage } = await startStorage({ data: database })
  return new Map((await described(storage)).map((table) => [table.name, table]))
}

const types = {
  'tinyint(1)': 'boolean', 'tinyint(4)': 'integer', 'tinyint(3) unsigned': 'integer', 'smallint(6)': 'integer', 'mediumint(9)': 'integer', 'int(11)': 'integer', 'int(10) unsigned zerofill': 'integer', 'bigint(20)': 'integer', 'bigint(20) unsigned': 'integer', 'year(4)': 'integer',
  'decimal(10,2)': 'decimal', 'decimal(38,12) unsigned': 'decimal', 'float': 'float', 'double': 'float', 'double(8,3)': 'float', 'bit(1)': 'boolean', 'bit(8)': 'bytes', 'char(7)': 'text', 'varchar(40)': 'text', 'tinytext': 'text', 'text': 'text', 'mediumtext': 'text', 'longtext': 'text',
  'binary(16)': 'bytes', 'varbinary(20)': 'bytes', 'tinyblob': 'bytes', 'blob': 'bytes', 'mediumblob': 'bytes', 'longblob': 'bytes', 'date': 'date', 'time': 'time', 'time(3)': 'time', 'datetime': 'instant', 'datetime(6)': 'instant', 'timestamp': 'instant', 'timestamp(3)': 'instant',
  'uuid': 'uuid', 'inet6': 'text', "enum('a','b')": 'text', "set('a','b')": 'text', 'geometry': 'bytes', 'point': 'bytes', 'linestring': 'bytes', 'polygon': 'bytes', 'multipoint': 'bytes',
} as const

test.each([
  [true, 'varchar', "'it''s'", '', "'it''s'"], [true, 'varchar', 'NULL', '', undefined], [true, 'datetime', 'current_timestamp()', '', 'current_timestamp()'],
  [false, 'varchar', "it's", '', "'it''s'"], [false, 'varchar', 'NULL', '', "'NULL'"], [false, 'date', '2026-11-30', '', "'2026-11-30'"], [false, 'int', '7', '', '7'], [false, 'varchar', undefined, '', undefined],
  [false, 'datetime', 'CURRENT_TIMESTAMP(6)', 'DEFAULT_GENERATED', 'CURRENT_TIMESTAMP(6)'], [false, 'varchar', "_utf8mb4\\'a b\\'", 'DEFAULT_GENERATED', "'a b'"], [false, 'varchar', "concat(_latin1\\'a\\',`b`)", 'DEFAULT_GENERATED', "concat('a',`b`)"],
])('a default that MariaDB (%s) says of a %s as %s %s is %s', (mariadb, data, said, extra, expected) => {
  expect(saidDefault(mariadb, data, said, extra)).toBe(expected)
})

test.each([
  ['(`id2` > 0)', '`id2` > 0'], ['((`a` > 0) and (`b` > 0))', '(`a` > 0) and (`b` > 0)'], ['(`a` > 0) or (`b` > 0)', '(`a` > 0) or (`b` > 0)'], ["(`s` in (_utf8mb4\\'a)\\',_utf8mb4\\'(b\\'))", "`s` in ('a)','(b')"], ['json_valid(`j`)', 'json_valid(`j`)'], ['(`)` = 1)', '`)` = 1'],
])('a check that MySQL says as %s is %s', (said, expected) => {
  expect(saidExpression(false, said)).toBe(expected)
})

describe.skipIf(inject('mysql') !== 'MariaDB')('MariaDB describes', () => {
  test('types of every kind, each of which a plan can read', async () => {
    const all = Object.entries(types)
    const { tables, database } = await tablesOf(`create table t (${all.map(([type], index) => `c${index} ${type} null`).join(', ')}, j json)`)
    const { columns } = tables.get('t') ?? { columns: [] }
    expect(columns.map(({ declared, type }) => [declared, type])).toEqual([...all, ['longtext', 'json']])
    expect(columns.every(({ nullable, default: fallback }) => nullable && fallback === undefined)).toBe(true)
    const sized = columns.filter(({ length, digits, places }) => (length ?? digits ?? places) !== undefined)
    expect(sized.map(({ declared, length, digits, places }) => [declared, length, digits, places])).toEqual([
      ['decimal(10,2)', undefined, 10, 2], ['decimal(38,12) unsigned', undefined, 38, 12], ['char(7)', 7, undefined, undefined], ['varchar(40)', 40, undefined, undefined], ['binary(16)', 16, undefined, undefined],
      ['varbinary(20)', 20, undefined, undefined], ['time(3)', undefined, undefined, 3], ['datetime(6)', undefined, undefined, 6], ['timestamp(3)', undefined, undefined, 3],
    ])
    const { storage } = await startStorage({ data: database })
    expect(await storage.query({ source: 'data', from: 't', columns: columns.map(({ name, type }) => ({ column: name, ...(type === undefined ? {} : { type }) })) }, makeCall())).toEqual({ rows: [] })
  })

  test('values, defaults, formulas, what changes with the row, what hides, comments', async () => {
    const { tables } = await tablesOf(`
      create table t (
        id int auto_increment primary key comment 'The ''key''', e enum('a', 'it''s, (x)', 'b\\\\c', '') not null default 'a', s set('x', 'y'), at datetime(3) not null default current_timestamp(3) on update current_timestamp(3),
        d varchar(10) default 'null', sum int generated always as (id2 + 1) virtual, kept int as (id2 * 2) stored, id2 int invisible default 7, j json, check (json_valid(e) or id2 <> 3), constraint named check (id2 > 0)
      ) comment 'What it is';
    `)
    const found = tables.get('t')
    expect(Object.fromEntries((found?.columns ?? []).map(({ name, ...column }) => [name, column]))).toEqual({
      id: { declared: 'int(11)', type: 'integer', nullable: false, identity: 'by default', comment: "The 'key'" },
      e: { declared: expect.stringMatching(/^enum\('a',/), type: 'text', values: ['a', "it's, (x)", 'b\\c', ''], nullable: false, default: "'a'" },
      s: { declared: "set('x','y')", type: 'text', values: ['x', 'y'], several: true, nullable: true },
      at: { declared: 'datetime(3)', type: 'instant', places: 3, nullable: false, default: 'current_timestamp(3)', onUpdate: 'current_timestamp(3)' },
      d: { declared: 'varchar(10)', type: 'text', length: 10, nullable: true, default: "'null'" },
      sum: { declared: 'int(11)', type: 'integer', nullable: true, generated: { stored: false, expression: '`id2` + 1' } },
      kept: { declared: 'int(11)', type: 'integer', nullable: true, generated: { stored: true, expression: '`id2` * 2' } },
      id2: { declared: 'int(11)', type: 'integer', nullable: true, default: '7', hidden: true },
      j: { declared: 'longtext', type: 'json', nullable: true },
    })
    expect(found?.checks).toEqual(expect.arrayContaining([{ name: 'j', expression: 'json_valid(`j`)' }, { name: 'named', expression: '`id2` > 0' }]))
    expect(found?.comment).toBe('What it is')
  })

  test('indexes of beginnings and of words, references, broken views, names that differ in capitals', async () => {
    const { tables } = await tablesOf(`
      create table parent (a int, b int, primary key (b, a)); create table Parent (other int);
      create table child (x int, y int, t text, v varchar(100), unique whole (v), unique part (v(10)), key words (t(20), x), fulltext found (t),
        constraint refers foreign key (x, y) references parent (b, a) on delete cascade on update set null);
      insert into parent values (1, 2); create table gone (x int); create view broken as select x from gone; drop table gone; create sequence counts;
    `)
    expect([...tables.keys()].toSorted()).toEqual(['Parent', 'broken', 'child', 'parent'])
    expect([tables.get('parent')?.columns.length, tables.get('Parent')?.columns.length, tables.get('parent')?.key, tables.get('Parent')?.key]).toEqual([2, 1, ['b', 'a'], []])
    expect(tables.get('child')?.unique).toEqual([{ name: 'whole', columns: ['v'] }])
    expect(tables.get('child')?.indexes).toEqual([
      { name: 'found', unique: false, parts: [{ column: 't' }], method: 'fulltext' },
      { name: 'part', unique: true, parts: [{ column: 'v', length: 10 }] },
      { name: 'refers', unique: false, parts: [{ column: 'x' }, { column: 'y' }] },
      { name: 'words', unique: false, parts: [{ column: 't', length: 20 }, { column: 'x' }] },
    ])
    expect(tables.get('child')?.foreignKeys).toEqual([{ name: 'refers', columns: ['x', 'y'], table: 'parent', references: ['b', 'a'], onDelete: 'cascade', onUpdate: 'set null' }])
    expect(tables.get('broken')).toMatchObject({ kind: 'view', columns: [], problem: expect.stringContaining('references invalid table') })
  })
})

describe.skipIf(inject('mysql') === undefined)('either describes', () => {
  test('what the user may see, since the server hides the rest', async () => {
    const { database } = await tablesOf(`
      create table open (id int); create table closed (id int); create table half (id int, secret text);
      create trigger noted before insert on open for each row set new.id = 1;
    `)
    await runScript(database, `
      create user if not exists reader_describe@'%' identified by 'reader', reader_describe@localhost identified by 'reader';
      ${['%', 'localhost'].map((host) => `grant select on ${database.database}.open to reader_describe@'${host}'; grant select (id) on ${database.database}.half to reader_describe@'${host}';`).join('\n')}
    `)
    const reader = { ...database, user: 'reader_describe', password: 'reader' }
    const tables = await describedBy(reader)
    expect([...tables].map(([name, { columns }]) => [name, columns.map((column) => column.name)])).toEqual([['half', ['id']], ['open', ['id']]])
    const triggersOf = async (): Promise<unknown> => [...(await describedBy(reader)).values()].map(({ triggers, triggersHidden }) => [triggers?.map(({ name }) => name), triggersHidden])
    expect(await triggersOf()).toEqual([[undefined, true], [undefined, true]])
    await runScript(database, ['%', 'localhost'].map((host) => `grant trigger on ${database.database}.* to reader_describe@'${host}'`).join('; '))
    // Who may make triggers sees every table.
    expect(await triggersOf()).toEqual([[undefined, undefined], [undefined, undefined], [['noted'], undefined]])
  })
})

// No package of Debian's stable release brings MySQL, so these are there where one is named.
if (inject('mysql') === 'MySQL') {
  describe('MySQL describes', () => {
    test('types of every kind, each of which a plan can read', async () => {
      const { tables, database } = await tablesOf(`create table t (
        t1 tinyint(1), t2 tinyint, i int unsigned, y year, d decimal(38,12) unsigned, f float, b1 bit(1), b8 bit(8), c char(7), v varchar(40), x longtext,
        u binary(16), at datetime(6), ts timestamp null, j json, e enum('a','b'), s set('a','b'), p point, g geometry, nv nvarchar(5)
      )`)
      const { columns } = tables.get('t') ?? { columns: [] }
      expect(columns.map(({ declared, type }) => [declared, type])).toEqual([
        ['tinyint(1)', 'boolean'], ['tinyint', 'integer'], ['int unsigned', 'integer'], ['year', 'integer'], ['decimal(38,12) unsigned', 'decimal'], ['float', 'float'], ['bit(1)', 'boolean'], ['bit(8)', 'bytes'], ['char(7)', 'text'], ['varchar(40)', 'text'], ['longtext', 'text'],
        ['binary(16)', 'bytes'], ['datetime(6)', 'instant'], ['timestamp', 'instant'], ['json', 'json'], ["enum('a','b')", 'text'], ["set('a','b')", 'text'], ['point', 'bytes'], ['geometry', 'bytes'], ['varchar(5)', 'text'],
      ])
      expect(columns.every(({ nullable, default: fallback }) => nullable && fallback === undefined)).toBe(true)
      const { storage } = await startStorage({ data: database })
      expect(await storage.query({ source: 'data', from: 't', columns: columns.map(({ name, type }) => ({ column: name, ...(type === undefined ? {} : { type }) })) }, makeCall())).toEqual({ rows: [] })
    })

    test('values, defaults, formulas, what changes with the row, what hides, comments', async () => {
      const { tables } = await tablesOf(`
        create table t (
          id int auto_increment primary key comment 'The ''key''', e enum('a', 'it''s, (x)', 'b\\\\c', '') not null default 'a', at datetime(3) not null default current_timestamp(3) on update current_timestamp(3),
          d varchar(40) default 'null', said varchar(40) default (concat('it''s ', 'b\\\\c')), n int default -7, sum int generated always as (id2 + 1) virtual, kept varchar(80) as (concat('(', d, ')''')) stored, id2 int default 7 invisible,
          check (e in ('a', 'it''s, (x)') or id2 <> 3), constraint named check (id2 > 0), constraint off check (id2 > 1) not enforced
        ) comment 'What it is';
      `)
      const found = tables.get('t')
      expect(Object.fromEntries((found?.columns ?? []).map(({ name, ...column }) => [name, column]))).toEqual({
        id: { declared: 'int', type: 'integer', nullable: false, identity: 'by default', comment: "The 'key'" },
        e: { declared: expect.stringMatching(/^enum\('a',/), type: 'text', values: ['a', "it's, (x)", 'b\\c', ''], nullable: false, default: "'a'" },
        at: { declared: 'datetime(3)', type: 'instant', places: 3, nullable: false, default: 'CURRENT_TIMESTAMP(3)', onUpdate: 'CURRENT_TIMESTAMP(3)' },
        d: { declared: 'varchar(40)', type: 'text', length: 40, nullable: true, default: "'null'" },
        said: { declared: 'varchar(40)', type: 'text', length: 40, nullable: true, default: "concat('it''s ','b\\\\c')" },
        n: { declared: 'int', type: 'integer', nullable: true, default: '-7' },
        sum: { declared: 'int', type: 'integer', nullable: true, generated: { stored: false, expression: '`id2` + 1' } },
        kept: { declared: 'varchar(80)', type: 'text', length: 80, nullable: true, generated: { stored: true, expression: "concat('(',`d`,')''')" } },
        id2: { declared: 'int', type: 'integer', nullable: true, default: '7', hidden: true },
      })
      expect(found?.checks).toEqual([{ name: 'named', expression: '`id2` > 0' }, { name: 't_chk_1', expression: "(`e` in ('a','it''s, (x)')) or (`id2` <> 3)" }])
      expect(found?.comment).toBe('What it is')
    })

    test('indexes of beginnings, of words and of formulas, references, broken views', async () => {
      const { tables } = await tablesOf(`
        create table parent (a int, b int, primary key (b, a)); create table Parent (other int);
        create table child (x int, y int, t text, v varchar(100), unique whole (v), unique part (v(10)), key words (t(20), x), fulltext found (t), key lowered ((lower(v))), unique formula ((x + y)), key down (y desc),
          constraint refers foreign key (x, y) references parent (b, a) on delete cascade on update set null);
        create table gone (x int); create view broken as select x from gone; drop table gone;
      `)
      expect([...tables.keys()].toSorted()).toEqual(['Parent', 'broken', 'child', 'parent'])
      expect(tables.get('child')?.unique).toEqual([{ name: 'whole', columns: ['v'] }])
      expect(tables.get('child')?.indexes).toEqual([
        { name: 'down', unique: false, parts: [{ column: 'y', desc: true }] },
        { name: 'formula', unique: true, parts: [{ expression: '`x` + `y`' }] },
        { name: 'found', unique: false, parts: [{ column: 't' }], method: 'fulltext' },
        { name: 'lowered', unique: false, parts: [{ expression: 'lower(`v`)' }] },
        { name: 'part', unique: true, parts: [{ column: 'v', length: 10 }] },
        { name: 'refers', unique: false, parts: [{ column: 'x' }, { column: 'y' }] },
        { name: 'words', unique: false, parts: [{ column: 't', length: 20 }, { column: 'x' }] },
      ])
      expect(tables.get('child')?.foreignKeys).toEqual([{ name: 'refers', columns: ['x', 'y'], table: 'parent', references: ['b', 'a'], onDelete: 'cascade', onUpdate: 'set null' }])
      expect(tables.get('broken')).toMatchObject({ kind: 'view', columns: [], problem: expect.stringContaining('references invalid table') })
    })
  })
}
