import { checkOf, Type, type TSchema } from '@caruso/contract'
import { expect, test } from 'vitest'
import { exampleOf } from '../src/example.ts'
import { fieldsOf, typeOf } from '../src/schema-text.ts'

const Tree = Type.Cyclic({ Tree: Type.Union([Type.Object({ all: Type.Array(Type.Ref('Tree')) }), Type.Object({ leaf: Type.String({ minLength: 8 }) })]) }, 'Tree')

test.each([
  [Type.Object({ id: Type.String(), note: Type.Optional(Type.String()) }), { id: 'id', note: 'note' }],
  [Type.Object({ at: Type.String({ format: 'date-time' }), day: Type.Union([Type.Null(), Type.String({ format: 'date' })]) }), { at: '2026-01-31T09:30:00Z', day: '2026-01-31' }],
  [Type.Object({ amount: Type.String({ pattern: '^\\d+\\.\\d{2}$' }), share: Type.Number({ maximum: 0.5 }), count: Type.Integer({ minimum: 7 }) }), { amount: '9.80', share: 0.5, count: 7 }],
  [Type.Object({ kind: Type.Enum(['mail', 'call']), size: Type.Union([Type.Literal('s'), Type.Literal('m')]), on: Type.Boolean(), given: Type.Integer({ default: 20 }) }), { kind: 'mail', size: 's', on: true, given: 20 }],
  [Type.Array(Type.Record(Type.String(), Type.Integer()), { minItems: 2 }), [{ key: 1 }, { key: 1 }]],
  [Tree, { leaf: 'leaf....' }],
  [Type.Null(), null],
])('exampleOf() makes a value that %j accepts', (schema, expected) => {
  expect(exampleOf(schema, 'all')).toEqual({ value: expected })
  expect(checkOf(schema).accepts(expected)).toBe(true)
})

test('exampleOf() of required fields leaves out the others, and a wrong example is never shown', () => {
  expect(exampleOf(Type.Object({ id: Type.String(), note: Type.Optional(Type.String()) }), 'required')).toEqual({ value: { id: 'id' } })
  expect(exampleOf(Type.String({ pattern: '^☃{3}$' }), 'all')).toBeUndefined()
})

test('typeOf() writes a type as TypeScript does', () => {
  const Step = Type.Union([Type.Object({ insert: Type.String() }), Type.Object({ remove: Type.Optional(Type.Literal(7)) })])
  const schema: TSchema = Type.Object({ steps: Type.Array(Step), names: Type.Array(Type.String()), by: Type.Record(Type.String(), Type.Union([Type.Null(), Type.Integer()])), any: Type.Unknown() })
  expect(typeOf(schema)).toBe('{ steps: ({ insert: string } | { remove?: 7 })[], names: string[], by: Record<string, null | integer>, any: unknown }')
})

test('fieldsOf() names inner fields by their path, with what is said of them', () => {
  const schema = Type.Object({
    lines: Type.Array(Type.Object({ product: Type.String({ minLength: 1, description: 'What was bought' }) }), { maxItems: 9 }),
    due: Type.Optional(Type.Union([Type.String({ format: 'date' }), Type.Null()], { description: 'When it is paid' })),
    where: Type.Optional(Tree),
  })
  expect(fieldsOf(schema)).toEqual([
    { path: 'lines', type: 'array', words: 'at most 9 items' },
    { path: 'lines[].product', type: 'string', words: 'from 1 characters. What was bought' },
    { path: 'due', type: 'string | null', words: 'optional; date. When it is paid' },
    { path: 'where', type: 'Tree', words: 'optional' },
    { path: 'Tree', type: '{ all: Tree[] } | { leaf: string }', words: 'a type' },
  ])
})
