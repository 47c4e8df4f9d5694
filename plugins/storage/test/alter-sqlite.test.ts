import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import type { Change } from '../src/contract.ts'
import { described } from './described.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'

const written = `
  create table parent (code text primary key collate nocase, name text) without rowid;
  create table "child" ( -- with all that a text can have
    id integer primary key autoincrement,
    [of] text collate nocase constraint "has, one" references parent (code) on delete set null on update cascade not deferrable,
    size decimal(10,2) default (1 + 1) constraint positive check (size > 0) not null /* in cm, or so */,
    twice generated always as (size * 2) stored,
    mail varchar(80) unique on conflict ignore, tag text default null,
    constraint pair unique (tag, "size"),
    check (tag <> 'x, y' or size < 9)
  );
  create index partial on child (lower(mail)) where tag is not null;
  create table log (line text);
  create trigger noted after update on child begin insert into log values (old.tag || new.tag); end;
  create view shown as select c.id, c.mail, p.name from child c left join parent p on p.code = c.of;
  insert into parent values ('A', 'first');
  insert into child (id, "of", size, mail, tag) values (7, 'a', 2.5, 'x@y', 'q'), (900, null, 3, null, null);
  delete from child where id = 900;`

async function altered(...changes: Change[]): Promise<{ readonly file: string; readonly text: string }> {
  const file = makeDatabase(written)
  const { storage, dispose } = await startStorage({ data: { kind: 'sqlite', file } })
  const { statements } = await storage.alter({ source: 'data', changes, run: false }, makeCall())
  expect(await storage.alter({ source: 'data', changes, run: true }, makeCall())).toEqual({ statements })
  expect(await described(storage)).toHaveLength(4)
  await dispose()
  const database = new Database(file)
  const text = String(database.prepare(`select sql from sqlite_schema where name = 'child'`).raw().get([])?.[0])
  expect(database.prepare('select * from shown').raw().all([])).toEqual([[7, 'x@y', 'first']])
  expect(database.prepare('pragma foreign_key_check').all([])).toEqual([])
  database.exec(`update child set tag = 'r' where id = 7; insert into child (size, mail) values (1, 'new'), (1, 'new')`)
  expect(database.prepare('select line from log').raw().all([])).toEqual([['qr']])
  // The number that was given and taken away is not given again.
  expect(database.prepare('select max(id) from child').raw().all([])).toEqual(text.includes('unique on conflict') ? [[901]] : [[902]])
  expect(() => database.exec('update child set size = -1')).toThrow('CHECK')
  database.close()
  return { file, text }
}

test('a column is changed by its own part of the text, all else stays as it was written', async () => {
  const changed = await altered({ changeColumn: { name: 'size', type: 'decimal', digits: 12, places: 3, nullable: false, default: '2.5' }, table: 'child' })
  expect(changed.text).toContain(`"size" decimal_text(12, 3) not null default '2.5' constraint positive check (size > 0)`)
  expect(changed.text).toContain(`constraint "has, one" references parent (code) on delete set null on update cascade not deferrable`)
  expect(changed.text).toContain('unique on conflict ignore')
  expect(changed.text).toContain(`constraint pair unique (tag, "size")`)
})

test('a reference of a column and one of the table can be dropped, and made again', async () => {
  const { text } = await altered({ dropForeignKey: ['of'], table: 'child' }, { addForeignKey: { name: 'again', columns: ['of'], table: 'parent', references: ['code'], onDelete: 'cascade', onUpdate: 'no action' }, table: 'child' })
  expect(text).not.toContain('has, one')
  expect(text).toContain('[of] text collate nocase')
  expect(text).toContain('constraint "again" foreign key ("of") references "parent" ("code") on delete cascade')
  expect((await altered({ addForeignKey: { name: 'again', columns: ['tag'], table: 'parent', references: ['code'], onDelete: 'cascade', onUpdate: 'no action' }, table: 'child' }).catch((error: unknown) => error))).toMatchObject({ code: 'CHANGE_REFUSED', details: { rows: 1 } })
})

test('what makes columns unique without a name can be dropped, whether it is of a column or of the table', async () => {
  expect((await altered({ dropUnique: ['mail'], table: 'child' })).text).not.toContain('on conflict')
  expect((await altered({ dropUnique: ['tag', 'size'], table: 'child' })).text).not.toContain('pair')
})

test('what a view needs cannot be dropped', async () => {
  await expect(altered({ dropColumn: 'name', table: 'parent' })).rejects.toMatchObject({ code: 'CHANGE_REFUSED', details: { change: 0, done: 0 } })
})
