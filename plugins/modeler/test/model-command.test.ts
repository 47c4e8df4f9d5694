import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caruso, temporaryFolder, type Ended } from '../../../test/command.ts'
import { runSql } from './harness.ts'

const assembly = `
assembly: crm
components:
  storage:
    plugin: "@caruso/storage"
    config: { sources: { old: { kind: sqlite, file: data/old.db } } }
  modeler:
    plugin: "@caruso/modeler"
    config: { source: old }
`

function crm(): { readonly folder: string; readonly typed: (...args: string[]) => Promise<Ended>; readonly files: () => Record<string, string> } {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'assembly.yaml'), assembly)
  mkdirSync(join(folder, 'data'))
  runSql(join(folder, 'data/old.db'), `
    create table KUNDEN (KDNR integer primary key, NAME1 varchar(40) not null, AKTIV text not null default 'J', EMail text);
    create table BESTELLUNGEN (NR integer primary key, KDNR integer not null references KUNDEN, DATUM text);
    insert into KUNDEN values (1, 'Ada', 'J', 'ada@example.com'), (2, 'Bea', 'N', null);
    insert into BESTELLUNGEN values (1, 1, '24.11.2026')`)
  return {
    folder,
    typed: (...args) => caruso(folder, 'model', ...args),
    files: () => Object.fromEntries(['model', 'mapping'].flatMap((kind) => readdirSync(join(folder, kind)).map((name) => [`${kind}/${name}`, readFileSync(join(folder, kind, name), 'utf8')]))),
  }
}

test('introspect writes what check accepts, keeps what somebody changed, and writes the same bytes again', { timeout: 60_000 }, async () => {
  const { folder, typed, files } = crm()
  const first = await typed('introspect', 'old', '--sample')
  expect(first).toMatchObject({ code: 0, output: '2 classes of data source old: 4 files written, 0 as they were\nType next: caruso model check\n' })
  const written = files()
  expect(Object.keys(written).toSorted()).toEqual(['mapping/bestellungen.yaml', 'mapping/kunden.yaml', 'model/bestellungen.yaml', 'model/kunden.yaml'])
  expect(written['model/bestellungen.yaml']).toContain('  kdnr: { type: reference, to: Kunden, required: true }\n  datum: date # guessed from the values\n')
  expect(written['mapping/kunden.yaml']).toContain('  aktiv: { column: AKTIV, yes: J, no: "N" }\n  email: EMail\n')
  expect(await typed('check')).toMatchObject({ code: 0, output: 'The model is right: 2 classes\n' })
  expect(await typed('docs', '--out', 'pages/model.html', '--lang', 'nb')).toMatchObject({ code: 0, output: 'Wrote pages/model.html: 2 classes\n' })
  expect(readFileSync(join(folder, 'pages/model.html'), 'utf8')).toContain('<title>Forretningsobjekter i crm</title>')
  expect((await typed('introspect', 'old', '--sample')).output).toContain('0 files written, 4 as they were')
  expect(files()).toEqual(written)

  const mine = (written['model/kunden.yaml'] ?? '').replace('  name1: ', '  name: ').replace('class: Kunden', 'class: Kunden\ndescription: Whoever buys')
  writeFileSync(join(folder, 'model/kunden.yaml'), mine)
  writeFileSync(join(folder, 'mapping/kunden.yaml'), (written['mapping/kunden.yaml'] ?? '').replace('  name1: ', '  name: '))
  const again = JSON.parse((await typed('introspect', 'old', '--sample', '--json')).output) as { readonly kept: readonly string[] }
  expect(again).toMatchObject({ written: [], same: ['model/bestellungen.yaml', 'mapping/bestellungen.yaml'], kept: ['model/kunden.yaml', 'mapping/kunden.yaml'] })
  expect(files()['model/kunden.yaml']).toBe(mine)
  expect(await typed('check')).toMatchObject({ code: 0 })
  expect(await typed('introspect', 'old', '--sample', '--force')).toMatchObject({ code: 0, output: expect.stringContaining('2 files written, 2 as they were') })
  expect(files()).toEqual(written)
})

test('a class that somebody named otherwise keeps its name, and others refer to it', { timeout: 60_000 }, async () => {
  const { folder, typed, files } = crm()
  mkdirSync(join(folder, 'model/people'), { recursive: true })
  mkdirSync(join(folder, 'mapping'))
  writeFileSync(join(folder, 'model/people/customer.yaml'), 'class: Customer\nkey: number\nattributes: { number: number, name: text }\n')
  writeFileSync(join(folder, 'mapping/customer.yaml'), 'class: Customer\ntable: KUNDEN\ncolumns: { number: KDNR, name: NAME1 }\n')
  expect((await typed('introspect', 'old')).output).toContain('Kept as somebody has changed them')
  rmSync(join(folder, 'model/people'), { recursive: true })
  expect(files()['model/bestellungen.yaml']).toContain('kdnr: { type: reference, to: Customer, required: true }')
})

test('check tells every mistake with its file, line and what is expected, and ends with 1', { timeout: 60_000 }, async () => {
  const { folder, typed } = crm()
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model/customer.yaml'), 'class: Customer\nkey: id\nattributes:\n  id: number\n  name: txt\n  born: { type: date, mx: 3 }\n')
  mkdirSync(join(folder, 'mapping'))
  writeFileSync(join(folder, 'mapping/customer.yaml'), 'class: Customer\nsource: odl\n')
  const { code, output, errors } = await typed('check')
  expect([code, output]).toEqual([1, ''])
  expect(errors).toMatch(/Read the model: 3 mistakes\nmapping\/customer\.yaml:2:9 Customer\.source: expected a data source of the storage \(old\), found "odl" \(did you mean old\?\)\nmodel\/customer\.yaml:5:9 Customer\.attributes\.name: expected .*, found "txt" \(did you mean text\?\)\nmodel\/customer\.yaml:6:23 Customer\.attributes\.born\.mx: expected one of the keys .*, found "mx"/)
  const json = await typed('check', '--json')
  expect([json.code, JSON.parse(json.output)]).toMatchObject([1, { mistakes: [{ file: 'model/customer.yaml', line: 5, column: 9, place: 'Customer.attributes.name', suggestion: 'text' }, { line: 6 }, { line: 2 }] }])
  expect(await typed('introspect')).toMatchObject({ code: 2, errors: expect.stringContaining('expected the name of a data source') })
  expect(await typed('introspect', 'nothing')).toMatchObject({ code: 1, errors: expect.stringContaining('Looked up data source "nothing": there are old') })
})

test('diff says what apply does, undo takes it back, drift tells what others did', { timeout: 90_000 }, async () => {
  const { folder, typed } = crm()
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model/note.yaml'), 'class: Note\nkey: id\nattributes:\n  id: number\n  text: { type: text, required: true, max: 200 }\n')
  expect((await typed('diff')).output).toBe(`old: 1 change
  create table "note"
    create table "note" ("id" integer not null, "text" varchar(200) not null, primary key ("id"));
`)
  expect(await typed('apply')).toMatchObject({ code: 0, output: 'old: 1 change made\n  create table "note"\n' })
  expect(await typed('apply')).toMatchObject({ code: 0, output: 'old: as the model says already\n' })
  expect(await typed('drift')).toMatchObject({ code: 0, output: 'old: as it was applied\n  tables that no class is stored in: BESTELLUNGEN, KUNDEN\n' })
  runSql(join(folder, 'data/old.db'), 'alter table note add column extra text')
  expect(await typed('drift', '--json')).toMatchObject({ code: 1, output: expect.stringContaining('"drift":["note: column extra is not in the model"]') })
  expect(await typed('undo')).toMatchObject({ code: 0, output: 'old: 1 change made\n  drop table "note"\n' })
  expect(await typed('undo')).toMatchObject({ code: 1, errors: expect.stringContaining('no model was applied, or all was taken back') })
})
