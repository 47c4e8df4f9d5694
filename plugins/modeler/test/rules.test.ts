import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { openModel } from './harness.ts'

const tables = `
  create table firm (id integer primary key, "limit" decimal_text);
  insert into firm values (1, '100');
  create table offer (id integer primary key, firm_id integer, begins date, ends date, price_amount decimal_text, cost decimal_text);
  insert into offer values (1, 1, '2026-01-01', '2026-02-01', '10', '5');
`

const files = {
  'model/firm.yaml': 'class: Firm\nkey: id\nattributes: { id: number, limit: decimal }',
  'mapping/offer.yaml': 'class: Offer\ncolumns:\n  price: price_amount\n  firm: firm_id\n',
  'model/offer.yaml': `
class: Offer
key: id
attributes:
  id: number
  firm: { type: reference, to: Firm }
  begins: date
  ends: date
  price: { type: money, currency: EUR }
  cost: decimal
rules:
  inOrder:
    must: ends == null || begins == null || ends >= begins
    message: { en: It ends before it begins, nb: Den slutter før den begynner }
    attributes: [ends]
  earns: { must: cost == null || price.amount >= cost, message: errors.offer.earns }
  affordable: { must: firm == null || price.amount <= firm.limit }
`,
}

describe('a rule over several attributes', () => {
  const update = (set: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>) => ({ changes: [{ update: 'Offer', key: { id: 1 }, set, seen }] })

  test('is asked of the object as it will be, and names its attributes', async () => {
    const { objects, call } = await openModel(tables, files)
    const error = await errorFrom(objects.commit(update({ ends: '2025-12-31' }, { ends: '2026-02-01' }), call()))
    expect([error.code, error.message]).toEqual(['OBJECT_INVALID', 'Committed change 0, of class "Offer": rule "inOrder" does not hold: It ends before it begins'])
    expect(error.details).toEqual({
      change: 0,
      class: 'Offer',
      problems: [{ attribute: 'ends', expected: 'It ends before it begins', found: 'what does not fit the others' }],
      rule: { name: 'inOrder', attributes: ['ends'], message: { en: 'It ends before it begins', nb: 'Den slutter før den begynner' } },
    })
    await objects.commit(update({ begins: '2025-01-01', ends: '2025-12-31' }, { begins: '2026-01-01', ends: '2026-02-01' }), call())
    expect(await errorFrom(objects.commit(update({ cost: '10.01' }, { cost: '5' }), call()))).toMatchObject({ details: { rule: { name: 'earns', attributes: ['cost', 'price'], message: 'errors.offer.earns' } } })
    expect((await objects.get({ class: 'Offer', key: { id: 1 }, fields: ['begins', 'cost'] }, call())).object).toEqual({ id: 1, begins: '2025-01-01', cost: '5' })
  })

  test('may look at what is related, and tells which of many changes broke it', async () => {
    const { objects, call } = await openModel(tables, files)
    const offer = (amount: string, cost: string) => ({ create: 'Offer', values: { firm: 1, price: { amount }, cost } })
    expect((await errorFrom(objects.commit({ changes: [offer('101', '1')] }, call()))).message).toBe('Committed change 0, of class "Offer": rule "affordable" does not hold')
    expect((await errorFrom(objects.commit({ changes: [offer('9', '1'), offer('9', '1'), offer('9', '9.5')] }, call()))).message).toBe('Committed change 2, of class "Offer": rule "earns" does not hold: errors.offer.earns')
    expect(await objects.count({ class: 'Offer' }, call())).toEqual({ count: 1 })
    expect((await objects.commit({ changes: [offer('9', '1'), offer('100', '1')] }, call())).results).toHaveLength(2)
  })

  test('blames no change of an object that is right after all of them', async () => {
    const { objects, call } = await openModel(tables, files)
    const changes = [...update({ begins: '2026-03-01' }, { begins: '2026-01-01' }).changes, ...update({ ends: '2026-04-01' }, { ends: '2026-02-01' }).changes, { create: 'Offer', values: { begins: '2026-05-01', ends: '2026-04-01' } }]
    expect((await errorFrom(objects.commit({ changes }, call()))).message).toBe('Committed change 2, of class "Offer": rule "inOrder" does not hold: It ends before it begins')
  })

  test('is of no account for an object that the commit removes, and for attributes that it does not name', async () => {
    const { objects, call, storage } = await openModel(tables, files)
    await storage.transact({ source: 'crm', steps: [{ update: 'offer', set: { ends: '2020-01-01' }, where: { and: [] } }] }, call())
    await objects.commit(update({ cost: '6' }, { cost: '5' }), call())
    await objects.commit({ changes: [...update({ begins: '2026-01-02' }, { begins: '2026-01-01' }).changes, { remove: 'Offer', key: { id: 1 }, seen: { cost: '6' } }] }, call())
    expect(await objects.count({ class: 'Offer' }, call())).toEqual({ count: 0 })
  })

  test('holds for an object that the commit removes and that can be restored', async () => {
    const { objects, call } = await openModel(tables, { ...files, 'model/offer.yaml': `${files['model/offer.yaml']}softDelete: true\n` })
    const as = () => call({ identity: 'ann', permissions: ['objects.removed'] })
    const broken = { update: 'Offer', key: { id: 1 }, set: { ends: '2025-12-31' }, seen: { ends: '2026-02-01' } }
    const remove = { remove: 'Offer', key: { id: 1 }, seen: { ends: '2025-12-31' } }
    const restore = { restore: 'Offer', key: { id: 1 } }
    for (const changes of [[broken, remove, restore], [broken, remove], [{ ...remove, seen: { ends: '2026-02-01' } }, restore, broken]]) {
      expect((await errorFrom(objects.commit({ changes }, as()))).message).toContain('rule "inOrder" does not hold')
    }
    expect((await objects.get({ class: 'Offer', key: { id: 1 }, fields: ['ends'] }, as())).object).toEqual({ id: 1, ends: '2026-02-01' })
  })

  test('holds for an object that is restored, whatever became of it meanwhile; the commit that restores it may mend it', async () => {
    const { objects, call, storage } = await openModel(tables, { ...files, 'model/offer.yaml': `${files['model/offer.yaml']}softDelete: true\n` })
    const as = () => call({ identity: 'ann', permissions: ['objects.removed'] })
    const restore = { restore: 'Offer', key: { id: 1 } }
    await objects.commit({ changes: [{ remove: 'Offer', key: { id: 1 }, seen: { ends: '2026-02-01' } }] }, as())
    await storage.transact({ source: 'crm', steps: [{ update: 'offer', set: { ends: '2020-01-01' }, where: { and: [] } }] }, call())
    expect(await errorFrom(objects.commit({ changes: [restore] }, as()))).toMatchObject({ code: 'OBJECT_INVALID', details: { change: 0, rule: { name: 'inOrder' } } })
    expect(await objects.count({ class: 'Offer' }, as())).toEqual({ count: 0 })
    await objects.commit({ changes: [restore, { update: 'Offer', key: { id: 1 }, set: { ends: '2026-03-01' }, seen: { ends: '2020-01-01' } }] }, as())
    expect((await objects.get({ class: 'Offer', key: { id: 1 }, fields: ['ends'] }, as())).object).toEqual({ id: 1, ends: '2026-03-01' })
  })
})

test.each<[string, string, string]>([
  ['an unknown name', 'a: { must: ends > begns }', '15:14 Offer.rules.a.must: expected a condition over Offer, found a mistake: Line 1, column 8: Unknown name "begns" (did you mean "begins"?)'],
  ['what databases compute otherwise', 'a: { must: price.amount / 2 > cost }', '15:14 Offer.rules.a.must: expected a condition over Offer, found a mistake: Make a filter of'],
  ['an unknown attribute', 'a: { must: cost > 0, attributes: [csot] }', '15:37 Offer.rules.a.attributes.0: expected an attribute of Offer, found "csot" (did you mean cost?)'],
])('a rule with %s is refused with its line', async (_case, rule, message) => {
  const [before] = files['model/offer.yaml'].split('  inOrder:')
  const error = await errorFrom(openModel(tables, { ...files, 'model/offer.yaml': `${before}\n\n\n  ${rule}\n` }))
  expect(error.message).toContain(message)
})
