import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel, runSql } from './harness.ts'

/** Sellers see the customers that they recruited or that live in Oslo; managers see all of them. */
const policies = {
  'policies/customer.yaml': `
class: Customer
allow:
  oslo: { may: [read, update], where: home.city == "Oslo" }
  named: { may: [read, update, create, remove], where: "name == caller.identity" }
  managers: { permission: [sales.all, admin], may: [read, create, update, remove] }
attributes:
  credit: { see: sales.credit, change: [] }
  status: { change: admin }
`,
  'policies/contact.yaml': `
class: Contact
allow:
  theirs: { may: [read, update, create, remove], where: "customer.name == caller.identity || customer.home.city == 'Oslo'" }
  managers: { permission: sales.all, may: read }
`,
}

async function open(more: Readonly<Record<string, string>> = {}) {
  const opened = await openModel(crmTables, { ...crmFiles, ...policies, ...more })
  return { ...opened, as: (identity: string, ...permissions: string[]) => opened.call({ identity, permissions }) }
}

const names = ({ objects }: { readonly objects: readonly Readonly<Record<string, unknown>>[] }): unknown[] => objects.map((object) => object['name'])

describe('reading under policies', () => {
  test('everybody gets the objects that one of the grants allows, and no others', async () => {
    const { objects, as } = await open()
    const find = async (...caller: [string, ...string[]]): Promise<unknown[]> => names(await objects.find({ class: 'Customer', fields: ['name'] }, as(...caller)))
    expect([await find('x'), await find('Bea'), await find('x', 'sales.all'), await find('x', 'sales')]).toEqual([['Ada'], ['Ada', 'Bea'], ['Ada', 'Bea', 'Çelik'], ['Ada']])
    expect((await objects.get({ class: 'Customer', key: { number: 2 } }, as('x'))).object).toBeNull()
    expect(await objects.count({ class: 'Customer' }, as('Çelik'))).toEqual({ count: 2 })
    expect(await objects.aggregate({ class: 'Contact', group: ['customer'], figures: { n: { fn: 'count' } }, order: [{ by: 'customer' }] }, as('Bea'))).toEqual({ groups: [{ customer: 1, n: 2 }, { customer: 2, n: 1 }] })
    const streamed: unknown[] = []
    for await (const batch of objects.stream({ class: 'Contact', fields: ['name'] }, as('x'))) streamed.push(...names(batch))
    expect(streamed).toEqual(['Per', 'Kari'])
  })

  test('what leads to an object that is not seen is null: references, paths, related objects and folds', async () => {
    const { objects, as } = await open()
    const find = (where: string | undefined, ...caller: [string, ...string[]]) => objects.find({ class: 'Customer', fields: ['name', 'recruiter'], with: { recruiter: { fields: ['name'] } }, ...(where === undefined ? {} : { where }) }, as(...caller))
    expect((await find('recruiter != null', 'Bea')).objects).toEqual([{ number: 2, name: 'Bea', recruiter: { number: 1, name: 'Ada' } }])
    expect((await objects.find({ class: 'Contact', fields: ['name', 'customer'], order: [{ attribute: 'customer.name', desc: true }] }, as('x', 'sales.all'))).objects).toMatchObject([{ name: 'Ola', customer: 2 }, { customer: 1 }, { customer: 1 }])
    const opened = await open({ 'policies/contact.yaml': 'class: Contact\nallow:\n  all: { may: read }' })
    const contacts = await opened.objects.find({ class: 'Contact', fields: ['name', 'customer'], with: { customer: { fields: ['name'] } }, order: [{ attribute: 'customer.name', desc: true }, { attribute: 'name' }] }, opened.as('x'))
    expect(contacts.objects).toEqual([{ id: 2, version: 1, name: 'Kari', customer: { number: 1, name: 'Ada' } }, { id: 1, version: 1, name: 'Per', customer: { number: 1, name: 'Ada' } }, { id: 3, version: 1, name: 'Ola', customer: null }])
    expect(names(await opened.objects.find({ class: 'Contact', where: 'customer == null' }, opened.as('x')))).toEqual(['Ola'])
    expect(names(await opened.objects.find({ class: 'Contact', where: { attribute: 'customer', op: '==', value: 2 } }, opened.as('x')))).toEqual([])
    expect(await opened.objects.aggregate({ class: 'Contact', group: ['customer'], figures: { n: { fn: 'count' } }, order: [{ by: 'customer' }] }, opened.as('x'))).toEqual({ groups: [{ customer: null, n: 1 }, { customer: 1, n: 2 }] })
    expect((await objects.find({ class: 'Tag', where: 'customers.exists(c, c.name != "Ada")' }, as('x'))).objects).toEqual([])
    expect(names(await objects.find({ class: 'Tag', where: 'customers.all(c, c.name == "Ada")' }, as('x')))).toEqual(['vip', 'late'])
    expect((await objects.find({ class: 'Tag', fields: ['name'], with: { customers: { fields: ['name'] } } }, as('x'))).objects).toMatchObject([{ customers: [{ name: 'Ada' }] }, { customers: [{ name: 'Ada' }] }])
  })

  test('what belongs to an object leads back to it, and elsewhere only to what is seen', async () => {
    const files = {
      ...crmFiles,
      ...policies,
      'model/contact.yaml': `${crmFiles['model/contact.yaml']}  friend: { type: reference, to: Customer }`,
      'mapping/contact.yaml': `${crmFiles['mapping/contact.yaml']}  friend: friend`,
      'policies/contact.yaml': 'class: Contact\nallow:\n  all: { may: read }',
    }
    const { objects, call, statements } = await openModel(`${crmTables}; alter table contact add column friend integer references KUNDEN; update contact set friend = 3 - id where id < 3`, files)
    await objects.count({ class: 'Contact' }, call())
    statements()
    const { objects: found } = await objects.find({ class: 'Customer', fields: ['name'], with: { contacts: { fields: ['name', 'customer', 'friend'] } } }, call())
    expect(found).toEqual([{ number: 1, name: 'Ada', contacts: [{ id: 1, version: 1, name: 'Per', customer: 1, friend: null }, { id: 2, version: 1, name: 'Kari', customer: 1, friend: 1 }] }])
    expect(statements()).toBe(2)
  })

  test('a hidden attribute is in no answer, and whoever uses it is told', async () => {
    const { objects, as } = await open()
    expect((await objects.find({ class: 'Customer', fields: ['name', 'credit'] }, as('x'))).objects).toEqual([{ number: 1, name: 'Ada' }])
    expect((await objects.get({ class: 'Customer', key: { number: 1 }, fields: ['credit'] }, as('x', 'sales.credit'))).object).toEqual({ number: 1, credit: { amount: '1000.5', currency: 'EUR' } })
    for (const ask of [{ where: 'credit.amount > 1' }, { where: { attribute: 'credit', isNull: true } }, { order: [{ attribute: 'credit.amount' }] }, { where: 'recruits.exists(r, r.credit != null)' }, { where: 'recruiter.credit == null' }] as const) {
      expect(await errorFrom(objects.find({ class: 'Customer', ...ask }, as('x')))).toMatchObject({ code: 'ATTRIBUTE_HIDDEN', message: 'Used "credit" of class "Customer": its policy does not let the caller see it' })
    }
    expect((await errorFrom(objects.aggregate({ class: 'Customer', figures: { most: { fn: 'max', attribute: 'credit.amount' } } }, as('x')))).code).toBe('ATTRIBUTE_HIDDEN')
  })
})

describe('changing under policies', () => {
  const update = (set: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>, number = 1) => ({ changes: [{ update: 'Customer', key: { number }, set, seen }] })

  test('an object may be changed if it may be as it is, and as it will be', async () => {
    const { objects, as } = await open()
    await objects.commit(update({ name: 'Ada L.' }, { name: 'Ada' }), as('x'))
    expect(await errorFrom(objects.commit(update({ home: { street: null, city: 'Bergen' } }, { home: { street: 'Storgata 7', city: 'Oslo' } }), as('x')))).toMatchObject({ code: 'NOT_ALLOWED', message: 'Committed change 0, of class "Customer": its policy does not let the caller leave the object so' })
    expect(await errorFrom(objects.commit({ changes: [{ remove: 'Customer', key: { number: 1 }, seen: { name: 'Ada L.' } }] }, as('x')))).toMatchObject({ code: 'NOT_ALLOWED', message: 'Committed change 0, of class "Customer": its policy does not let the caller remove it' })
    expect(await errorFrom(objects.commit({ changes: [{ create: 'Customer', values: { name: 'Ada' } }] }, as('Bea')))).toMatchObject({ code: 'NOT_ALLOWED', message: 'Committed change 0, of class "Customer": its policy does not let the caller create such an object' })
    expect(await objects.commit({ changes: [{ create: 'Customer', values: { name: 'Dag' } }, { create: 'Contact', values: { customer: { keyOf: 0 }, name: 'Eva' } }] }, as('Dag'))).toMatchObject({ results: [{ key: { number: 4 } }, { key: { id: 4 } }] })
    expect(await objects.count({ class: 'Customer' }, as('x', 'admin'))).toEqual({ count: 4 })
  })

  test('an object that takes the place of one that the same commit removes is looked at as well', async () => {
    const { objects, as } = await open({ 'policies/tag.yaml': 'class: Tag\nallow:\n  late: { may: [read, create, remove], where: name == "late" }' })
    const replaceBy = (name: string) => objects.commit({ changes: [{ unlink: 'Customer', relation: 'tags', from: { number: 1 }, to: { id: 2 } }, { remove: 'Tag', key: { id: 2 }, seen: { name: 'late' } }, { create: 'Tag', values: { id: 2, name } }] }, as('x', 'admin'))
    expect((await errorFrom(replaceBy('early'))).code).toBe('NOT_ALLOWED')
    expect((await replaceBy('late')).results).toHaveLength(3)
  })

  test('what is not seen is as what is not there', async () => {
    const { objects, as } = await open()
    const same = async (changes: (number: number) => Parameters<typeof objects.commit>[0], ...caller: [string, ...string[]]) => {
      const [hidden, missing] = [await errorFrom(objects.commit(changes(2), as(...caller))), await errorFrom(objects.commit(changes(99), as(...caller)))]
      expect(JSON.stringify([hidden.message, hidden.details]).replaceAll('2', 'N')).toBe(JSON.stringify([missing.message, missing.details]).replaceAll('99', 'N'))
      return hidden.code
    }
    expect(await same((number) => update({ name: 'z' }, { name: 'Bea' }, number), 'x')).toBe('CONFLICT')
    expect(await same((number) => ({ changes: [{ remove: 'Customer', key: { number }, seen: { name: 'Bea' } }] }), 'x')).toBe('CONFLICT')
    expect(await same((number) => update({ recruiter: number }, { recruiter: null }), 'x')).toBe('REFERENCE_BROKEN')
    expect(await same((number) => ({ changes: [{ create: 'Customer', values: { name: 'x', recruiter: number } }] }), 'x')).toBe('REFERENCE_BROKEN')
    expect(await same((number) => ({ changes: [{ link: 'Customer', relation: 'tags', from: { number }, to: { id: 1 } }] }), 'x')).toBe('REFERENCE_BROKEN')
    expect(await same((number) => ({ changes: [{ link: 'Tag', relation: 'customers', from: { id: 1 }, to: { number } }] }), 'x')).toBe('REFERENCE_BROKEN')
  })

  test('a reference to what is not seen is compared as null, and kept', async () => {
    const { objects, as, storage, call } = await open({ 'policies/contact.yaml': 'class: Contact\nallow:\n  all: { may: [read, update] }', 'model/contact.yaml': crmFiles['model/contact.yaml'].replace('locking: version\n', '') })
    const change = (set: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>) => objects.commit({ changes: [{ update: 'Contact', key: { id: 3 }, set, seen }] }, as('x'))
    await change({ name: 'Ole' }, { name: 'Ola', customer: null })
    expect((await storage.query({ source: 'crm', from: 'contact', columns: ['customer_kdnr'], where: { column: 'name', op: '==', value: 'Ole' } }, call())).rows).toEqual([{ customer_kdnr: 2 }])
    const guess = (customer: number) => errorFrom(change({ customer: 1 }, { customer }))
    expect((await guess(2)).message.replace('2', 'N')).toBe((await guess(7)).message.replace('7', 'N'))
    await change({ customer: 1 }, { customer: null })
    expect((await objects.get({ class: 'Contact', key: { id: 3 }, fields: ['customer'] }, as('x'))).object).toMatchObject({ customer: 1 })
  })

  test('attributes that are hidden or fixed cannot be set, nor guessed by saying what was seen', async () => {
    const { objects, as } = await open()
    expect(await errorFrom(objects.commit(update({ status: 'client' }, { status: 'lead' }), as('x')))).toMatchObject({ code: 'NOT_ALLOWED', message: 'Set "status" of class "Customer": its policy does not let the caller change it' })
    await objects.commit(update({ status: 'client' }, { status: 'lead' }), as('x', 'admin'))
    expect((await errorFrom(objects.commit(update({ name: 'z' }, { name: 'Ada', credit: { amount: '1000.5', currency: 'EUR' } }), as('x')))).code).toBe('ATTRIBUTE_HIDDEN')
    expect((await errorFrom(objects.commit(update({ credit: null }, { credit: null }), as('x', 'sales.credit')))).code).toBe('NOT_ALLOWED')
    const error = await errorFrom(objects.commit(update({ name: 'z' }, { name: 'Adam' }), as('x')))
    expect(error).toMatchObject({ code: 'CONFLICT', details: { collided: [{ attribute: 'name', seen: 'Adam', now: 'Ada' }] } })
  })

  test('a refusal of the database says nothing of what is not seen', async () => {
    const { objects, as, file } = await open()
    runSql(file, 'create unique index together on KUNDEN (NAME1, LIMIT_BETRAG)')
    const error = await errorFrom(objects.commit({ changes: [{ create: 'Customer', values: { name: 'Bea', email: 'ada@example.com' } }] }, as('Bea')))
    expect([error.message, error.cause]).toEqual(['Committed change 0, of class "Customer": "email" "ada@example.com" is taken', undefined])
    const referred = await errorFrom(objects.commit({ changes: [{ remove: 'Customer', key: { number: 2 }, seen: { name: 'Bea' } }] }, as('Bea')))
    expect([referred.code, referred.cause]).toEqual(['REFERENCE_BROKEN', undefined])
  })
})

test.each<[string, string, string]>([
  ['an unknown name', 'allow:\n  a: { may: read, where: nmae == "x" }', '3:26 Customer.allow.a.where: expected a condition over Customer and caller, found a mistake: Line 1, column 1: Unknown name "nmae" (did you mean "name"?)'],
  ['what the caller has not', 'allow:\n  a: { may: read, where: caller.identiy == name }', '3:26 Customer.allow.a.where: expected a condition over Customer and caller, found a mistake: Line 1, column 8: caller has no attribute "identiy" (did you mean "identity"?)'],
  ['what databases compute otherwise', 'allow:\n  a: { may: read, where: "caller.permissions.size() > 0 && name.lower() == caller.identity" }', '3:26 Customer.allow.a.where: expected a condition over Customer and caller, found a mistake: Make a filter of'],
  ['a column with a form of its own', 'allow:\n  a: { may: read, where: born != null && born > date("2000-01-01") }', '3:26 Customer.allow.a.where: expected a condition over Customer and caller, found a mistake: Used "born" in an expression'],
  ['an unknown attribute', 'allow: {}\nattributes:\n  crdit: { see: x }', '4:3 Customer.attributes.crdit: expected an attribute or a relation of Customer, found "crdit" (did you mean credit?)'],
  ['a hidden key', 'allow: {}\nattributes:\n  number: { see: x }', '4:3 Customer.attributes.number: expected an attribute that is neither the key nor the counter of changes'],
  ['an unknown action', 'allow:\n  a: { may: [raed] }', '3:14 Customer.allow.a.may.0: expected read, create, update or remove, found "raed" (did you mean read?)'],
  ['an unknown key', 'allow:\n  a: { may: read, were: x }', '3:19 Customer.allow.a.were: expected one of the keys may, permission, where, found "were" (did you mean where?)'],
])('a policy with %s is refused with its line', async (_case, text, message) => {
  const error = await errorFrom(openModel(crmTables, { ...crmFiles, 'policies/customer.yaml': `class: Customer\n${text}\n` }))
  expect(error.message).toContain(message)
})

test('an object that a commit removes and that can be restored is left as the policy allows', async () => {
  const { objects, call } = await openModel("create table deal (id integer primary key, owner text); insert into deal values (1, 'ann')", {
    'model/deal.yaml': 'class: Deal\nkey: id\nsoftDelete: true\nattributes: { id: number, owner: text }',
    'policies/deal.yaml': 'class: Deal\nallow:\n  all: { may: [read, remove] }\n  own: { may: update, where: owner == caller.identity }',
  })
  const ann = () => call({ identity: 'ann', permissions: [] })
  const [give, restore] = [{ update: 'Deal', key: { id: 1 }, set: { owner: 'bob' }, seen: { owner: 'ann' } }, { restore: 'Deal', key: { id: 1 } }]
  const remove = (owner: string) => ({ remove: 'Deal', key: { id: 1 }, seen: { owner } })
  for (const changes of [[remove('ann'), restore, give], [give, remove('bob'), restore], [give, remove('bob')]]) {
    expect(await errorFrom(objects.commit({ changes }, ann()))).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('leave the object so') })
  }
  expect((await objects.get({ class: 'Deal', key: { id: 1 } }, ann())).object).toEqual({ id: 1, owner: 'ann' })
  await objects.commit({ changes: [remove('ann')] }, ann())
})
