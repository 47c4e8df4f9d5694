import type { Call } from '@caruso/contract'
import { expect, expectTypeOf, test } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import { defineObject, defineValue, objectsOf, type Money, type ObjectOf, type ObjectsOf } from '../src/contract.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

const Home = defineValue({ value: 'House', attributes: { street: 'text', city: { type: 'text', required: true } } })

const Person = defineObject({
  class: 'Person',
  key: 'id',
  locking: 'version',
  attributes: {
    id: 'number',
    version: { type: 'number', required: true },
    name: { type: 'text', required: true },
    born: 'date',
    rating: { type: 'decimal', default: 5 },
    active: { type: 'yes-no', required: true, default: true },
    state: { type: 'choice', of: ['lead', 'client'], required: true },
    channels: { type: 'choices', of: ['phone', 'chat'] },
    limit: { type: 'money', currency: 'EUR' },
    home: { type: 'value', of: Home },
    boss: { type: 'reference', to: 'Person' },
  },
  relations: { staff: { many: 'Person', by: 'boss' }, cards: { many: 'Card', by: 'holder' } },
})

const Card = defineObject({
  class: 'Card',
  key: ['holder', 'number'],
  attributes: { holder: { type: 'reference', to: Person }, number: 'text', limit: { type: 'decimal', required: true } },
})

const tables = `${crmTables}
  create table person (id integer primary key, version integer, name text, born date, rating numeric, active integer, state text, channels text, "limit" numeric, home_street text, home_city text, boss_id integer);
  create table card (holder_id integer, number text, "limit" numeric, primary key (holder_id, number));
`

test('the types of objects follow from the definition', () => {
  type P = ObjectOf<typeof Person>
  expectTypeOf<P['id']>().toEqualTypeOf<number>()
  expectTypeOf<P['name']>().toEqualTypeOf<string>()
  expectTypeOf<P['born']>().toEqualTypeOf<string | null>()
  expectTypeOf<P['state']>().toEqualTypeOf<'lead' | 'client'>()
  expectTypeOf<P['channels']>().toEqualTypeOf<readonly ('phone' | 'chat')[] | null>()
  expectTypeOf<P['limit']>().toEqualTypeOf<Money | null>()
  expectTypeOf<P['home']>().toEqualTypeOf<{ readonly street: string | null; readonly city: string | null } | null>()
  expectTypeOf<ObjectOf<typeof Card>['holder']>().toEqualTypeOf<number>()
  // @ts-expect-error there is no such type of an attribute
  defineObject({ class: 'X', attributes: { a: 'txt' } })
  // @ts-expect-error a choice has choices
  defineObject({ class: 'X', attributes: { a: { type: 'choice' } } })
})

test('the answers and changes of a class are typed, and the class is declared where it is not known', async () => {
  const { objects, call } = await openModel(tables, crmFiles)
  const [people, cards] = [objectsOf(objects, Person), objectsOf(objects, Card)]
  await people.count(undefined, call())
  const [ada] = await cards.commit(
    [people.create({ name: 'Ada', version: 1, state: 'lead', limit: { amount: '5', currency: 'EUR' } }), people.create({ name: 'Bea', version: 1, state: 'client', boss: { keyOf: 0 }, home: { street: null, city: 'Oslo' } }), cards.create({ holder: { keyOf: 1 }, number: '1', limit: '10' })],
    call(),
  )
  expect(ada).toEqual({ key: { id: 1 }, version: 1 })

  const whole = await people.get(1, call())
  expectTypeOf(whole).toEqualTypeOf<ObjectOf<typeof Person> | null>()
  expect(whole).toEqual({ id: 1, version: 1, name: 'Ada', born: null, rating: '5', active: true, state: 'lead', channels: null, limit: { amount: '5', currency: 'EUR' }, home: null, boss: null })

  const { objects: found, next } = await people.find({ where: { attribute: 'home.city', op: '==', value: 'Oslo' }, fields: ['name'], with: { boss: { of: Person, fields: ['state'] }, cards: { of: Card, fields: ['limit'] } } }, call())
  const [bea] = found
  expectTypeOf(bea?.name).toEqualTypeOf<string | undefined>()
  expectTypeOf(bea?.boss?.state).toEqualTypeOf<'lead' | 'client' | undefined>()
  expectTypeOf(bea?.cards[0]?.limit).toEqualTypeOf<string | undefined>()
  // @ts-expect-error it was not asked for
  expect(bea?.state).toBeUndefined()
  expect([found, next]).toEqual([[{ id: 2, version: 1, name: 'Bea', boss: { id: 1, version: 1, state: 'lead' }, cards: [{ holder: 2, number: '1', limit: '10' }] }], null])

  if (bea === undefined) throw new Error('Found Bea: she is not there')
  expect(await people.commit([people.update(bea, { state: 'lead', boss: null })], call())).toEqual([{ key: { id: 2 }, version: 2 }])
  expect(await codeFrom(people.commit([people.remove(bea)], call()))).toBe('CONFLICT')
  expect(await cards.get({ holder: 2, number: '1' }, call(), { fields: [] })).toEqual({ holder: 2, number: '1' })
  const names: string[] = []
  for await (const batch of people.stream({ fields: ['name'], order: [{ attribute: 'name', desc: true }] }, call())) names.push(...batch.map(({ name }) => name))
  expect(names).toEqual(['Bea', 'Ada'])
  // @ts-expect-error a name is required
  people.create({ version: 1, state: 'lead' })
  // @ts-expect-error there is no such choice
  people.update(bea, { state: 'lost' })
  // @ts-expect-error a key has all its parts
  const half = (): Promise<unknown> => cards.get({ holder: 2 }, call())
  expect(await codeFrom(half())).toBe('REQUEST_INVALID')
})

test('a newer form of a class takes the place of the one before, and a broken one does not', async () => {
  const { objects, call } = await openModel(tables, crmFiles)
  const Older = defineObject({ class: 'Person', key: 'id', attributes: { id: 'number', name: 'text' } })
  await objectsOf(objects, Older).count(undefined, call())
  const newer = objectsOf(objects, Person)
  await newer.commit([newer.create({ version: 1, name: 'Ada', state: 'lead' })], call())
  expect(await newer.find({ fields: ['state'] }, call())).toMatchObject({ objects: [{ state: 'lead' }] })
  await expect(objects.declare({ definitions: [{ class: 'Person', key: 'nope', attributes: { id: 'number' } }] }, call())).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining('component test Person.key: expected an attribute of Person, found "nope"') })
  expect(await newer.count(undefined, call())).toBe(1)
})

test.each<[string, (people: ObjectsOf<typeof Person>, call: Call) => Promise<unknown>]>([
  ['a condition', async (people, call) => (await people.find({ where: 'state == "lead"' }, call)).objects],
  ['chosen attributes', async (people, call) => (await people.find({ fields: ['state'] }, call)).objects],
  ['a stream', async (people, call) => {
    const found: unknown[] = []
    for await (const batch of people.stream({ fields: ['state'] }, call)) found.push(...batch)
    return found
  }],
])('a newer form is told where an older one is known, also by %s', async (_case, read) => {
  const { objects, call } = await openModel(tables, crmFiles)
  const people = objectsOf(objects, Person)
  await people.commit([people.create({ version: 1, name: 'Ada', state: 'lead' })], call())
  await objects.declare({ definitions: [{ class: 'Person', key: 'id', attributes: { id: 'number', name: 'text' } }] }, call())
  expect(await read(people, call())).toMatchObject([{ id: 1, state: 'lead' }])
})

test('a wrong request is told as what it is, whether or not its caller may declare', async () => {
  const { objects, call } = await openModel(tables, crmFiles)
  const people = objectsOf(objects, Person)
  await people.count(undefined, call())
  const bare = { ...call(), caller: { ...call().caller, permissions: [] } }
  for (const caller of [call(), bare]) {
    expect(await codeFrom(people.count({ attribute: 'nmae', isNull: true }, caller))).toBe('ATTRIBUTE_UNKNOWN')
    expect(await codeFrom(people.count('nmae == "x"', caller))).toBe('REQUEST_INVALID')
  }
})

test('declaring takes a permission', async () => {
  const { objects, call } = await openModel(tables, crmFiles)
  const bare = { ...call(), caller: { ...call().caller, permissions: [] } }
  expect(await codeFrom(objectsOf(objects, Person).count(undefined, bare))).toBe('FORBIDDEN')
})
