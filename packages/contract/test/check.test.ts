import { describe, expect, test } from 'vitest'
import { checkOf, Type } from '@caruso/contract'

const address = Type.Object({ zip: Type.String({ maxLength: 4 }), city: Type.String({ default: 'Oslo' }), floor: Type.Optional(Type.Integer()) })
const person = Type.Object({ name: Type.String(), addresses: Type.Array(address) })

describe('checkOf()', () => {
  test('accepts what satisfies the schema, ignores unknown fields and changes nothing', () => {
    const value = Object.freeze({ zip: '0150', city: 'Oslo', unknown: Object.freeze([1]) })
    expect(checkOf(address).accepts(value)).toBe(true)
    expect(value).toEqual({ zip: '0150', city: 'Oslo', unknown: [1] })
  })

  test('does not put defaults in', () => {
    expect(checkOf(address).accepts({ zip: '0150' })).toBe(false)
  })

  test('says which place is wrong and what was expected there', () => {
    expect(checkOf(person).explain({ name: 'Kari', addresses: [{ zip: '01500', city: 'Oslo' }] })).toMatch(/^addresses\.0\.zip must .*4/)
    expect(checkOf(person).explain(7)).toMatch(/^the value must be object/)
  })

  test('shows the first three of many mistakes', () => {
    expect(checkOf(Type.Array(Type.String())).explain([1, 2, 3, 4, 5])).toMatch(/^0 [^;]+; 1 [^;]+; 2 [^;]+ \(and 2 more\)$/)
  })

  test('compiles a schema once', () => {
    expect(checkOf(person)).toBe(checkOf(person))
  })

  test('refuses prototype fields where no other fields are allowed', () => {
    expect(checkOf(Type.Object({}, { additionalProperties: false })).accepts(JSON.parse('{"__proto__":{"admin":true}}'))).toBe(false)
  })

  test('of alternatives first tells of the one that is meant', () => {
    const filter = Type.Cyclic({ Filter: Type.Union([
      Type.Object({ and: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ not: Type.Ref('Filter') }),
      Type.Object({ attribute: Type.String(), op: Type.Union([Type.Literal('=='), Type.Literal('<')]), value: Type.Unknown() }),
      Type.Object({ attribute: Type.String(), startsWith: Type.String({ maxLength: 3 }) }),
    ]) }, 'Filter')
    const { explain } = checkOf(Type.Object({ where: Type.Union([filter, Type.String({ maxLength: 9 })]) }))
    expect(explain({ where: { attribute: 'name', op: '=', value: 1 } })).toMatch(/^where\.op must be "=="; where\.op must be "<"; /)
    expect(explain({ where: { and: [{ attribute: 'name', op: '~', value: 1 }] } })).toMatch(/^where\.and\.0\.op must be "=="; /)
    expect(explain({ where: { not: { attribute: 'name', startsWith: 'long' } } })).toMatch(/^where\.not\.startsWith must not have more than 3 characters; /)
    const change = Type.Union([Type.Object({ create: Type.String(), values: Type.Object({}) }), Type.Object({ update: Type.String(), key: Type.Object({}), seen: Type.Object({}) }), Type.Object({ link: Type.String(), from: Type.Object({}) })])
    expect(checkOf(change).explain({ update: 'Customer', key: {} })).toMatch(/^the value must have required properties seen; /)
    const source = Type.Union([Type.Object({ kind: Type.Literal('sqlite'), file: Type.String() }), Type.Object({ kind: Type.Literal('pg'), database: Type.String() })])
    expect(checkOf(source).explain({ kind: 'sqlite', database: 'crm' })).toBe('the value must have required properties file; kind must be "pg"')
  })

  test('accepts no value that is nested too deeply to be looked at', () => {
    const list = Type.Cyclic({ List: Type.Array(Type.Ref('List')) }, 'List')
    const nested = (depth: number): unknown => (depth === 0 ? [] : Array.from({ length: depth }).reduce<unknown>((inner) => [inner], []))
    expect(checkOf(list).accepts(nested(100))).toBe(true)
    expect(checkOf(list).accepts(nested(200_000))).toBe(false)
    expect(checkOf(list).explain(nested(200_000))).toBe('the value is nested too deeply')
  })
})
