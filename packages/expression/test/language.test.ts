import { bind, check, evaluator, print } from '@caruso/expression'
import { describe, expect, test } from 'vitest'
import { language } from './language.ts'
import { ada, nobody, shop } from './shop.ts'

describe.each(Object.entries(language))('%s', (_, rows) => {
  test.each(rows.map(([source, gives, ...forNobody]) => ({ source, gives, forNobody })))('$source is $gives', ({ source, gives, forNobody }) => {
    const run = evaluator(check(source, shop))
    expect(run(ada)).toEqual(gives)
    for (const expected of forNobody) expect(run(nobody)).toEqual(expected)
  })
})

test('what is of another type than declared is told apart by name', () => {
  const total = evaluator(check('orders.map(o, o.total).sum()', shop))
  expect(() => total({ orders: [{ total: 'ten' }] })).toThrow('Read "o.total" as number: found "ten"')
  expect(() => total({ orders: { total: 1 } })).toThrow('Read "orders" as list: found an object')
  expect(() => evaluator(check('born == null', shop))({ born: '2026-02-30' })).toThrow('Read "born" as date: found "2026-02-30"')
  expect(() => evaluator(check('name + "!"', shop))({ name: 5 })).toThrow('Read "name" as text: found "5"')
})

test('what a prototype brings is not there', () => {
  const schema = { names: { constructor: 'text', toString: 'text', valueOf: { object: 'Object' }, hasOwnProperty: { many: 'Object' } }, classes: { Object: { constructor: 'text' } } } as const
  for (const source of ['constructor == null', 'toString == null', 'valueOf == null', 'valueOf.constructor == null', 'size(hasOwnProperty) == 0']) expect(evaluator(check(source, schema))({}), source).toBe(true)
  expect(evaluator(check('toString == "x"', schema))({ toString: 'x' })).toBe(true)
  expect(print(bind(check('toString == "x"', schema), {}))).toBe('toString == "x"')
})

test('numbers may be handed in as numbers, decimal texts or big integers, however long', () => {
  const run = evaluator(check('age == balance', shop))
  expect(run({ age: 2, balance: '2.000' })).toBe(true)
  expect(run({ age: 10n ** 50n, balance: `1${'0'.repeat(50)}` })).toBe(true)
  expect(run({ age: `1${'0'.repeat(50)}`, balance: `1${'0'.repeat(49)}1` })).toBe(false)
  expect(run({ age: 1e-7, balance: '0.0000001' })).toBe(true)
})
