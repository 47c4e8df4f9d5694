import { codeOf } from '@caruso/contract'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import { linkModel } from '../src/link-model.ts'
import { lineOf, Mistakes } from '../src/mistake.ts'
import { readModelFolder } from '../src/model-folder.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel, runSql, temporaryFolder } from './harness.ts'

async function mistakesOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const mistakes = new Mistakes()
  const { definitions, mappings } = await readModelFolder({ model: join(folder, 'model'), mapping: join(folder, 'mapping'), policies: join(folder, 'policies') }, mistakes)
  const linked = linkModel(definitions, mappings, { source: 'crm', declared: [] })
  return [...mistakes.list, ...linked.mistakes].map((mistake) => lineOf(mistake).replace(`${folder}/`, ''))
}

const customer = (attributes: string, more = ''): Record<string, string> => ({ 'model/customer.yaml': `class: Customer\nkey: id\nattributes:\n  id: number\n${attributes}\n${more}` })

describe('a mistake in a file is told with its line and what was expected', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['an unknown type', customer('  name: txt'), ['model/customer.yaml:5:9 Customer.attributes.name: expected the type of an attribute or a mapping with the key "type", found "txt" (did you mean text?)']],
    ['an unknown type in full', customer('  name: { type: number2, max: 3 }'), [expect.stringMatching(/^model\/customer\.yaml:5:17 Customer\.attributes\.name\.type: expected one of the types text, .*, found "number2" \(did you mean number\?\)$/)]],
    ['an unknown key of an attribute', customer('  name: { type: text, requird: true }'), ['model/customer.yaml:5:23 Customer.attributes.name.requird: expected one of the keys type, description, required, unique, was, min, max, pattern, default, found "requird" (did you mean required?)']],
    ['a value of another type', customer('  name: { type: text, max: ten }'), ['model/customer.yaml:5:28 Customer.attributes.name.max: expected a whole number, found "ten"']],
    ['a choice without choices', customer('  state: { type: choice }'), ['model/customer.yaml:5:3 Customer.attributes.state: expected the key "of", found none']],
    ['a reference to nothing', customer('  boss: { type: reference, to: Custmer }'), ['model/customer.yaml:5:32 Customer.attributes.boss.to: expected the name of a class, found "Custmer" (did you mean Customer?)']],
    ['a value object that is not', customer('  home: { type: value, of: Hom }'), ['model/customer.yaml:5:28 Customer.attributes.home.of: expected the name of a value object, found "Hom"']],
    ['a value object within itself', { ...customer('  home: { type: value, of: Home }'), 'model/home.yaml': 'value: Home\nattributes:\n  home: { type: value, of: Home }' }, ['model/customer.yaml:5:28 Customer.attributes.home.of: expected a value object that ends, found "Home", which leads to itself or to nothing']],
    ['a key that leads to itself', { 'model/a.yaml': 'class: A\nkey: b\nattributes: { b: { type: reference, to: A } }' }, ['model/a.yaml:3:41 A.attributes.b.to: expected a class with a key that ends, found "A", which has one that leads to itself']],
    ['a key that is no attribute', { 'model/c.yaml': 'class: Customer\nkey: ident\nattributes: { id: number }' }, ['model/c.yaml:2:6 Customer.key: expected an attribute of Customer, found "ident"']],
    ['a pattern that could take long', customer("  code: { type: text, pattern: '(?=a)b' }"), ['model/customer.yaml:5:32 Customer.attributes.code.pattern: expected a pattern without look-around and names, found "(?=" at character 1']],
    ['a relation by nothing', customer('', 'relations:\n  others: { many: Customer, by: boss }'), ['model/customer.yaml:7:33 Customer.relations.others.by: expected a reference of Customer to Customer, of which there is none, found "boss"']],
    ['a counter of changes that is none', customer('  name: text', 'locking: name'), ['model/customer.yaml:6:10 Customer.locking: expected an attribute of Customer with the type number, found the type text']],
    ['a default that is no value', customer('  state: { type: choice, of: [lead, client], default: led }\n  since: { type: date, default: tomorrow }\n  size: { type: number, min: 1, default: 0 }\n  today: { type: date, default: today }'), ['model/customer.yaml:5:55 Customer.attributes.state.default: expected one of "lead", "client", found "led"', 'model/customer.yaml:6:33 Customer.attributes.since.default: expected a date such as "2026-11-24", found "tomorrow"', 'model/customer.yaml:7:42 Customer.attributes.size.default: expected at least 1, found the number 0']],
    ['a bound that is no date', customer('  since: { type: date, min: 24.11.2026 }'), ['model/customer.yaml:5:29 Customer.attributes.since.min: expected a date such as "2026-11-24", found "24.11.2026"']],
    ['two attributes that were one', customer('  name: { type: text, was: title }\n  label: { type: text, was: title }'), ['model/customer.yaml:6:29 Customer.attributes.label.was: expected the name of what became this attribute only, found "title", which became "name"']],
    ['an attribute twice', { ...customer('  name: text'), 'model/more.yaml': 'extend: Customer\nattributes:\n  name: text' }, ['model/more.yaml:3:3 Customer.attributes.name: expected every name once in a class, found "name" again']],
    ['a column for no attribute', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ncolumns:\n  nam: NAME1' }, ['mapping/c.yaml:3:3 Customer.columns.nam: expected an attribute of Customer, found "nam" (did you mean name?)']],
    ['a column twice', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ncolumns:\n  id: A\n  name: A' }, ['mapping/c.yaml:4:9 Customer.columns.name: expected every column once, found "A" for name and for id']],
    ['half a converter', { ...customer('  active: yes-no'), 'mapping/c.yaml': 'class: Customer\ncolumns:\n  active: { column: AKTIV, yes: J }' }, ['mapping/c.yaml:3:11 Customer.columns.active: expected both "yes" and "no", found one of them']],
    ['a converter of another type', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ncolumns:\n  name: { column: A, format: DD.MM.YYYY }' }, ['mapping/c.yaml:3:30 Customer.columns.name.format: expected the converter padded, found "format"']],
    ['a format that is none', { ...customer('  born: date'), 'mapping/c.yaml': 'class: Customer\ncolumns:\n  born: { column: A, format: DD.MM. }' }, ['mapping/c.yaml:3:30 Customer.columns.born.format: expected a format with YYYY, MM and DD, each unit once, found "DD.MM."']],
    ['a column of no table', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ntables: { credit: {} }\ncolumns:\n  name: credt.name' }, ['mapping/c.yaml:4:9 Customer.columns.name: expected a column of one of the tables credit, found "credt.name" (did you mean credit?)', 'mapping/c.yaml:2:11 Customer.tables.credit: expected a table in which a column is, such as "credit.name", found none of the columns']],
    ['a key in another table', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ntables: { credit: {} }\ncolumns:\n  id: credit.id\n  name: credit.name' }, ['mapping/c.yaml:4:7 Customer.columns.id: expected a column of the class\'s own table, for it is part of the key, found "credit.id"']],
    ['a table with too large a key', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ntables:\n  credit: { key: [a, b] }\ncolumns:\n  name: credit.name' }, ['mapping/c.yaml:3:18 Customer.tables.credit.key: expected 1 columns, as many as the key has, found 2']],
    ['an unknown key of a table', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ntables:\n  credit: { optinal: true }\ncolumns:\n  name: credit.name' }, ['mapping/c.yaml:3:13 Customer.tables.credit.optinal: expected one of the keys table, key, optional, readonly, found "optinal" (did you mean optional?)']],
    ['a table twice', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ntables:\n  credit: { table: customer }\ncolumns:\n  name: credit.name' }, ['mapping/c.yaml:3:11 Customer.tables.credit: expected every table once, found "customer" again']],
    ['an attribute in the key of a table', { ...customer('  name: text'), 'mapping/c.yaml': 'class: Customer\ntables:\n  credit: { key: cid }\ncolumns:\n  name: credit.cid' }, ['mapping/c.yaml:5:9 Customer.columns.name: expected another column of "credit" than its key, found "cid" for name']],
    ['tables of a class without a key', { 'model/c.yaml': 'class: Customer\nattributes: { name: text }', 'mapping/c.yaml': 'class: Customer\ntables:\n  credit: { key: cid }\ncolumns:\n  name: credit.name' }, ['mapping/c.yaml:3:11 Customer.tables.credit: expected a class with a key, by which the rows belong together, found Customer, which has none']],
    ['a counter of changes in another table', { ...customer('  count: number', 'locking: count'), 'mapping/c.yaml': 'class: Customer\ntables: { credit: {} }\ncolumns:\n  count: credit.count' }, ['model/customer.yaml:6:10 Customer.locking: expected an attribute in the class\'s own table, found "count", which is in "credit"']],
    ['a reference in two tables', { 'model/a.yaml': 'class: A\nkey: [x, y]\nattributes: { x: number, y: number, next: { type: reference, to: A } }', 'mapping/a.yaml': 'class: A\ntables: { more: {} }\ncolumns:\n  next: { x: nx, y: more.ny }' }, ['mapping/a.yaml:4:9 A.columns.next: expected all columns of a reference in one table, found columns in 2']],
    ['a mapping of no class', { 'mapping/c.yaml': 'class: Customer\ntable: x' }, ['mapping/c.yaml:1:8 Customer.class: expected the name of a class, found "Customer"']],
    ['what is no class at all', { 'model/c.yaml': 'klass: Customer' }, ['model/c.yaml:1:1 expected a mapping with the key "class", "extend" or "value", found the keys klass']],
    ['a tab, of which the rest of the file is no mistake', customer('\tname: text\n  born: date'), ['model/customer.yaml:5:1 expected valid YAML, found a tab, where only blanks may stand']],
    ['a line indented too far', customer('   name: text'), ['model/customer.yaml:4:7 expected valid YAML, found a second ": " in what seems to be one line: a line is indented too far, or a text with ": " needs quotes around it']],
    ['a line indented too little', customer(' name: text'), ['model/customer.yaml:5:1 expected valid YAML, found a line that is not indented as those beside it, or a bracket above that is not closed']],
    ['a colon without a blank', customer('  name:text\n  born: date'), ['model/customer.yaml:5:3 expected valid YAML, found a key without ": " behind it, a colon and a blank']],
    ['keys twice', customer('  name: text\n  name: date\n  id: text'), ['model/customer.yaml:6:3 expected valid YAML, found the same key a second time', 'model/customer.yaml:7:3 expected valid YAML, found the same key a second time']],
    ['two classes in a file', { 'model/a.yaml': 'class: A\nattributes: { n: text }\n---\nclass: B\n' }, ['model/a.yaml:3:1 expected valid YAML, found a second document behind "---": a file describes one class']],
    ['a class twice', { ...customer('  name: text'), 'model/z.yaml': customer('  name: text')['model/customer.yaml'] ?? '' }, ['model/z.yaml:1:8 Customer.class: expected every name once, found "Customer" again, which customer.yaml has']],
    ['a type of another tool', customer('  name: varchar'), [expect.stringMatching(/found "varchar" \(did you mean text\?\)$/)]],
    ['a type that says too little', customer('  name: choice\n  boss: { type: relation, to: Customer }'), [expect.stringMatching(/found "choice" \(did you mean \{ type: choice, of: \[…\] \}\?\)$/), expect.stringMatching(/found "relation" \(did you mean reference\?\)$/)]],
    ['a choice that is no text', customer('  state: { type: choice, of: [yes, 1] }'), ['model/customer.yaml:5:36 Customer.attributes.state.of.1: expected a text, found the number 1']],
    ['names that are written otherwise', customer('  Name: text\n  credit-limit: number\n  boss: { type: reference, to: customer }'), [expect.stringMatching(/found "Name" \(did you mean name\?\)$/), expect.stringMatching(/found "credit-limit" \(did you mean creditLimit\?\)$/), expect.stringMatching(/found "customer" \(did you mean Customer\?\)$/)]],
    ['a range without values', customer('  size: { type: number, min: 9, max: 10 }\n  name: { type: text, min: 90, max: 80 }\n  born: { type: date, min: "2026-01-02", max: "2026-01-01" }\n  cost: { type: decimal, min: "-0.5", max: -1 }'), ['model/customer.yaml:6:37 Customer.attributes.name.max: expected 90 or more, as "min" says, found 80', 'model/customer.yaml:7:47 Customer.attributes.born.max: expected 2026-01-02 or more, as "min" says, found 2026-01-01', 'model/customer.yaml:8:44 Customer.attributes.cost.max: expected -0.5 or more, as "min" says, found -1']],
    ['a key that is no attribute, where others refer to it', { 'model/c.yaml': 'class: Customer\nkey: ident\nattributes: { id: number, boss: { type: reference, to: Customer } }\nrelations: { staff: { many: Customer, by: boss } }' }, ['model/c.yaml:2:6 Customer.key: expected an attribute of Customer, found "ident"']],
    ['a mapping in the folder of classes', { ...customer('  name: text'), 'model/m.yaml': 'class: Customer\nattributes: { id: number }\ntable: KUNDEN' }, [expect.stringMatching(/^model\/m\.yaml:3:1 Customer\.table: expected one of the keys .*, found "table", which a file in mapping\/ says$/)]],
    ['what is no YAML', { 'model/c.yaml': 'class: [' }, ['model/c.yaml:1:9 expected valid YAML, found a line that is not indented as those beside it, or a bracket above that is not closed']],
  ])('%s', async (_case, files, expected) => {
    expect(await mistakesOf(files)).toEqual(expected)
  })

  test('the plugin does not start, and tells them all', async () => {
    const error = await errorFrom(openModel('create table customer (id integer)', { 'model/a.yaml': 'class: A\nkey: x\nattributes: { id: number, n: txt }', 'model/b.yaml': 'class: B\nattributes: { id: numbr }' }))
    expect([codeOf(error.cause), error.message.split('\n').length]).toEqual(['MODEL_INVALID', 3])
  })
})

test('a file in another encoding than UTF-8 is told, and one whose ending has capitals is read', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'model/a.YAML'), Buffer.from('class: A\ndescription: Grüße\nattributes: { n: text }\n', 'latin1'))
  const mistakes = new Mistakes()
  await readModelFolder({ model: join(folder, 'model'), mapping: join(folder, 'mapping'), policies: join(folder, 'policies') }, mistakes)
  expect(mistakes.list).toMatchObject([{ file: join(folder, 'model/a.YAML'), line: 1, expected: 'a text in UTF-8', found: 'another encoding' }])
})

test('files that cannot be read are told, and not taken for none', async () => {
  const error = await errorFrom(openModel('create table customer (id integer)', { model: 'no folder' }))
  expect([codeOf(error.cause), error.message]).toEqual(['MODEL_INVALID', expect.stringMatching(/Read the files in ".*\/model": ENOTDIR/)])
  const folder = temporaryFolder()
  symlinkSync('nowhere', join(folder, 'lost.yaml'))
  expect(await codeFrom(readModelFolder({ model: folder, mapping: join(folder, 'none'), policies: join(folder, 'none') }, new Mistakes()))).toBe('MODEL_INVALID')
})

test('files that an editor hides beside those that are open are none of the model', async () => {
  const folder = temporaryFolder()
  // Emacs marks a file with changes by a link that leads nowhere.
  symlinkSync('ada@host.1:1', join(folder, '.#customer.yaml'))
  writeFileSync(join(folder, '._customer.yaml'), Buffer.from([0, 5, 22, 7, 255]))
  const mistakes = new Mistakes()
  expect(await readModelFolder({ model: folder, mapping: join(folder, 'none'), policies: join(folder, 'none') }, mistakes)).toMatchObject({ definitions: [] })
  expect(mistakes.list).toEqual([])
})

test('a class is extended by another file', async () => {
  const { objects, call } = await openModel(`${crmTables} alter table KUNDEN add column shoe_size integer`, { ...crmFiles, 'model/more.yaml': 'extend: Customer\nattributes:\n  shoeSize: { type: number, min: 20 }' })
  expect((await objects.get({ class: 'Customer', key: { number: 1 }, fields: ['shoeSize'] }, call())).object).toEqual({ number: 1, shoeSize: null })
})

test('who writes conditions is told what they may name, of every class and value with parts', async () => {
  const { objects, call } = await openModel(crmTables, crmFiles)
  const { classes, choices } = await objects.names({}, call())
  expect(classes['Customer']).toMatchObject({ number: 'number', born: 'date', active: 'boolean', channels: expect.anything(), recruiter: { object: 'Customer' }, contacts: { many: 'Contact' }, credit: { object: 'Customer.credit' } })
  expect(classes['Customer.credit']).toEqual({ amount: 'number', currency: 'text' })
  expect(choices['Customer']).toEqual({ status: ['lead', 'client'], channels: ['phone', 'chat', 'mail'] })
})

test('a class whose table or columns are missing says so, the others are usable, and it is too once they are there', async () => {
  const { objects, call, health, logs, file } = await openModel(crmTables, { ...crmFiles, 'model/order.yaml': 'class: Order\nkey: id\nattributes: { id: number, total: decimal, note: text }', 'model/shop.yaml': 'class: Shop\nkey: id\nattributes: { id: number }', 'mapping/shop.yaml': 'class: Shop\ntable: tga' })
  expect(await health()).toEqual({ ok: false, detail: 'cannot be used: Order, Shop' })
  expect(logs).toMatchObject([{ level: 'warn', class: 'Order', msg: 'Class "Order" cannot be used: Looked up table "order" in data source "crm": there is none' }, { level: 'warn', class: 'Shop', msg: expect.stringContaining('"tga"') }])
  expect((await errorFrom(objects.find({ class: 'Shop' }, call()))).message).toBe('Used class "Shop": Looked up table "tga" in data source "crm": there is none (did you mean "tag"?)')
  runSql(file, 'create table "order" (id integer primary key, totl numeric, nota text)')
  const error = await errorFrom(objects.count({ class: 'Order' }, call()))
  expect([error.code, error.message]).toEqual(['CLASS_UNUSABLE', 'Used class "Order": attribute "total": Looked up column "total" of table "order" in data source "crm": there is none (did you mean "totl"?); attribute "note": Looked up column "note" of table "order" in data source "crm": there is none (did you mean "nota"?)'])
  runSql(file, 'drop table "order"; create table "order" (id integer primary key, total numeric, note text)')
  expect(await objects.count({ class: 'Order' }, call())).toEqual({ count: 0 })
  expect((await objects.classes({}, call())).classes.find(({ name }) => name === 'Shop')).toEqual({ name: 'Shop', source: 'crm', table: 'tga', unusable: expect.stringContaining('"tga"') })
  expect((await objects.count({ class: 'Customer' }, call())).count).toBe(3)
})

// How long that takes is measured by `npm run bench -- wide`.
test('300 classes of 20 attributes that refer to each other are read and checked', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [
      [`model/c${index}.yaml`, `class: C${index}\nkey: id\nattributes:\n  id: number\n${Array.from({ length: 18 }, (_one, attribute) => `  a${attribute}: { type: text, required: true, max: 40 }\n`).join('')}  next: { type: reference, to: C${(index + 1) % 300} }\nrelations:\n  before: { many: C${(index + 299) % 300}, by: next }\n`],
      [`mapping/c${index}.yaml`, `class: C${index}\ntable: T${index}\ncolumns:\n${Array.from({ length: 18 }, (_one, attribute) => `  a${attribute}: COLUMN_${attribute}\n`).join('')}`],
    ]).flat(),
  )
  expect(await mistakesOf(files)).toEqual([])
  expect(await mistakesOf({ ...files, 'model/c7.yaml': 'class: C7\nkey: id\nattributes:\n  id: number\n  next: { type: reference, to: C300 }\n' })).not.toEqual([])
})
