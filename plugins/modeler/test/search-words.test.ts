import { expect, test } from 'vitest'
import { narrow } from '@caruso/contract'
import { onEachDatabase } from './each-database.ts'
import { openModel } from './harness.ts'
import { crmTables } from './crm.ts'
import { errorFrom } from '../../../test/failures.ts'

const files = {
  'model/person.yaml': `
class: Person
key: id
search: [name, home.city]
attributes: { id: number, name: text, home: address, note: long-text }
`,
}

const tables = [
  'create table person (id integer primary key, name varchar(200), home_street varchar(200), home_postal_code varchar(20), home_city varchar(200), home_region varchar(200), home_country varchar(200), note varchar(2000))',
  `insert into person (id, name, home_city, note) values
    (1, 'Nordby, Ola', 'Oslo', 'knows Kari'), (2, 'Kari Nord', 'Ås', null), (3, 'Åse Nordmann', 'Nord-Odal', null), (4, 'Per', 'Nordby', 'Nord'),
    (5, 'Bjørn Sørensen', 'Tromsø', null), (6, 'أَحْمَد الأمين', 'القاهرة', null), (7, 'Ola Ås', 'Oslo', null), (8, null, null, 'Ola')`,
]

onEachDatabase('a search in what a class says', (open) => {
  test('finds words without regard to case and accents, the best first', async () => {
    const { objects, call } = await open(tables, files)
    const found = async (text: string, more: object = {}): Promise<unknown> => (await objects.search({ class: 'Person', text, fields: [], ...more }, call())).objects.map(({ id }) => id)
    // Whole before begun, the name before the city; what is in neither is not found.
    expect(await found('nord')).toEqual([2, 1, 3, 4])
    expect(await found('NORDBY')).toEqual([1, 4])
    expect(await found('ola as')).toEqual([7])
    expect(await found('as')).toEqual([7, 3, 2])
    expect(await found('bjorn sorens tromso')).toEqual([5])
    expect(await found('احمد')).toEqual([6])
    expect(await found('القاهره أمين')).toEqual([])
    expect(await found('ٱلأمين القاهره')).toEqual([6])
    expect(await found('nord', { order: [{ attribute: 'id', desc: true }] })).toEqual([4, 3, 2, 1])
    expect(await found('kari', { attributes: ['note', 'name'] })).toEqual([1, 2])
  })

  test('is answered by an index as without one, also in another table of the class', async () => {
    const { objects, storage, run, readMarks, kind, call } = await open([...tables, 'create table person_more (id integer primary key, motto varchar(200))', `insert into person_more values (1, 'Alt er mulig'), (3, 'Ålesund')`], {
      'model/person.yaml': `${files['model/person.yaml'].replace('note: long-text', 'note: long-text, motto: text')}`,
      'mapping/person.yaml': 'class: Person\ntables: { more: { optional: true } }\ncolumns: { motto: more.motto }\n',
    })
    const alterCall = narrow(call('tester', ['storage.alter']), { timeout: 60_000 })
    const found = async (text: string, attributes?: string[]): Promise<unknown> => (await objects.search({ class: 'Person', text, fields: [], ...(attributes ? { attributes } : {}) }, call())).objects.map(({ id }) => id)
    const all = (): Promise<unknown[]> => Promise.all([found('nord'), found('ola as'), found('al', ['motto']), found('al as', ['motto', 'name']), found('nordby', ['note'])])
    const expected = [[2, 1, 3, 4], [7], [1, 3], [3], []]
    expect(await all()).toEqual(expected)
    await storage.alter({ source: 'crm', run: true, changes: [{ addSearch: ['name', 'home_city'], table: 'person' }, { addSearch: ['motto'], table: 'person_more' }] }, alterCall)
    expect(await all()).toEqual(expected)
    await readMarks()
    await expect.poll(async () => (await storage.query({ source: 'crm', from: 'caruso_marks_person' }, call())).rows, { timeout: 10_000 }).toEqual([])
    expect([kind, await all()]).toEqual([kind, expected])
    await run(`update person set name = 'Per Nord' where id = 8`)
    expect(await found('nord')).toEqual([2, 8, 1, 3, 4])
  })

  test('has pages that go on where they ended', async () => {
    const { objects, call } = await open(tables, files)
    const ids: unknown[] = []
    let after: string | null = null
    do {
      const page: { objects: readonly Record<string, unknown>[]; next: string | null } = await objects.search({ class: 'Person', text: 'nord', limit: 1, ...(after === null ? {} : { after }) }, call())
      expect(page.objects.every((object) => Object.keys(object).join() === 'id,name,home,note')).toBe(true)
      ids.push(...page.objects.map(({ id }) => id))
      after = page.next
    } while (after !== null)
    expect(ids).toEqual([2, 1, 3, 4])
  })
})

test('a class is searched in attributes that hold texts only', async () => {
  const error = await errorFrom(openModel(crmTables, { 'model/tag.yaml': 'class: Tag\nkey: id\nsearch: [nam, id, name.first]\nattributes:\n  id: number\n  name: text' }))
  expect(error.message.split('\n').filter((line) => line.includes('search'))).toEqual([
    expect.stringContaining('tag.yaml:3:10 Tag.search.0: expected an attribute of Tag that holds texts, found "nam" (did you mean name?)'),
    expect.stringContaining('tag.yaml:3:15 Tag.search.1: expected an attribute of Tag that holds texts, found "id"'),
    expect.stringContaining('tag.yaml:3:19 Tag.search.2: expected an attribute of Tag that holds texts, found "name.first"'),
  ])
})
