import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

const ada = {
  number: 1,
  name: 'Ada',
  active: true,
  born: '1815-12-10',
  credit: { amount: '1000.5', currency: 'EUR' },
  home: { street: 'Storgata 7', city: 'Oslo' },
  status: 'lead',
  email: 'ada@example.com',
  recruiter: null,
  channels: ['phone', 'chat'],
}

describe('get', () => {
  test('answers an object of a legacy table: converted values, money, a value object, choices', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    expect(await objects.get({ class: 'Customer', key: { number: 1 } }, call())).toEqual({ object: ada })
    expect(await objects.get({ class: 'Customer', key: { number: 2 } }, call())).toEqual({ object: { ...ada, number: 2, name: 'Bea', active: false, born: null, credit: null, home: { street: null, city: 'Bergen' }, status: 'client', email: null, recruiter: 1, channels: null } })
    expect(await objects.get({ class: 'Customer', key: { number: 9 } }, call())).toEqual({ object: null })
  })

  test('answers chosen attributes with the key, and the counter of changes', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    expect(await objects.get({ class: 'Contact', key: { id: 1 }, fields: ['name'] }, call())).toEqual({ object: { id: 1, version: 1, name: 'Per' } })
  })

  test('puts related objects in the place of their keys, of whatever kind the relation is', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const { object } = await objects.get(
      { class: 'Customer', key: { number: 1 }, fields: ['name'], with: { contacts: { fields: ['name'], order: [{ attribute: 'name' }] }, tags: { order: [{ attribute: 'name', desc: true }] }, profile: { fields: ['note'] }, recruits: { fields: [], with: { recruiter: { fields: ['name'] } } }, recruiter: {} } },
      call(),
    )
    expect(object).toEqual({
      number: 1,
      name: 'Ada',
      contacts: [{ id: 2, version: 1, name: 'Kari' }, { id: 1, version: 1, name: 'Per' }],
      tags: [{ id: 1, name: 'vip' }, { id: 2, name: 'late' }],
      profile: { customer: 1, note: 'reads a lot' },
      recruits: [{ number: 2, recruiter: { number: 1, name: 'Ada' } }, { number: 3, recruiter: { number: 1, name: 'Ada' } }],
      recruiter: null,
    })
    const tag = await objects.get({ class: 'Tag', key: { id: 1 }, with: { customers: { fields: ['name'] } } }, call())
    expect(tag.object).toEqual({ id: 1, name: 'vip', customers: [{ number: 1, name: 'Ada' }, { number: 3, name: 'Çelik' }] })
  })
})

describe('find', () => {
  const names = async (where: object, order?: readonly { attribute: string; desc?: boolean }[]): Promise<readonly unknown[]> => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const found = await objects.find({ class: 'Customer', where: where as never, fields: ['name'], ...(order ? { order } : {}) }, call())
    return found.objects.map((object) => object['name'])
  }

  test.each<[string, object, readonly string[]]>([
    ['a converted yes', { attribute: 'active', op: '==', value: true }, ['Ada', 'Çelik']],
    ['a converted date', { attribute: 'born', op: '==', value: '1815-12-10' }, ['Ada']],
    ['a choice', { attribute: 'status', in: ['client'] }, ['Bea']],
    ['a part of a value object', { attribute: 'home.city', startsWith: 'B' }, ['Bea']],
    ['an amount', { attribute: 'credit.amount', op: '>', value: '999.9' }, ['Ada']],
    ['money as a whole', { attribute: 'credit', op: '==', value: { amount: '1000.5', currency: 'EUR' } }, ['Ada']],
    ['missing money', { attribute: 'credit', isNull: true }, ['Bea']],
    ['other money than none', { attribute: 'credit', op: '!=', value: null }, ['Ada', 'Çelik']],
    ['a reference', { attribute: 'recruiter', op: '==', value: 1 }, ['Bea', 'Çelik']],
    ['an attribute of what is referred to', { attribute: 'recruiter.name', op: '==', value: 'Ada' }, ['Bea', 'Çelik']],
    ['an attribute of nobody', { attribute: 'recruiter.name', op: '==', value: null }, ['Ada']],
    ['an attribute over a relation to one', { attribute: 'profile.note', isNull: false }, ['Ada']],
    ['anything but', { not: { or: [{ attribute: 'name', op: '==', value: 'Bea' }, { attribute: 'recruiter', op: '==', value: null }] } }, ['Çelik']],
  ])('finds by %s', async (_case, where, expected) => {
    expect(await names(where)).toEqual(expected)
  })

  test('orders by paths, nulls first', async () => {
    expect(await names({ and: [] }, [{ attribute: 'home.city', desc: true }])).toEqual(['Ada', 'Bea', 'Çelik'])
    expect(await names({ and: [] }, [{ attribute: 'recruiter.name' }, { attribute: 'name', desc: true }])).toEqual(['Ada', 'Çelik', 'Bea'])
  })

  test('counts and reads a view, which has no pages', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    expect(await objects.count({ class: 'Customer', where: { attribute: 'recruiter', op: '!=', value: null } }, call())).toEqual({ count: 2 })
    expect(await objects.find({ class: 'Busy', order: [{ attribute: 'city' }], limit: 2 }, call())).toEqual({ objects: [{ city: null, customers: 1 }, { city: 'Bergen', customers: 1 }], next: null })
  })

  test('aggregates by group, over relations too', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const { groups } = await objects.aggregate({ class: 'Contact', group: ['customer.name'], figures: { people: { fn: 'count' }, best: { fn: 'max', attribute: 'rating' }, rated: { fn: 'count', attribute: 'rating' } }, order: [{ by: 'people', desc: true }] }, call())
    expect(groups).toEqual([{ 'customer.name': 'Ada', people: 2, best: '1.5', rated: 1 }, { 'customer.name': 'Bea', people: 1, best: '3', rated: 1 }])
  })

  test.each<[string, string, object]>([
    ['the greatest of what is ordered otherwise', 'Aggregated class "Customer" by the max of "born": its column holds the values in a form that is ordered otherwise', { figures: { f: { fn: 'max', attribute: 'born' } } }],
    ['the least of choices by what stands for them', 'Aggregated class "Customer" by the min of "status": its column holds the values in a form that is ordered otherwise', { figures: { f: { fn: 'min', attribute: 'status' } } }],
    ['a figure of nothing', 'Aggregated class "Customer" by the sum of nothing: expected an attribute', { figures: { f: { fn: 'sum' } } }],
    ['the sum of texts', 'Aggregated class "Customer" by the sum of "name": it holds no numbers', { figures: { f: { fn: 'sum', attribute: 'name' } } }],
    ['the mean of numbers that stand for choices', 'Aggregated class "Customer" by the avg of "status": it holds no numbers', { figures: { f: { fn: 'avg', attribute: 'status' } } }],
    ['groups in an order that the column does not have', 'Ordered groups of class "Customer" by "born": its column holds the values in a form that is ordered otherwise', { group: ['born'], figures: { f: { fn: 'count' } }, order: [{ by: 'born' }] }],
  ])('refuses %s', async (_case, message, request) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const error = await errorFrom(objects.aggregate({ class: 'Customer', ...request } as never, call()))
    expect([error.code, error.message]).toEqual(['REQUEST_INVALID', message])
  })

  test('streams all objects in batches with what is related', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const names: unknown[] = []
    for await (const batch of objects.stream({ class: 'Customer', fields: ['name'], with: { contacts: { fields: [] } } }, call())) for (const { name, contacts } of batch.objects) names.push([name, (contacts as unknown[]).length])
    expect(names).toEqual([['Ada', 2], ['Bea', 1], ['Çelik', 0]])
  })

  test('needs as many statements for many objects as for few', async () => {
    const { objects, call, statements } = await openModel(
      `${crmTables} insert into KUNDEN (KDNR, NAME1, WERBER) with recursive c(n) as (select 10 union all select n + 1 from c where n < 3000) select n, 'C' || n, 1 from c;
       insert into contact (customer_kdnr, name) select KDNR, 'of ' || KDNR from KUNDEN;`,
      crmFiles,
    )
    const request = { class: 'Customer', with: { contacts: { with: { customer: { fields: ['name'] } } }, tags: {}, recruiter: {} } } as const
    statements()
    await objects.find({ ...request, limit: 2 }, call())
    expect(statements()).toBe(5)
    const { objects: all } = await objects.find(request, call())
    expect([all.length, statements()]).toEqual([2994, 5])
    expect(all.at(-1)).toMatchObject({ contacts: [{ customer: { number: 3000 } }], recruiter: { name: 'Ada' } })
  })

  test.each<[string, string, string, object]>([
    ['an unknown class', 'CLASS_UNKNOWN', 'Looked up class "Custmer": there is none (did you mean "Customer"?)', { class: 'Custmer' }],
    ['an unknown attribute', 'ATTRIBUTE_UNKNOWN', 'Looked up attribute "nam" of class "Customer": there is none (did you mean "name"?)', { where: { attribute: 'nam', isNull: true } }],
    ['an unknown attribute on the way', 'ATTRIBUTE_UNKNOWN', 'Looked up attribute "nme" of class "Customer" on the way "recruiter.nme": there is none (did you mean "name"?)', { order: [{ attribute: 'recruiter.nme' }] }],
    ['an unknown part', 'ATTRIBUTE_UNKNOWN', 'Looked up "home.town": "home" of class "Customer" has no part "town"', { where: { attribute: 'home.town', isNull: true } }],
    ['an unknown relation', 'RELATION_UNKNOWN', 'Looked up relation "contact" of class "Customer": there is none (did you mean "contacts"?)', { with: { contact: {} } }],
    ['a relation to many', 'REQUEST_INVALID', 'Followed "contacts.name" from class "Customer": "contacts" of class "Customer" leads to many objects', { where: { attribute: 'contacts.name', isNull: true } }],
    ['a value of another type', 'REQUEST_INVALID', 'Compared "born" with "10.12.1815": expected a date such as "2026-11-24"', { where: { attribute: 'born', op: '==', value: '10.12.1815' } }],
    ['a choice there is not', 'REQUEST_INVALID', 'Compared "status" with "led": expected one of "lead", "client"', { where: { attribute: 'status', op: '==', value: 'led' } }],
    ['an order that the column does not have', 'REQUEST_INVALID', 'Ordered class "Customer" by "born": its column holds the values in a form that is ordered otherwise', { order: [{ attribute: 'born' }] }],
    ['a comparison that the column does not know', 'REQUEST_INVALID', 'Compared "born" by "<": its column holds the values in a form that is ordered otherwise', { where: { attribute: 'born', op: '<', value: '1900-01-01' } }],
    ['parts as one value', 'REQUEST_INVALID', 'Used "credit" of class "Customer" as one value: it has the parts credit.amount, credit.currency', { order: [{ attribute: 'credit' }] }],
    ['another text as a cursor', 'CURSOR_INVALID', 'Read the cursor of a page: expected the "next" of the page before, found another text', { limit: 1, after: 'x' }],
  ])('refuses %s', async (_case, code, message, request) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const error = await errorFrom(objects.find({ class: 'Customer', ...request } as never, call()))
    expect([error.code, error.message]).toEqual([code, message])
  })

  test('names the object and the attribute of a row that is broken', async () => {
    const { objects, call } = await openModel(`${crmTables} update KUNDEN set GEBDAT = '1990-01-01' where KDNR = 3`, crmFiles)
    const error = await errorFrom(objects.find({ class: 'Customer' }, call()))
    expect([error.code, error.message]).toEqual(['OBJECT_BROKEN', 'Read attribute "born" of class "Customer" with number 3: column "GEBDAT" holds "1990-01-01", expected a date such as "2026-11-24"'])
    expect((await objects.find({ class: 'Customer', fields: ['name'] }, call())).objects).toHaveLength(3)
  })

  test('names the object whose column holds what is no value of its type', async () => {
    const { objects, call } = await openModel(`${crmTables} update contact set born = 'in May' where id = 2`, crmFiles)
    const error = await errorFrom(objects.find({ class: 'Contact' }, call()))
    expect([error.code, error.message]).toEqual(['OBJECT_BROKEN', 'Read attribute "born" of class "Contact" with id 2: column "born" holds "in May", expected a date such as "2026-11-24"'])
  })
})
