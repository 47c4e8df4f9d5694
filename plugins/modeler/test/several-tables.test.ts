import { codeOf } from '@caruso/contract'
import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import { onEachDatabase, type Tried } from './each-database.ts'
import { customerFiles, customerTables } from './several-tables.ts'

type Found = Readonly<Record<string, unknown>>

const ada = { id: 1, name: 'Ada', home: { street: 'Storgata 7', town: 'Oslo' }, limit: { amount: '1000.5', currency: 'EUR' }, card: 'A-1', advisor: 1, sold: 2, line: 'Ada Oslo', tenth: '100.05' }
const cleo = { id: 3, name: 'Cleo', home: null, limit: null, card: null, advisor: null, sold: 1, line: 'Cleo ?', tenth: null }

async function customer({ objects, call }: Tried, id: number): Promise<Found> {
  return (await objects.get({ class: 'Customer', key: { id } }, call())).object ?? {}
}

async function rowsIn({ storage, call }: Tried, from: string): Promise<readonly Found[]> {
  return (await storage.query({ source: 'crm', from }, call())).rows
}

onEachDatabase('a class over several tables', (open, kind) => {
  const opened = (behaviours?: string, more: Readonly<Record<string, string>> = {}): Promise<Tried> => open(customerTables(kind), { ...customerFiles(behaviours), ...more })

  test('is read as one, whichever of its tables an attribute is in', async () => {
    const crm = await opened()
    const { objects, call } = crm
    expect([await customer(crm, 1), await customer(crm, 3)]).toEqual([ada, cleo])
    const names = async (where: string | object, order: string[] = []): Promise<unknown[]> => (await objects.find({ class: 'Customer', where: where as string, fields: ['name'], order: order.map((attribute) => ({ attribute, desc: true })) }, call())).objects.map(({ name }) => name)
    expect(await names('limit.amount > 20 && home.town != "Bergen"')).toEqual(['Ada'])
    expect(await names({ attribute: 'card', isNull: true })).toEqual(['Cleo'])
    expect(await names({ attribute: 'card', startsWith: 'B' })).toEqual(['Bea'])
    expect(await names({ attribute: 'limit', op: '==', value: { amount: '20.25', currency: 'NOK' } })).toEqual(['Bea'])
    expect(await names('advisor == null')).toEqual(['Cleo'])
    expect(await names('advisor.name == "Siv" || line == "Cleo ?"', ['home.town'])).toEqual(['Bea', 'Cleo'])
    expect(await names('true', ['sold', 'limit.amount'])).toEqual(['Ada', 'Bea', 'Cleo'])
    expect((await objects.search({ class: 'Customer', text: 'berg', fields: ['name'] }, call())).objects).toEqual([{ id: 2, name: 'Bea' }])
    expect(await objects.count({ class: 'Customer', where: 'card != null' }, call())).toEqual({ count: 2 })
    expect((await objects.aggregate({ class: 'Customer', group: ['home.town'], figures: { most: { fn: 'max', attribute: 'limit.amount' }, sum: { fn: 'sum', attribute: 'sold' } }, order: [{ by: 'home.town' }] }, call())).groups).toEqual([{ 'home.town': null, most: null, sum: '1' }, { 'home.town': 'Bergen', most: '20.25', sum: '1' }, { 'home.town': 'Oslo', most: '1000.5', sum: '2' }])
    const texts: string[] = []
    for await (const { text } of objects.export({ class: 'Customer', format: 'csv', columns: ['name', 'limit', 'advisor.name'] }, call())) texts.push(text)
    expect(texts.join('')).toBe('name,limit.amount,limit.currency,advisor.name\r\nAda,1000.5,EUR,Liv\r\nBea,20.25,NOK,Siv\r\nCleo,,,\r\n')
  })

  test('is read in pages in the order of any of its tables', async () => {
    const { objects, call } = await opened()
    const pages: unknown[] = []
    for (let after: string | null | undefined; after !== null; ) {
      const page = await objects.find({ class: 'Customer', fields: ['name'], order: [{ attribute: 'advisor.name', desc: true }, { attribute: 'home.town' }], limit: 1, ...(after === undefined ? {} : { after }) }, call())
      pages.push(page.objects.map(({ name }) => name))
      after = page.next
    }
    expect(pages.filter((page) => (page as unknown[]).length > 0)).toEqual([['Bea'], ['Ada'], ['Cleo']])
  })

  test('is what relations lead to and from, and what paths go over', async () => {
    const { objects, call } = await opened()
    const { objects: orders } = await objects.find({ class: 'Order', fields: ['total'], where: 'customer.limit.amount > 20 && customer.advisor.name != "Siv"', with: { customer: { fields: ['card'], with: { advisor: { fields: ['name'] } } } }, order: [{ attribute: 'customer.card' }] }, call())
    expect(orders).toEqual([1, 2].map((id) => ({ id, total: id === 1 ? '10' : '20.5', customer: { id: 1, card: 'A-1', advisor: { id: 1, name: 'Liv' } } })))
    expect((await objects.find({ class: 'Advisor', where: 'customers.exists(c, c.home.town == "Oslo")', with: { customers: { fields: ['card'], where: 'limit.amount > 0', order: [{ attribute: 'home.town' }] } } }, call())).objects).toEqual([{ id: 1, name: 'Liv', customers: [{ id: 1, card: 'A-1' }] }])
    expect((await objects.find({ class: 'Advisor', where: 'customers.map(c, c.limit.amount).sum() < 100', fields: ['name'], with: { customers: { fields: [], with: { orders: { fields: ['total'] } } } } }, call())).objects).toEqual([{ id: 2, name: 'Siv', customers: [{ id: 2, orders: [{ id: 3, total: '5' }] }] }])
    expect((await objects.aggregate({ class: 'Order', group: ['customer.advisor.name'], figures: { sum: { fn: 'sum', attribute: 'total' } }, order: [{ by: 'customer.advisor.name' }] }, call())).groups).toEqual([{ 'customer.advisor.name': null, sum: '1' }, { 'customer.advisor.name': 'Liv', sum: '30.5' }, { 'customer.advisor.name': 'Siv', sum: '5' }])
  })

  test('an object is created in all of its tables, and in one whose row may be missing where it has a value there', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const { results } = await objects.commit({ changes: [
      { create: 'Customer', values: { name: 'Dag', home: { town: 'Ås' }, limit: { amount: '7.25', currency: 'NOK' }, advisor: 2 } },
      { create: 'Customer', values: { name: 'Eli', home: { town: 'Moss' }, limit: null, advisor: null } },
      { create: 'Customer', values: { name: 'Fay' } },
      { create: 'Order', values: { customer: { keyOf: 1 }, total: '3' } },
    ] }, call())
    expect(results.map(({ key }) => key)).toEqual([{ id: 4 }, { id: 5 }, { id: 6 }, { id: 5 }])
    expect(await customer(crm, 4)).toMatchObject({ home: { street: null, town: 'Ås' }, limit: { amount: '7.25', currency: 'NOK' }, advisor: 2, sold: null })
    expect(await customer(crm, 5)).toMatchObject({ name: 'Eli', home: { town: 'Moss' }, limit: null, sold: 1 })
    expect([(await rowsIn(crm, 'customer_address')).length, (await rowsIn(crm, 'customer_credit')).length]).toEqual([6, 3])
  })

  test('an update writes the tables that it is about, and makes the row that was missing', async () => {
    const crm = await opened()
    const { objects, call } = crm
    await objects.commit({ changes: [1, 2, 3].map((id) => ({ update: 'Customer', key: { id }, set: { home: { street: null, town: 'Moss' }, card: `N-${id}` }, seen: id === 1 ? ada : id === 3 ? cleo : { home: { street: null, town: 'Bergen' }, card: 'B-2' } })) }, call())
    expect(await customer(crm, 3)).toEqual({ ...cleo, home: { street: null, town: 'Moss' }, card: 'N-3', line: 'Cleo Moss' })
    expect(await customer(crm, 1)).toMatchObject({ card: 'N-1', limit: ada.limit })
    await objects.commit({ changes: [{ update: 'Customer', key: { id: 3 }, set: { name: 'Clio', card: null }, seen: { name: 'Cleo', card: 'N-3' } }] }, call())
    // The row stays: it may have columns that no attribute is in.
    expect((await rowsIn(crm, 'customer_credit')).find(({ cid }) => Number(cid) === 3)).toMatchObject({ card: null })
    expect(await codeFrom(objects.commit({ changes: [{ remove: 'Customer', key: { id: 3 }, seen: await customer(crm, 3) }] }, call()))).toBe('REFERENCE_BROKEN')
    const order = { remove: 'Order', key: { id: 4 }, seen: { total: '1' } }
    await objects.commit({ changes: [order, { remove: 'Customer', key: { id: 3 }, seen: await customer(crm, 3) }] }, call())
    expect([await customer(crm, 3), (await rowsIn(crm, 'customer_credit')).length, (await rowsIn(crm, 'customer_address')).length]).toEqual([{}, 2, 2])
  })

  test('nobody\'s change is lost in any of its tables, and a conflict names the attributes', async () => {
    const crm = await opened()
    const { objects, call, run } = crm
    await run(`update customer_credit set card = 'X' where cid = 1`)
    const change = (set: Found, seen: Found, id = 1): Promise<unknown> => objects.commit({ changes: [{ update: 'Customer', key: { id }, set, seen }] }, call())
    const collided = { collided: [{ attribute: 'card', seen: 'A-1', now: 'X' }] }
    expect((await errorFrom(change({ card: 'Y' }, ada))).details).toMatchObject(collided)
    expect((await errorFrom(change({ name: 'Ida', card: 'Y' }, ada))).details).toMatchObject(collided)
    expect((await errorFrom(objects.commit({ changes: [{ remove: 'Customer', key: { id: 1 }, seen: ada }] }, call()))).details).toMatchObject(collided)
    await change({ home: { street: null, town: 'Oslo' } }, ada)
    // Somebody makes, or takes away, the row that was not seen, or was.
    await run(`insert into customer_credit (cid, card) values (3, 'Z')`)
    expect((await errorFrom(change({ card: 'Y' }, cleo, 3))).details).toMatchObject({ collided: [{ attribute: 'card', seen: null, now: 'Z' }] })
    await change({ advisor: 1 }, cleo, 3)
    await run(`delete from customer_credit where cid = 2`)
    expect((await errorFrom(change({ card: 'Y' }, { card: 'B-2' }, 2))).details).toMatchObject({ collided: [{ attribute: 'card', seen: 'B-2', now: null }] })
    await run(`delete from customer_address where customer_id = 2`)
    expect(await errorFrom(change({ home: null }, { home: { street: null, town: null } }, 2))).toMatchObject({ code: 'OBJECT_BROKEN', message: expect.stringContaining('table "customer_address" has no row for it') })
    expect((await errorFrom(change({ card: 'Y' }, { card: null }, 99))).details).toMatchObject({ gone: true })
    expect(await customer(crm, 1)).toMatchObject({ name: 'Ada', card: 'X', home: { town: 'Oslo' } })
    // What is not there keeps nothing from being removed.
    await run('delete from orders where customer_id = 2')
    const { sold: _, ...bea } = await customer(crm, 2)
    await objects.commit({ changes: [{ remove: 'Customer', key: { id: 2 }, seen: bea }] }, call())
    expect([await customer(crm, 2), (await rowsIn(crm, 'customer_credit')).map(({ cid }) => Number(cid)).includes(2)]).toEqual([{}, false])
  })

  test('a value that is taken is told by its attribute, and what is only read cannot be set', async () => {
    const crm = await opened()
    const { objects, call } = crm
    for (const changes of [[{ create: 'Customer', values: { name: 'Dag', card: 'B-2' } }], [{ update: 'Customer', key: { id: 1 }, set: { card: 'B-2' }, seen: ada }], [{ update: 'Customer', key: { id: 3 }, set: { card: 'B-2' }, seen: cleo }]] as const) {
      expect(await errorFrom(objects.commit({ changes: [...changes] }, call()))).toMatchObject({ code: 'VALUE_TAKEN', details: { attribute: 'card', value: 'B-2' } })
    }
    expect(await errorFrom(objects.commit({ changes: [{ update: 'Customer', key: { id: 1 }, set: { sold: 7 }, seen: ada }] }, call()))).toMatchObject({ code: 'OBJECT_INVALID', message: expect.stringContaining('"sold": expected no value, for its table can only be read') })
    expect([(await rowsIn(crm, 'customer')).length, (await rowsIn(crm, 'customer_address')).length]).toEqual([3, 3])
  })

  test('a commit that is repeated under its key answers as the first did', async () => {
    const crm = await opened()
    const { objects } = crm
    const changes = [{ update: 'Customer', key: { id: 3 }, set: { card: 'K' }, seen: cleo }, { update: 'Customer', key: { id: 2 }, set: { limit: null }, seen: { limit: { amount: '20.25', currency: 'NOK' } } }, { create: 'Customer', values: { name: 'Dag', card: 'D' } }]
    const first = await objects.commit({ changes }, crm.call('tester', [], 'once'))
    await crm.run('delete from customer_credit where cid = 3')
    expect(await objects.commit({ changes }, crm.call('tester', [], 'once'))).toEqual(first)
    expect((await rowsIn(crm, 'customer')).length).toBe(4)
  })

  test('policies, rules, history, counting and soft deletion know no difference', async () => {
    const policy = `class: Customer\nallow:\n  own: { may: [read, update], where: "limit.currency == 'EUR' && home.town == 'Oslo'" }\n  all: { permission: admin, may: [read, create, update, remove] }\nattributes:\n  advisor: { see: admin }\n`
    const crm = await opened(`history: true\nlocking: true\nsoftDelete: true\nrules:\n  covered: { must: "limit == null || home.town != null", attributes: [limit] }`, { 'policies/customer.yaml': policy })
    const { objects, call, run } = crm
    const as = (...permissions: string[]): ReturnType<typeof call> => call('eve', permissions)
    const names = async (...permissions: string[]): Promise<unknown[]> => (await objects.find({ class: 'Customer', fields: ['name'] }, as(...permissions))).objects.map(({ name }) => name)
    expect([await names(), await names('admin')]).toEqual([['Ada'], ['Ada', 'Bea', 'Cleo']])
    expect((await objects.find({ class: 'Order', fields: ['customer'], where: 'customer.card != null' }, as())).objects).toEqual([{ id: 1, customer: 1 }, { id: 2, customer: 1 }])
    expect(await codeFrom(objects.find({ class: 'Advisor', with: { customers: {} } }, as()))).toBe('ATTRIBUTE_HIDDEN')
    expect((await objects.find({ class: 'Advisor', fields: [], with: { customers: { fields: ['name'] } } }, as('admin'))).objects).toMatchObject([{ customers: [{ name: 'Ada' }] }, { customers: [{ name: 'Bea' }] }])
    const update = (set: Found, id: number, version: number, ...permissions: string[]): Promise<unknown> => objects.commit({ changes: [{ update: 'Customer', key: { id }, set, seen: { version } }] }, as(...permissions))
    expect(await codeFrom(update({ home: { street: null, town: 'Moss' } }, 1, 1))).toBe('NOT_ALLOWED')
    expect(await errorFrom(update({ limit: { amount: '1', currency: 'NOK' } }, 3, 1, 'admin'))).toMatchObject({ code: 'OBJECT_INVALID', details: { rule: { name: 'covered' } } })
    await update({ limit: { amount: '1', currency: 'NOK' }, home: { street: null, town: 'Ås' } }, 3, 1, 'admin')
    expect((await errorFrom(update({ card: 'C' }, 3, 1, 'admin'))).details).toMatchObject({ collided: [{ attribute: 'version', seen: 1, now: 2 }] })
    await run(`update customer_credit set card = 'outside' where cid = 3`)
    await update({ card: 'C' }, 3, 2, 'admin')
    const { entries } = await objects.history({ class: 'Customer', key: { id: 3 } }, as('admin'))
    expect(entries.map(({ kind, before, after }) => [kind, before, after])).toEqual([['updated', { card: 'outside' }, { card: 'C' }], ['outside', { card: null }, { card: 'outside' }], ['updated', { limit: null, home: null }, { limit: { amount: '1', currency: 'NOK' }, home: { street: null, town: 'Ås' } }]])
    expect((await objects.past({ class: 'Customer', key: { id: 3 }, at: { version: 1 } }, as('admin'))).object).toMatchObject({ name: 'Cleo', limit: null, card: null })
    await objects.commit({ changes: [{ remove: 'Customer', key: { id: 3 }, seen: { version: 3 } }] }, as('admin'))
    expect(await names('admin')).toEqual(['Ada', 'Bea'])
    await objects.commit({ changes: [{ restore: 'Customer', key: { id: 3 } }] }, as('admin'))
    expect((await objects.get({ class: 'Customer', key: { id: 3 }, fields: ['card', 'limit'] }, as('admin'))).object).toMatchObject({ card: 'C', limit: { amount: '1', currency: 'NOK' } })
  })

  test('of writers at once none is lost, also where the row is made', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const attempts = await Promise.all(Array.from({ length: 6 }, (_, index) => objects.commit({ changes: [{ update: 'Customer', key: { id: 3 }, set: { card: `W-${index}` }, seen: cleo }] }, call()).then(() => index, (error: unknown) => codeOf(error))))
    expect(attempts.filter((one) => one === 'CONFLICT')).toHaveLength(5)
    expect((await customer(crm, 3))['card']).toBe(`W-${attempts.find((one) => typeof one === 'number')}`)
  })

  test('a table that is missing makes the class unusable, and says which attributes need it', async () => {
    const files = customerFiles()
    const { objects, call } = await open(customerTables(kind), { ...files, 'mapping/customer.yaml': (files['mapping/customer.yaml'] ?? '').replace('credit.card', 'credit.kard').replace('{ key: cid', '{ key: cidd') })
    const error = await errorFrom(objects.count({ class: 'Customer' }, call()))
    expect(error.code).toBe('CLASS_UNUSABLE')
    expect(error.message).toContain('the key in "credit"')
    expect(error.message).toContain('attribute "card"')
  })
})

