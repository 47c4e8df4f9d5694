import { checkOf, Type } from '@caruso/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inputFromQuery, propertiesOf } from '../src/query-input.ts'

const Input = Type.Object({
  id: Type.Integer(),
  ratio: Type.Optional(Type.Number()),
  wide: Type.Optional(Type.Boolean()),
  ids: Type.Optional(Type.Array(Type.Integer())),
  name: Type.Optional(Type.String()),
  either: Type.Optional(Type.Union([Type.Integer(), Type.Null(), Type.String()])),
  level: Type.Optional(Type.Union([Type.Literal(1), Type.Literal('1x')])),
  colour: Type.Optional(Type.Enum(['red', 'green'])),
  filter: Type.Optional(Type.Object({ city: Type.String() })),
})

test.each([
  [{ id: '7' }, { id: 7 }],
  [{ id: '-7', ratio: '1.5e3', wide: 'false' }, { id: -7, ratio: 1500, wide: false }],
  [{ id: ['1', '2'] }, { id: ['1', '2'] }],
  [{ ids: ['1', '2'] }, { ids: [1, 2] }],
  [{ ids: '1' }, { ids: [1] }],
  [{ name: '7' }, { name: '7' }],
  [{ either: '7' }, { either: 7 }],
  [{ either: 'null' }, { either: null }],
  [{ either: 'x' }, { either: 'x' }],
  [{ level: '1' }, { level: 1 }],
  [{ level: '1x' }, { level: '1x' }],
  [{ colour: 'red' }, { colour: 'red' }],
  [{ filter: '{"city":"Oslo"}' }, { filter: { city: 'Oslo' } }],
  [{ filter: '{broken' }, { filter: '{broken' }],
  [{ unknown: '7' }, { unknown: '7' }],
  [{ id: '0x10', ratio: 'Infinity', wide: '1' }, { id: '0x10', ratio: 'Infinity', wide: '1' }],
  [{ id: undefined }, {}],
])('inputFromQuery() reads %j as %j', (query, expected) => {
  expect(inputFromQuery(query, Input)).toEqual(expected)
})

test('inputFromQuery() reads back whatever was written as text', () => {
  const values = fc.record({ id: fc.integer(), ratio: fc.double({ noNaN: true, noDefaultInfinity: true }), wide: fc.boolean(), ids: fc.array(fc.integer(), { minLength: 1 }), name: fc.string() })
  fc.assert(
    fc.property(values, (value) => {
      const query = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, Array.isArray(one) ? one.map(String) : JSON.stringify(one)]))
      const read = inputFromQuery({ ...query, name: value.name }, Input)
      expect(read).toEqual({ ...value, ratio: Object.is(value.ratio, -0) ? 0 : value.ratio })
      expect(checkOf(Input).accepts(read)).toBe(true)
    }),
  )
})

test('inputFromQuery() does not fail on any text but the name of a prototype, and sets none', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('id', 'ids', 'filter', '__proto__')), fc.oneof(fc.string(), fc.array(fc.string()))), (query) => {
      if (Object.hasOwn(query, '__proto__')) {
        expect(() => inputFromQuery(query, Input)).toThrow('the name "__proto__" is not allowed')
        return
      }
      const read = inputFromQuery(query, Input)
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
      expect(Object.keys(read).toSorted()).toEqual(Object.keys(query).toSorted())
    }),
  )
})

test('propertiesOf() finds those of combined schemas', () => {
  expect([...propertiesOf(Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Integer() })])).keys()]).toEqual(['a', 'b'])
})
