import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { openModel } from './harness.ts'

const tables = `
  create table firm (id integer primary key, discount decimal_text);
  insert into firm values (1, '2.5'), (2, null);
  create table offer (id integer primary key, firm_id integer, price_amount decimal_text, cost decimal_text, begins date_text, ends date_text);
  insert into offer values (1, 1, '10', '5.5', '2026-01-01', '2026-01-11'), (2, 2, '100', '20', null, null), (3, null, '9', '9.25', '2026-01-01', '2026-01-02'), (4, 1, '100', '20', null, null);
`

const files = {
  'model/firm.yaml': 'class: Firm\nkey: id\nattributes: { id: number, discount: decimal }\nrelations: { offers: { many: Offer, by: firm } }',
  'mapping/offer.yaml': 'class: Offer\ncolumns:\n  price: price_amount\n  firm: firm_id\n',
  'model/offer.yaml': `
class: Offer
key: id
attributes:
  id: number
  firm: { type: reference, to: Firm }
  price: { type: money, currency: EUR }
  cost: decimal
  begins: date
  ends: date
computed:
  margin: price.amount - cost
  net: { formula: "price.amount - coalesce(firm.discount, 0)", description: What is paid }
  size: "price.amount > 50 ? 'big' : 'small'"
  lasts: ends - begins
  earns: price.amount >= cost
rules:
  sold: { must: margin < 1000 }
`,
}

describe('a computed attribute', () => {
  test('is read as the others are, also with related objects', async () => {
    const { objects, call } = await openModel(tables, files)
    expect((await objects.get({ class: 'Offer', key: { id: 1 } }, call())).object).toEqual({ id: 1, firm: 1, price: { amount: '10', currency: 'EUR' }, cost: '5.5', begins: '2026-01-01', ends: '2026-01-11', margin: '4.5', net: '7.5', size: 'small', lasts: '864000000000', earns: true })
    expect((await objects.find({ class: 'Offer', fields: ['margin', 'lasts'] }, call())).objects).toEqual([{ id: 1, margin: '4.5', lasts: '864000000000' }, { id: 2, margin: '80', lasts: null }, { id: 3, margin: '-0.25', lasts: '86400000000' }, { id: 4, margin: '80', lasts: null }])
    expect((await objects.find({ class: 'Firm', fields: [], with: { offers: { fields: ['net'], order: [{ attribute: 'net', desc: true }] } } }, call())).objects).toMatchObject([{ offers: [{ net: '97.5' }, { net: '7.5' }] }, { offers: [{ net: '100' }] }])
  })

  test.each<[string | object, readonly number[]]>([
    ['margin > 4', [1, 2, 4]],
    ['margin == 80 && size == "big"', [2, 4]],
    ['!earns', [3]],
    ['lasts == null', [2, 4]],
    [{ attribute: 'margin', op: '<', value: '4.5' }, [3]],
    [{ not: { attribute: 'size', in: ['big'] } }, [1, 3]],
    [{ attribute: 'lasts', isNull: false }, [1, 3]],
    [{ attribute: 'earns', op: '==', value: false }, [3]],
    [{ attribute: 'size', startsWith: 'sm' }, [1, 3]],
  ])('may be asked for: %j', async (where, ids) => {
    const { objects, call } = await openModel(tables, files)
    expect((await objects.find({ class: 'Offer', fields: [], where: where as string }, call())).objects.map(({ id }) => id)).toEqual(ids)
  })

  test('orders pages, and is asked for along ways and of elements', async () => {
    const { objects, call } = await openModel(tables, files)
    const pages = async (attribute: string, desc: boolean): Promise<unknown[]> => {
      const ids: unknown[] = []
      for (let after: string | null | undefined; after !== null; ) {
        const page = await objects.find({ class: 'Offer', fields: [], order: [{ attribute, desc }], limit: 1, ...(after === undefined ? {} : { after }) }, call())
        ids.push(...page.objects.map(({ id }) => id))
        after = page.next
      }
      return ids
    }
    expect([await pages('margin', false), await pages('margin', true), await pages('lasts', false), await pages('size', true)]).toEqual([[3, 1, 2, 4], [2, 4, 1, 3], [2, 4, 3, 1], [1, 3, 2, 4]])
    expect((await objects.find({ class: 'Firm', fields: [], where: 'offers.exists(o, o.margin < 5)' }, call())).objects).toEqual([{ id: 1 }])
  })

  test('is hidden with what it is computed of, and follows what its caller sees', async () => {
    const policy = { 'policies/offer.yaml': 'class: Offer\nallow: { all: { may: [read, update] } }\nattributes: { cost: { see: boss } }', 'policies/firm.yaml': 'class: Firm\nallow: { some: { may: read, where: id == 2 } }' }
    const { objects, call } = await openModel(tables, { ...files, ...policy })
    const as = (...permissions: string[]) => call({ identity: 'x', permissions })
    expect((await objects.get({ class: 'Offer', key: { id: 1 }, fields: ['margin', 'net', 'size'] }, as())).object).toEqual({ id: 1, net: '10', size: 'small' })
    expect((await objects.get({ class: 'Offer', key: { id: 1 }, fields: ['margin'] }, as('boss'))).object).toEqual({ id: 1, margin: '4.5' })
    for (const ask of [{ where: 'margin > 1' }, { order: [{ attribute: 'margin' }] }, { where: { attribute: 'margin', isNull: true } }] as const) expect((await errorFrom(objects.find({ class: 'Offer', ...ask }, as()))).code).toBe('ATTRIBUTE_HIDDEN')
  })

  test('is exported beside the others, as far as it is seen', async () => {
    const policy = { 'policies/offer.yaml': 'class: Offer\nallow: { all: { may: [read] } }\nattributes: { cost: { see: boss } }' }
    const { objects, call } = await openModel(tables, { ...files, ...policy })
    const text = async (columns: string[] | undefined, ...permissions: string[]): Promise<string> => {
      let all = ''
      for await (const piece of objects.export({ class: 'Offer', format: 'csv', where: 'id == 1', ...(columns ? { columns } : {}) }, call({ identity: 'x', permissions }))) all += piece.text
      return all
    }
    expect(await text(['id', 'margin', 'earns'], 'boss')).toBe('id,margin,earns\r\n1,4.5,true\r\n')
    expect((await errorFrom(text(['margin']))).code).toBe('ATTRIBUTE_HIDDEN')
    expect((await text(undefined)).split('\r\n')[0]).toBe('id,firm,price.amount,price.currency,begins,ends,net,size,lasts')
  })

  test('decides in a policy also by what a change makes of it', async () => {
    const { objects, call } = await openModel(tables, { ...files, 'policies/offer.yaml': 'class: Offer\nallow: { all: { may: read }, good: { may: update, where: margin > 0 } }' })
    const cost = async (value: string, seen: string) => objects.commit({ changes: [{ update: 'Offer', key: { id: 1 }, set: { cost: value }, seen: { cost: seen } }] }, call())
    expect((await errorFrom(cost('10.5', '5.5'))).code).toBe('NOT_ALLOWED')
    expect((await cost('9.5', '5.5')).results).toHaveLength(1)
  })

  test('has a rule asked where something is set that it is computed of, and nowhere else', async () => {
    const { objects, storage, call } = await openModel(tables, files)
    await storage.transact({ source: 'crm', steps: [{ update: 'offer', set: { price_amount: '2000' }, where: { and: [{ column: 'id', op: '==', value: 1 }] } }] }, call())
    const change = async (set: object, seen: object) => objects.commit({ changes: [{ update: 'Offer', key: { id: 1 }, set, seen } as never] }, call())
    await change({ ends: '2026-01-12' }, { ends: '2026-01-11' })
    expect((await errorFrom(change({ cost: '6' }, { cost: '5.5' }))).details).toMatchObject({ rule: { name: 'sold' } })
    await change({ cost: '1001' }, { cost: '5.5' })
  })

  test('can only be read', async () => {
    const { objects, call } = await openModel(tables, files)
    expect((await errorFrom(objects.commit({ changes: [{ create: 'Offer', values: { margin: '1' } }] }, call()))).code).toBe('ATTRIBUTE_UNKNOWN')
    expect((await errorFrom(objects.commit({ changes: [{ update: 'Offer', key: { id: 1 }, set: { price: { amount: '2000' } }, seen: { price: { amount: '10', currency: 'EUR' } } }] }, call()))).details).toMatchObject({ rule: { name: 'sold', attributes: ['price', 'cost'] } })
  })

  test('is hidden in groups and figures with what it is computed of', async () => {
    const policy = { 'policies/offer.yaml': 'class: Offer\nallow: { all: { may: [read] } }\nattributes: { cost: { see: boss } }' }
    const { objects, call } = await openModel(tables, { ...files, ...policy })
    const ask = (request: object, ...permissions: string[]) => objects.aggregate({ class: 'Offer', figures: { n: { fn: 'count' } }, ...request }, call({ identity: 'x', permissions }))
    for (const request of [{ group: ['margin'] }, { figures: { sum: { fn: 'sum', attribute: 'margin' } } }, { group: ['firm.id', 'earns'] }]) {
      expect((await errorFrom(ask(request))).code).toBe('ATTRIBUTE_HIDDEN')
      expect((await ask(request, 'boss')).groups.length).toBeGreaterThan(0)
    }
    expect((await ask({ group: ['size'], order: [{ by: 'size' }] })).groups).toEqual([{ size: 'big', n: 2 }, { size: 'small', n: 2 }])
  })
})

test.each<[string, string, string]>([
  ['what databases compute otherwise', 'half: price.amount / 2', '12:9 Offer.computed.half: expected a formula over Offer and what it refers to, found a mistake: Make a filter of "price.amount / 2"'],
  ['an unknown name', 'half: csot - 1', '12:9 Offer.computed.half: expected a formula over Offer and what it refers to, found a mistake: Line 1, column 1: Unknown name "csot" (did you mean "cost"?)'],
  ['a name that is computed itself', 'half: half + 1', '12:9 Offer.computed.half: expected a formula over Offer and what it refers to, found a mistake: Line 1, column 1: Unknown name "half", which is computed itself: a formula names what is stored'],
  ['the name of an attribute', 'cost: price.amount', '12:3 Offer.computed.cost: expected every name once in a class, found "cost" again'],
])('a computed attribute with %s is refused with its line', async (_case, text, message) => {
  const [before] = files['model/offer.yaml'].split('  margin:')
  const error = await errorFrom(openModel(tables, { ...files, 'model/offer.yaml': `${before}  ${text}\n` }))
  expect(error.message).toContain(message)
})
