import { describe, expect, inject, test } from 'vitest'
import { appliedBy, applyModel } from '../src/migrate/apply-model.ts'
import { driftOf } from '../src/migrate/drift.ts'
import type { ModelSource } from '../src/migrate/model-source.ts'
import { undoModel } from '../src/migrate/undo-model.ts'
import { catalogue, crm, planned } from './migrated.ts'

const customer = `class: Customer
key: id
attributes:
  id: number
  name: { type: text, required: true, max: 80 }
  credit: { type: money }
  code: { type: text, unique: true }
  recruiter: { type: reference, to: Customer }
relations: { tags: { many: Tag } }
`
const order = `class: Order
key: number
attributes:
  number: text
  customer: { type: reference, to: Customer, required: true }
  open: { type: yes-no, required: true, default: true }
  at: instant
  wait: duration
`
const tag = 'class: Tag\nkey: id\nattributes: { id: number, name: text }\n'

test('a model of many tables is applied whole, since no part of it is refused for what another part makes', { timeout: 60_000 }, async () => {
  const { model } = await crm('sqlite')
  const chain = Object.fromEntries(Array.from({ length: 260 }, (_, n) => [`c${n}`, `class: C${n}\nkey: id\nattributes:\n  id: number\n${n === 0 ? '' : `  up: { type: reference, to: C${n - 1} }\n`}`]))
  const many = await model(chain)
  expect((await applyModel(many, false)).changes).toHaveLength(519)
  expect(await planned(many)).toEqual([])
})

test('what was applied is remembered also where it is longer than a text may be', async () => {
  const { model } = await crm('sqlite')
  const columns = Array.from({ length: 20_000 }, (_, n) => ({ name: `column_${n}`, path: `attribute${n}`, type: 'text' as const, nullable: true }))
  const content = { steps: [], before: [], after: [{ name: 'wide', columns, key: [], indexes: [], foreignKeys: [], created: true }] }
  const { journal } = await (await model({ tag })).state()
  await journal.begin('somebody', content)
  expect((await (await model({ tag })).state()).last).toMatchObject({ state: 'begun', ...content })
})

test.each(['Order', 'OrderWhoseNameIsSoLongThatAnotherIsShortened'])('the key of %s is not renamed where a table beside it knows the rows by it', async (name) => {
  const { model } = await crm('sqlite')
  const keyed = (key: string): Promise<ModelSource> => model({ order: `class: ${name}\nkey: ${key}\nattributes: { ${key}: { type: text, was: number }, note: text }\n` })
  const first = await keyed('number')
  await applyModel(first, false)
  expect(await planned(await keyed('code'))).toEqual([expect.stringMatching(/^rename column "number" of /)])
  const table = (await first.state()).tables[0]?.name ?? ''
  await first.storage.sidecar({ source: 'crm', table, key: ['number'], kind: 'state' }, first.call())
  await expect(applyModel(await keyed('code'), false)).rejects.toMatchObject({ code: 'CHANGE_REFUSED', message: expect.stringContaining('by which caruso_state_order') })
})

describe.each(['sqlite', 'pg', 'mysql'] as const)('a model is applied to %s', (kind) => {
  describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)('and', { timeout: 60_000 }, () => {
    test('makes its tables once, grows, renames what was called otherwise, and is taken back', async () => {
      const { model, run, rows } = await crm(kind)
      const first = await model({ customer, order, tag })
      expect((await applyModel(first, false)).changes.filter((change) => change.startsWith('create table')).toSorted()).toEqual(['create table "customer"', 'create table "customer_tags"', 'create table "order"', 'create table "tag"'])
      expect((await applyModel(first, false)).changes).toEqual([])
      expect(await planned(first)).toEqual([])
      const { tables, last } = await first.state()
      expect(driftOf(appliedBy(last), tables)).toEqual([])
      await run(`insert into customer (id, name, code, recruiter_id) values (1, 'Ada', 'a', null), (2, 'Bea', 'b', 1)`)

      const grown = await model({ customer: customer.replace('  name: { type: text, required: true, max: 80 }', '  fullName: { type: text, max: 120, was: name }\n  active: { type: yes-no, required: true, default: true }').replace('code: { type: text, unique: true }', 'code: text'), order, tag })
      const { changes } = await applyModel(grown, false)
      // Without its index, MySQL's text needs no length any more.
      expect(changes.toSorted()).toEqual(['add column "active" to "customer"', ...(kind === 'mysql' ? ['change column "code" of "customer"'] : []), 'change column "full_name" of "customer"', 'drop index "customer_code_key" of "customer"', 'rename column "name" of "customer" to "full_name"'])
      expect((await rows('customer'))[1]).toMatchObject({ full_name: 'Bea', active: kind === 'pg' ? true : 1 })
      expect((await applyModel(grown, false)).changes).toEqual([])
      await expect(undoModel(grown)).rejects.toMatchObject({ code: 'UNDO_REFUSED', message: expect.stringContaining('(2 rows)') })
    })

    test('a class over several tables gets all of them, and they go as they came', async () => {
      const { model, run, rows } = await crm(kind)
      const account = `class: Account\nkey: id\nattributes:\n  id: number\n  name: text\n  limit: { type: decimal, required: true, scale: 2 }\n  card: { type: text, unique: true }\n  next: { type: reference, to: Account }\n`
      const mapping = `class: Account\ntables: { credit: { key: account_id, optional: true }, sales: { table: account_sales, readonly: true } }\ncolumns: { limit: credit.lim, card: credit.card, next: credit.next_id, sold: sales.sold }\n`
      const before = await catalogue(await model({}))
      const first = await model({ account: account + '  sold: number\n', 'mapping/account': mapping })
      expect((await applyModel(first, false)).changes.toSorted()).toEqual(['add foreign key "account_credit_account_id_fkey" to "account_credit"', 'add foreign key "account_credit_next_id_fkey" to "account_credit"', 'create table "account"', 'create table "account_credit"'])
      expect(await planned(first)).toEqual([])
      const { tables, last } = await first.state()
      expect(driftOf(appliedBy(last), tables)).toEqual([])
      const credit = tables.find(({ name }) => name === 'account_credit')
      expect([credit?.key, credit?.columns.map(({ name, nullable }) => [name, nullable])]).toEqual([['account_id'], [['account_id', false], ['lim', false], ['card', true], ['next_id', true]]])
      await run(`insert into account (id, name) values (1, 'Ada')`)
      await run(`insert into account_credit (account_id, lim, card) values (1, 5, 'A')`)
      const renamed = await model({ account: account.replace('card: { type: text,', 'code: { type: text, was: card,'), 'mapping/account': mapping.replace('card: credit.card', 'code: credit.code').replace(', sold: sales.sold', '').replace(', sales: { table: account_sales, readonly: true }', '') })
      expect(await planned(renamed)).toEqual(['rename column "card" of "account_credit" to "code"'])
      await applyModel(renamed, false)
      expect(await rows('account_credit')).toMatchObject([{ code: 'A' }])
      await undoModel(renamed)
      expect(await planned(first)).toEqual([])
      await run('delete from account_credit')
      await run('delete from account')
      await undoModel(first)
      expect(await catalogue(first)).toEqual(before)
    })

    test('an undo brings back the catalogue as it was', async () => {
      const { model, run, rows } = await crm(kind)
      const first = await model({ customer, tag })
      await applyModel(first, false)
      await run(`insert into customer (id, name, code, recruiter_id) values (1, 'Ada', 'a', null), (2, 'Bea', 'b', 1)`)
      const [before, data] = [await catalogue(first), await rows('customer')]
      const grown = await model({ customer: customer.replace('  name: { type: text, required: true, max: 80 }', '  fullName: { type: text, max: 120, was: name }\n  born: date\n  friend: { type: reference, to: Tag }').replace('code: { type: text, unique: true }', 'code: text'), order, tag })
      await applyModel(grown, false)
      await undoModel(grown)
      expect(await catalogue(grown)).toEqual(before)
      expect(await rows('customer')).toEqual(data)
      expect(await planned(first)).toEqual([])
      await expect(undoModel(first)).rejects.toMatchObject({ code: 'UNDO_REFUSED', message: expect.stringContaining('2 rows') })
    })

    test('values are dropped only when that is asked for, and then there is no way back', async () => {
      const { model, run } = await crm(kind)
      await applyModel(await model({ customer, order, tag }), false)
      await run(`insert into customer (id, name, code) values (1, 'Ada', 'a')`)
      const less = await model({ customer: customer.replace('  credit: { type: money }\n', '').replace('relations: { tags: { many: Tag } }\n', '') })
      await expect(applyModel(less, false)).rejects.toMatchObject({ code: 'VALUES_LOST', message: expect.stringContaining('drop column "credit" of "customer": 0 rows') })
      await applyModel(less, true)
      expect((await less.state()).tables.map(({ name }) => name)).toEqual(['customer'])
      await expect(undoModel(less)).rejects.toMatchObject({ code: 'UNDO_REFUSED', message: expect.stringContaining('drop table "order"') })
      await run('alter table customer add column extra int')
      await run('create index theirs on customer (extra)')
      const { tables, last } = await less.state()
      expect(driftOf(appliedBy(last), tables)).toEqual(['customer: column extra is not in the model', 'customer: index theirs is not in the model'])
    })

    test('a table of another application gets the columns that are missing, and is never changed or dropped', async () => {
      const { model, run } = await crm(kind)
      await run('create table customer (id integer primary key, name varchar(20), recruiter_id integer)')
      const source = await model({ customer: customer.replace('relations: { tags: { many: Tag } }\n', '') })
      expect((await applyModel(source, false)).changes.toSorted()).toEqual(['add column "code" to "customer"', 'add column "credit" to "customer"', 'add column "credit_currency" to "customer"', 'add index "customer_code_key" to "customer"'])
      expect((await applyModel(source, false)).changes).toEqual([])
      const none = await model({ tag })
      expect(await planned(none)).toEqual(['create table "tag"', 'drop index "customer_code_key" of "customer"', 'drop column "credit" of "customer"', 'drop column "credit_currency" of "customer"', 'drop column "code" of "customer"'].toSorted((a, b) => (a.includes('index') ? -1 : b.includes('index') ? 1 : 0)))
    })

    test('references of another application stay where a class over its table goes', async () => {
      const { model, run } = await crm(kind)
      await run('create table firm (id bigint primary key)')
      await run('create table person (id bigint primary key, firm bigint, foreign key (firm) references firm (id))')
      const firm = 'class: Firm\nkey: id\nattributes: { id: number }'
      await applyModel(await model({ firm, person: 'class: Person\nkey: id\nattributes: { id: number, nick: text, works: { type: reference, to: Firm } }' }), false)
      const gone = await model({ firm })
      expect(await planned(gone)).toEqual(['drop foreign key of "works_id" of "person"', 'drop index "person_works_id_idx" of "person"', 'drop column "nick" of "person"', 'drop column "works_id" of "person"'])
      await applyModel(gone, true)
      const person = (await gone.state()).tables.find(({ name }) => name === 'person')
      expect([person?.foreignKeys.map(({ columns }) => columns), person?.columns.map(({ name }) => name)]).toEqual([[['firm']], ['id', 'firm']])
    })

    test('an index for searches comes and goes with what a class says, and follows its columns', async () => {
      const { model, run } = await crm(kind)
      const searched = (...names: readonly string[]): Promise<ModelSource> => model({ tag: `class: Tag\nkey: id\nsearch: [${names.join(', ')}]\nattributes: { id: number, name: { type: text, max: 30${names.includes('name') ? '' : ', was: title'} }, note: text }\n` })
      const first = await searched('name')
      expect((await applyModel(first, false)).changes).toEqual(['create table "tag"', 'add search index of "name" to "tag"'])
      expect(await planned(first)).toEqual([])
      await run(`insert into tag (id, name) values (1, 'Ola')`)
      const second = await searched('name', 'note')
      const before = await catalogue(first)
      expect((await applyModel(second, false)).changes).toEqual(['drop search index of "tag"', 'add search index of "name", "note" to "tag"'])
      await undoModel(second)
      expect(await catalogue(first)).toEqual(before)
      const { last } = await first.state()
      await first.alter([{ dropSearch: ['name'], table: 'tag' }], true)
      expect(driftOf(appliedBy(last), (await first.state()).tables)).toEqual(['tag: its index for searches is missing'])
      expect((await applyModel(first, false)).changes).toEqual(['add search index of "name" to "tag"'])
      expect((await applyModel(await model({ tag: 'class: Tag\nkey: id\nattributes: { id: number, label: { type: text, max: 30, was: name }, note: text }\n' }), false)).changes).toEqual(['drop search index of "tag"', 'rename column "name" of "tag" to "label"'])
      // A database that a version was passed over for: of the names of before, it has an earlier one.
      expect((await applyModel(await model({ tag: 'class: Tag\nkey: id\nattributes: { id: number, caption: { type: text, max: 30, was: [heading, label] }, note: text }\n' }), false)).changes).toEqual(['rename column "label" of "tag" to "caption"'])
      expect((await applyModel(await model({}), true)).changes).toEqual(['drop table "tag"'])
    })

    test('a table of another application gets an index for searches where its mapping says so', async () => {
      const { model, run } = await crm(kind)
      await run('create table tag (id integer primary key, name varchar(20), note varchar(200))')
      const files = { tag: 'class: Tag\nkey: id\nsearch: [name]\nattributes: { id: number, name: text, note: text }\n' }
      expect(await planned(await model(files))).toEqual([])
      const mapped = await model({ ...files, 'mapping/tag': 'class: Tag\nsearchIndex: true\n' })
      expect((await applyModel(mapped, false)).changes).toEqual(['add search index of "name" to "tag"'])
      expect((await applyModel(mapped, false)).changes).toEqual([])
      expect((await applyModel(await model(files), false)).changes).toEqual(['drop search index of "tag"'])
    })

    test('what was begun and not finished is finished by the next apply', async () => {
      const { model } = await crm(kind)
      const first = await model({ customer, tag })
      await applyModel(first, false)
      const grown = await model({ customer: customer.replace('  credit:', '  born: date\n  died: date\n  credit:'), tag })
      const { tables, kept, journal, last } = await grown.state()
      const { steps, applied } = grown.diff(tables, appliedBy(last), kept)
      await journal.begin('killed', { steps, before: appliedBy(last), after: applied })
      await grown.alter(steps.slice(0, 1).map(({ change }) => change), true)
      expect((await applyModel(grown, false)).changes).toEqual(['add column "died" to "customer"'])
      expect((await grown.state()).last?.state).toBe('applied')
      expect((await applyModel(grown, false)).changes).toEqual([])
      expect((await undoModel(grown)).changes).toHaveLength(2)
    })

    test('another scale changes the column, also where an apply was killed before it did', async () => {
      const { model, run, rows } = await crm(kind)
      const part = (scale: number): Promise<ModelSource> => model({ part: `class: Part\nkey: id\nattributes: { id: number, weight: { type: decimal, scale: ${scale} } }\n` })
      await applyModel(await part(2), false)
      const finer = await part(4)
      const { tables, kept, journal, last } = await finer.state()
      const { steps, applied } = finer.diff(tables, appliedBy(last), kept)
      await journal.begin('killed', { steps, before: appliedBy(last), after: applied })
      expect((await applyModel(finer, false)).changes).toEqual(['change column "weight" of "part"'])
      const done = await finer.state()
      expect(driftOf(appliedBy(done.last), done.tables)).toEqual([])
      await run('insert into part (id, weight) values (1, 1.2345)')
      expect(await rows('part')).toEqual([{ id: 1, weight: '1.2345' }])
      await expect(applyModel(await part(2), false)).rejects.toMatchObject({ code: 'CHANGE_REFUSED', message: expect.stringContaining('1 row: they do not fit') })
    })
  })
})
