import { describe, expect, expectTypeOf, test } from 'vitest'
import { contract, Type } from '@caruso/contract'
import type { Client, Implementation } from '@caruso/contract'

const operation = { input: Type.Object({ id: Type.String() }), output: Type.Object({ tags: Type.Array(Type.String()) }) }

describe('contract()', () => {
  test('returns frozen plain data', () => {
    const declared = contract({ name: 'customers', version: '1.2.3', operations: { get: operation } })
    expect(declared).toEqual({ name: 'customers', version: '1.2.3', operations: { get: operation }, events: {} })
    expect([declared, declared.operations, declared.events].every(Object.isFrozen)).toBe(true)
    expect(JSON.parse(JSON.stringify(declared))).toEqual(declared)
  })

  test.each(['', '1customers', 'a.b', 'a b', 'x'.repeat(65), '__proto__'])('refuses the name %j', (name) => {
    expect(() => contract({ name, version: '1.0.0', operations: {} })).toThrow(expect.objectContaining({ code: 'CONTRACT_INVALID' }))
  })

  test.each(['', '1', '1.0', 'v1.0.0', '^1.0.0', ' 1.0.0'])('refuses the version %j and quotes it', (version) => {
    expect(() => contract({ name: 'customers', version, operations: {} })).toThrow(JSON.stringify(version))
  })

  test('refuses an operation with both output and stream, and one with neither', () => {
    const { input, output } = operation
    expect(() => contract({ name: 'c', version: '1.0.0', operations: { get: { input, output, stream: output } } })).toThrow('"c.get": expected either output or stream, found both')
    expect(() => contract({ name: 'c', version: '1.0.0', operations: { get: { input } } })).toThrow('found neither')
  })

  test('refuses names of operations and events that cannot be part of a subject', () => {
    expect(() => contract({ name: 'c', version: '1.0.0', operations: { 'get.one': operation } })).toThrow('operation "c.get.one"')
    expect(() => contract({ name: 'c', version: '1.0.0', operations: {}, events: { 'a b': { payload: Type.Null() } } })).toThrow('event "c.a b"')
  })

  test('gives both sides their types, deeply readonly', () => {
    const declared = contract({ name: 'c', version: '1.0.0', operations: { get: operation, follow: { input: Type.Null(), stream: Type.Number() } } })
    type Get = Client<typeof declared>['get']
    expectTypeOf<Parameters<Get>[0]>().toEqualTypeOf<{ readonly id: string }>()
    expectTypeOf<Awaited<ReturnType<Get>>>().toEqualTypeOf<{ readonly tags: readonly string[] }>()
    expectTypeOf<ReturnType<Implementation<typeof declared>['follow']>>().toEqualTypeOf<AsyncIterable<number>>()
  })
})
