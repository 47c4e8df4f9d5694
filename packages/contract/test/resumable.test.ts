import { describe, expect, test } from 'vitest'
import { contract, type Contract, Type } from '@caruso/contract'
import type { Resumable, TSchema } from '@caruso/contract'

const input = Type.Object({ channel: Type.String(), after: Type.Optional(Type.Integer()) })
const item = Type.Object({ position: Type.Integer({ minimum: 0 }), text: Type.String() })
const fields = { item: 'position', input: 'after' }

function declare(change: { readonly input?: TSchema; readonly stream?: TSchema; readonly resumable?: Resumable } = {}): Contract {
  return contract({ name: 'news', version: '1.0.0', operations: { follow: { input, stream: item, resumable: fields, ...change } } })
}

describe('a resumable operation', () => {
  test('is plain data like any other', () => {
    const declared = declare()
    expect(JSON.parse(JSON.stringify(declared))).toEqual(declared)
    expect(declared.operations['follow']?.resumable).toEqual({ item: 'position', input: 'after' })
  })

  test('is a stream', () => {
    expect(() => contract({ name: 'news', version: '1.0.0', operations: { follow: { input, output: item, resumable: fields } } })).toThrow(expect.objectContaining({ code: 'CONTRACT_INVALID', message: 'Declared operation "news.follow" as resumable: expected a stream, found an operation that answers once' }))
  })

  test('has the field of its input as an optional one, in each alternative', () => {
    const without = Type.Object({ channel: Type.String() })
    for (const other of [without, Type.Object({ after: Type.Integer() }), Type.Union([input, without]), Type.Record(Type.String(), Type.Integer()), Type.Unknown()]) {
      expect(() => declare({ input: other })).toThrow('expected an input with the optional field "after"')
    }
  })

  test('has the field of its items as a required one, in each alternative', () => {
    for (const other of [Type.Object({ text: Type.String() }), Type.Partial(item), Type.Union([item, Type.Null()]), Type.Integer()]) {
      expect(() => declare({ stream: other })).toThrow('expected items with the required field "position"')
    }
  })

  test('accepts as input whatever stands in an item', () => {
    expect(() => declare({ input: Type.Object({ after: Type.Optional(Type.String()) }) })).toThrow('expected the input\'s "after" to accept whatever an item has as "position": it accepts text, an item may have a whole number')
    expect(() => declare({ input: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 1 })) }) })).toThrow('"after" to accept')
  })

  test('may be put together from parts', () => {
    const paged = Type.Object({ after: Type.Optional(Type.Integer()) })
    const shapes = Type.Union([item, Type.Object({ position: Type.Literal(7), gone: Type.Boolean() })])
    expect(() => declare({ input: Type.Intersect([Type.Object({ channel: Type.String() }), paged]), stream: shapes })).not.toThrow()
  })
})
