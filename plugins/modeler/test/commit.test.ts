import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import type { Change } from '../src/contract.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel, runSql, type Opened } from './harness.ts'

const opened = (): Promise<Opened> => openModel(crmTables, crmFiles)

async function customer({ objects, call }: Opened, number: number): Promise<Readonly<Record<string, unknown>>> {
  const { object } = await objects.get({ class: 'Customer', key: { number } }, call())
  if (object === null) throw new Error(`Got customer ${number}: there is none`)
  return object
}

describe('commit', () => {
  test('creates objects that refer to each other, with defaults, and answers their keys', async () => {
    const { objects, call } = await opened()
    const before = Date.now()
    const { results } = await objects.commit(
      {
        changes: [
          { create: 'Customer', values: { name: 'Dag', born: '2000-02-29', credit: { amount: '12.5', currency: 'NOK' }, home: { city: 'Ås' }, channels: ['mail'] } },
          { create: 'Contact', values: { name: 'Liv', customer: { keyOf: 0 }, rating: '7.5' } },
          { create: 'Contact', values: { name: 'Siv', customer: { keyOf: 0 } } },
          { create: 'Tag', values: { name: 'new' } },
          { link: 'Customer', relation: 'tags', from: { keyOf: 0 }, to: { keyOf: 3 } },
        ],
      },
      call(),
    )
    expect(results).toEqual([{ key: { number: 4 } }, { key: { id: 4 }, version: 1 }, { key: { id: 5 }, version: 1 }, { key: { id: 3 } }, { key: null }])
    const { object } = await objects.get({ class: 'Customer', key: { number: 4 }, with: { contacts: {}, tags: { fields: ['name'] } } }, call())
    expect(object).toMatchObject({ name: 'Dag', active: true, born: '2000-02-29', status: 'lead', credit: { amount: '12.5', currency: 'NOK' }, home: { street: null, city: 'Ås' }, channels: ['mail'], contacts: [{ name: 'Liv', rating: '7.5', version: 1 }, { name: 'Siv' }], tags: [{ id: 3, name: 'new' }] })
    const [liv] = (object?.['contacts'] ?? []) as { readonly since: string }[]
    expect(Date.parse(liv?.since ?? '')).toBeGreaterThanOrEqual(before)
  })

  test('updates what nobody has changed, and counts it', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const seen = await customer(crm, 1)
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { name: 'Ada L.', credit: null, active: false }, seen }] }, call())
    expect(await customer(crm, 1)).toEqual({ ...seen, name: 'Ada L.', credit: null, active: false })
    const contact: Change = { update: 'Contact', key: { id: 1 }, set: { name: 'Pål' }, seen: { version: 1 } }
    expect(await objects.commit({ changes: [contact] }, call())).toEqual({ results: [{ key: { id: 1 }, version: 2 }] })
    expect((await objects.get({ class: 'Contact', key: { id: 1 }, fields: ['name'] }, call())).object).toEqual({ id: 1, version: 2, name: 'Pål' })
  })

  test('objects of one commit are each as they were given, whichever attributes each of the others has', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const values = fc.record({ name: fc.constantFrom('Dag', 'Eva'), active: fc.boolean(), born: fc.constantFrom(null, '2000-02-29'), credit: fc.constantFrom(null, { amount: '2.5', currency: 'EUR' }), home: fc.constantFrom(null, { street: null, city: 'Ås' }), status: fc.constantFrom('lead', 'client') }, { requiredKeys: ['name'] })
    const sets = values.filter((set) => Object.keys(set).length > 0)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ values, set: sets }), { minLength: 2, maxLength: 8 }), async (given) => {
        const { results } = await objects.commit({ changes: given.map((one) => ({ create: 'Customer', values: one.values })) }, call())
        const numbers = results.map(({ key }) => Number((key as { readonly number: number }).number))
        const made = await Promise.all(numbers.map(async (number) => await customer(crm, number)))
        expect(made).toEqual(given.map((one, index) => expect.objectContaining({ number: numbers[index], active: true, born: null, credit: null, home: null, status: 'lead', ...one.values })))
        await objects.commit({ changes: given.map(({ set }, index) => ({ update: 'Customer', key: { number: numbers[index] }, set, seen: made[index] ?? {} })) }, call())
        expect(await Promise.all(numbers.map(async (number) => await customer(crm, number)))).toEqual(given.map(({ set }, index) => ({ ...made[index], ...set })))
        const stale = given.map(({ set }, index): Change => ({ update: 'Customer', key: { number: numbers[index] }, set: { ...set, name: 'Ida' }, seen: { ...made[index], ...set, name: 'Other' } }))
        for (const change of stale) expect(await codeFrom(objects.commit({ changes: [change] }, call()))).toBe('CONFLICT')
      }),
      { numRuns: 30 },
    )
  })

  test('a conflict says which attributes collided, and nothing of the commit has happened', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const seen = await customer(crm, 2)
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 2 }, set: { name: 'Beate', status: 'lead' }, seen }] }, call())
    const changes: Change[] = [{ create: 'Tag', values: { name: 'lost' } }, { update: 'Customer', key: { number: 2 }, set: { name: 'Berit' }, seen }]
    const error = await errorFrom(objects.commit({ changes }, call()))
    expect([error.code, error.message]).toEqual(['CONFLICT', 'Committed change 1, of an object of class "Customer" with key {"number":2}: others have changed it, "name" was "Bea" and is "Beate", "status" was "client" and is "lead"'])
    expect(error.details).toEqual({ change: 1, class: 'Customer', key: { number: 2 }, collided: [{ attribute: 'name', seen: 'Bea', now: 'Beate' }, { attribute: 'status', seen: 'client', now: 'lead' }] })
    expect(await objects.count({ class: 'Tag' }, call())).toEqual({ count: 2 })
  })

  test('others may change other attributes where changes are not counted, and none where they are', async () => {
    const crm = await opened()
    const { objects, call, file } = crm
    const seen = await customer(crm, 1)
    runSql(file, `update KUNDEN set STATUS = 2 where KDNR = 1`)
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { name: 'Ada!' }, seen }] }, call())
    expect(await customer(crm, 1)).toMatchObject({ name: 'Ada!', status: 'client' })
    const contact = (await objects.get({ class: 'Contact', key: { id: 1 } }, call())).object ?? {}
    await objects.commit({ changes: [{ update: 'Contact', key: { id: 1 }, set: { rating: '2' }, seen: contact }] }, call())
    const error = await errorFrom(objects.commit({ changes: [{ update: 'Contact', key: { id: 1 }, set: { name: 'Pia' }, seen: contact }] }, call()))
    expect(error.details).toMatchObject({ collided: [{ attribute: 'version', seen: 1, now: 2 }, { attribute: 'rating', seen: '1.5', now: '2' }] })
  })

  test('an object that is gone is a conflict too', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const seen = (await objects.get({ class: 'Contact', key: { id: 3 } }, call())).object ?? {}
    expect(await objects.commit({ changes: [{ remove: 'Contact', key: { id: 3 }, seen }] }, call())).toEqual({ results: [{ key: { id: 3 } }] })
    for (const change of [{ remove: 'Contact', key: { id: 3 }, seen }, { update: 'Contact', key: { id: 3 }, set: { name: 'x' }, seen }] as const) {
      expect((await errorFrom(objects.commit({ changes: [change] }, call()))).details).toMatchObject({ gone: true })
    }
  })

  test('a legacy value that is written otherwise, and means what was seen, is no conflict', async () => {
    const crm = await openModel(`${crmTables} update contact set customer_kdnr = 1; create table price (id integer primary key, amount text); insert into price values (1, '0012.50')`, {
      ...crmFiles,
      'model/price.yaml': 'class: Price\nkey: id\nattributes: { id: number, amount: decimal }',
    })
    const { objects, call } = crm
    await objects.commit({ changes: [{ update: 'Price', key: { id: 1 }, set: { amount: '13' }, seen: { amount: '12.5' } }] }, call())
    expect((await objects.get({ class: 'Price', key: { id: 1 } }, call())).object).toEqual({ id: 1, amount: '13' })
  })

  test('what others changed beside it is no conflict either, where what a change sets is written otherwise', async () => {
    const crm = await opened()
    const { objects, call, file } = crm
    const seen = await customer(crm, 1)
    runSql(file, `update KUNDEN set LAENGST = '["phone", "chat"]', NAME1 = 'Eva' where KDNR = 1`)
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { channels: ['mail'] }, seen }] }, call())
    expect(await customer(crm, 1)).toEqual({ ...seen, name: 'Eva', channels: ['mail'] })
  })

  test('answers the key of an object of which nothing was given, and others of the commit may use it', async () => {
    const { objects, call } = await openModel(`${crmTables} create table room (id integer primary key, note text, beside_id integer)`, { ...crmFiles, 'model/room.yaml': 'class: Room\nkey: id\nattributes: { id: number, note: text, beside: { type: reference, to: Room } }' })
    const changes = [{ create: 'Room', values: {} }, { create: 'Room', values: { beside: { keyOf: 0 } } }]
    expect(await objects.commit({ changes }, call())).toEqual({ results: [{ key: { id: 1 } }, { key: { id: 2 } }] })
    expect((await objects.get({ class: 'Room', key: { id: 2 } }, call())).object).toEqual({ id: 2, note: null, beside: 1 })
  })

  test('answers the count that a new object begins with', async () => {
    const { objects, call } = await opened()
    expect((await objects.commit({ changes: [{ create: 'Contact', values: { name: 'x', customer: 1, version: 7 } }] }, call())).results).toEqual([{ key: { id: 4 }, version: 7 }])
  })

  test('leaves a key to the database only where it is one number', async () => {
    const { objects, call } = await openModel(`${crmTables} create table word (code text primary key, note text)`, { ...crmFiles, 'model/word.yaml': 'class: Word\nkey: code\nattributes: { code: text, note: text }' })
    expect((await errorFrom(objects.commit({ changes: [{ create: 'Word', values: { note: 'x' } }] }, call()))).details).toEqual({ class: 'Word', problems: [{ attribute: 'code', expected: 'a value', found: 'none' }] })
    expect((await errorFrom(objects.commit({ changes: [{ create: 'Profile', values: { note: 'x' } }] }, call()))).details).toMatchObject({ problems: [{ attribute: 'customer', expected: 'a value' }] })
  })

  test('what was seen may hold related objects in the place of keys, also within keys', async () => {
    const { objects, call } = await openModel(`${crmTables} create table card (holder_number integer, nr integer, primary key (holder_number, nr)); insert into card values (1, 7); create table deal (id integer primary key, card_holder_number integer, card_nr integer, about_customer integer); insert into deal values (1, 1, 7, 1)`, {
      ...crmFiles,
      'model/card.yaml': 'class: Card\nkey: [holder, nr]\nattributes: { holder: { type: reference, to: Customer }, nr: number }',
      'model/deal.yaml': 'class: Deal\nkey: id\nattributes: { id: number, card: { type: reference, to: Card }, about: { type: reference, to: Profile } }',
      'mapping/deal.yaml': 'class: Deal\ncolumns: { card: { holder: card_holder_number, nr: card_nr }, about: about_customer }',
    })
    const { object: seen } = await objects.get({ class: 'Deal', key: { id: 1 }, with: { card: { with: { holder: {} } }, about: { with: { customer: {} } } } }, call())
    expect(seen).toMatchObject({ card: { holder: { name: 'Ada' } }, about: { customer: { name: 'Ada' } } })
    await objects.commit({ changes: [{ update: 'Deal', key: { id: 1 }, set: { card: null, about: null }, seen: seen ?? {} }] }, call())
    expect((await objects.get({ class: 'Deal', key: { id: 1 } }, call())).object).toEqual({ id: 1, card: null, about: null })
  })

  test('unlinks, removes, and refuses to break what refers to an object', async () => {
    const crm = await opened()
    const { objects, call } = crm
    await objects.commit({ changes: [{ unlink: 'Tag', relation: 'customers', from: { id: 1 }, to: { number: 3 } }] }, call())
    expect((await objects.get({ class: 'Customer', key: { number: 3 }, fields: [], with: { tags: {} } }, call())).object).toEqual({ number: 3, tags: [] })
    expect(await codeFrom(objects.commit({ changes: [{ unlink: 'Tag', relation: 'customers', from: { id: 1 }, to: { number: 3 } }] }, call()))).toBe('CONFLICT')
    const seen = await customer(crm, 1)
    expect(await codeFrom(objects.commit({ changes: [{ remove: 'Customer', key: { number: 1 }, seen }] }, call()))).toBe('REFERENCE_BROKEN')
    expect(await codeFrom(objects.commit({ changes: [{ create: 'Contact', values: { name: 'x', customer: 99 } }] }, call()))).toBe('REFERENCE_BROKEN')
  })

  test('names the attribute whose value is taken', async () => {
    const { objects, call } = await opened()
    const error = await errorFrom(objects.commit({ changes: [{ create: 'Customer', values: { name: 'A', email: 'new@example.com' } }, { create: 'Customer', values: { name: 'B', email: 'ada@example.com' } }] }, call()))
    expect([error.code, error.message]).toEqual(['VALUE_TAKEN', 'Committed changes 0 to 1, of class "Customer": "email" "ada@example.com" is taken'])
    expect(await codeFrom(objects.commit({ changes: [{ create: 'Customer', values: { number: 1, name: 'A' } }] }, call()))).toBe('VALUE_TAKEN')
  })

  test('tells everything that is wrong with an object at once', async () => {
    const { objects, call } = await opened()
    const error = await errorFrom(objects.commit({ changes: [{ create: 'Customer', values: { name: '', born: '2001-02-29', credit: { amount: '-1', currency: 'EUR' }, email: 'nobody', channels: ['fax'], home: 'Oslo' } }] }, call()))
    expect(error.code).toBe('OBJECT_INVALID')
    expect(error.details).toEqual({
      class: 'Customer',
      problems: [
        { attribute: 'name', expected: 'a text that matches the pattern', found: '""' },
        { attribute: 'born', expected: 'a date such as "2026-11-24"', found: '"2001-02-29"' },
        { attribute: 'credit', expected: 'at least 0', found: 'a mapping' },
        { attribute: 'home', expected: 'the parts street, city', found: '"Oslo"' },
        { attribute: 'email', expected: 'an e-mail address', found: '"nobody"' },
        { attribute: 'channels', expected: 'a list of "phone", "chat", "mail"', found: 'a list' },
      ],
    })
    expect((await errorFrom(objects.commit({ changes: [{ create: 'Customer', values: { name: 'x', home: { street: 'x'.repeat(31) } } }] }, call()))).details).toMatchObject({ problems: [{ attribute: 'home', expected: 'at most 30 characters as its part "street"' }] })
    expect((await errorFrom(objects.commit({ changes: [{ create: 'Contact', values: { rating: '1.25' } }] }, call()))).details).toMatchObject({ problems: [{ attribute: 'customer', expected: 'a value' }, { attribute: 'name', expected: 'a value' }, { attribute: 'rating', expected: 'at most 1 digits after the point' }] })
  })

  test.each<[string, string, readonly Change[]]>([
    ['an attribute there is not', 'ATTRIBUTE_UNKNOWN', [{ create: 'Customer', values: { nam: 'x' } }]],
    ['a change of a view', 'CLASS_READONLY', [{ create: 'Busy', values: { city: 'Oslo' } }]],
    ['a change of a key', 'OBJECT_INVALID', [{ update: 'Customer', key: { number: 1 }, set: { number: 2 }, seen: { number: 1, name: 'Ada' } }]],
    ['a change of what was not seen', 'REQUEST_INVALID', [{ update: 'Customer', key: { number: 1 }, set: { name: 'x' }, seen: { status: 'lead' } }]],
    ['a removal of what was not seen', 'REQUEST_INVALID', [{ remove: 'Customer', key: { number: 1 }, seen: { number: 1 } }]],
    ['an update without the counter', 'REQUEST_INVALID', [{ update: 'Contact', key: { id: 1 }, set: { name: 'x' }, seen: { name: 'Per' } }]],
    ['a part of a key', 'REQUEST_INVALID', [{ update: 'Customer', key: {}, set: { name: 'x' }, seen: { name: 'Ada' } }]],
    ['the key of what is not created', 'REQUEST_INVALID', [{ create: 'Contact', values: { name: 'x', customer: { keyOf: 0 } } }]],
    ['the key of another class', 'REQUEST_INVALID', [{ create: 'Tag', values: { name: 'x' } }, { create: 'Contact', values: { name: 'x', customer: { keyOf: 0 } } }]],
    ['a link by a reference', 'RELATION_UNKNOWN', [{ link: 'Customer', relation: 'contacts', from: { number: 1 }, to: { id: 1 } }]],
  ])('refuses %s', async (_case, code, changes) => {
    const { objects, call } = await opened()
    expect(await codeFrom(objects.commit({ changes }, call()))).toBe(code)
  })
})

test.each([['Contact', 'rating', { rating: '0' }], ['Customer', 'credit', { credit: { amount: '0', currency: 'EUR' } }]] as const)('concurrent writers of %s never lose an update', async (name, attribute, first) => {
  const { objects, call } = await opened()
  const key = name === 'Contact' ? { id: 1 } : { number: 1 }
  const read = async (): Promise<Readonly<Record<string, unknown>>> => (await objects.get({ class: name, key }, call())).object ?? {}
  await objects.commit({ changes: [{ update: name, key, set: first, seen: await read() }] }, call())
  const amountOf = (value: unknown): number => Number(typeof value === 'object' && value !== null && 'amount' in value ? value.amount : value)
  let conflicts = 0
  const writer = async (): Promise<void> => {
    for (let done = 0; done < 2; ) {
      const seen = await read()
      const next = String(amountOf(seen[attribute]) + 1)
      const set = { [attribute]: name === 'Contact' ? next : { amount: next, currency: 'EUR' } }
      const code = await codeFrom(objects.commit({ changes: [{ update: name, key, set, seen }] }, call()))
      if (code === 'CONFLICT') conflicts++
      else if (code === undefined) done++
      else throw new Error(`Committed: found ${code}`)
    }
  }
  await Promise.all([writer(), writer(), writer(), writer()])
  expect(amountOf((await read())[attribute])).toBe(8)
  expect(conflicts).toBeGreaterThan(0)
})
