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
})
