import { describe, expect, test } from 'vitest'
import { compare, contract, type TSchema, Type } from '@caruso/contract'
import type { Contract, Operation } from '@caruso/contract'

function ask(operation: Partial<Operation>, version = '1.0.0'): Contract {
  const answer = operation.stream ? {} : { output: Type.Null() }
  return contract({ name: 'c', version, operations: { get: { input: Type.Null(), ...answer, ...operation } } })
}

function found(old: Contract, next: Contract): string[] {
  return compare(old, next).breaks.map(({ path, code }) => `${code} ${path}`)
}

/** Breaks of a change to an input, and of the same change to an output. */
function both(old: TSchema, next: TSchema): { input: string[]; output: string[] } {
  return { input: found(ask({ input: old }), ask({ input: next })), output: found(ask({ output: old }), ask({ output: next })) }
}

const compatible = { input: [], output: [] }

describe('compare() of contracts', () => {
  const payload = Type.Object({ id: Type.String() })

  test('a contract equals itself, and itself after JSON', () => {
    const old = contract({ name: 'c', version: '1.0.0', operations: { get: { input: payload, output: payload } }, events: { changed: { payload } } })
    expect(compare(old, JSON.parse(JSON.stringify(old)))).toEqual({ compatible: true, breaks: [], additions: [], notes: [] })
  })

  test('what is gone breaks, what is new is named; names that every object has are not taken for there', () => {
    const old = contract({ name: 'c', version: '1.0.0', operations: { constructor: { input: payload, output: payload } }, events: { changed: { payload } } })
    const next = contract({ name: 'c', version: '2.0.0', operations: { find: { input: payload, output: payload } }, events: { toString: { payload } } })
    expect(found(old, next)).toEqual(['OPERATION_MISSING operations.constructor', 'EVENT_MISSING events.changed'])
    expect(compare(old, next).additions).toEqual(['operations.find', 'events.toString'])
  })

  test('the name, the kind of answer, idempotence, permission and publicity are promises', () => {
    expect(found(ask({}), { ...ask({}), name: 'd' })).toEqual(['CONTRACT_NAME name'])
    expect(found(ask({ output: payload }), ask({ stream: payload }))).toEqual(['ANSWER_KIND operations.get'])
    expect(found(ask({ idempotent: true }), ask({}))).toEqual(['IDEMPOTENCE operations.get.idempotent'])
    expect(found(ask({}), ask({ permission: 'read' }))).toEqual(['PERMISSION operations.get.permission'])
    expect(found(ask({ permission: 'read' }), ask({ permission: 'write' }))).toEqual(['PERMISSION operations.get.permission'])
    expect(found(ask({ public: true }), ask({}))).toEqual(['PUBLIC operations.get.public'])
    expect(found(ask({ permission: 'read' }), ask({ idempotent: true, public: true }))).toEqual([])
  })

  test('where a stream can be left and taken up again is a promise; to make it is none', () => {
    const [input, stream] = [Type.Object({ after: Type.Optional(Type.Integer()), from: Type.Optional(Type.Integer()) }), Type.Object({ n: Type.Integer(), m: Type.Integer() })]
    const following = (resumable?: { readonly item: string; readonly input: string }): Contract => ask({ input, stream, ...(resumable === undefined ? {} : { resumable }) })
    const resumable = following({ item: 'n', input: 'after' })
    expect(found(following(), resumable)).toEqual([])
    expect(found(resumable, following({ item: 'n', input: 'after' }))).toEqual([])
    for (const next of [following(), following({ item: 'm', input: 'after' }), following({ item: 'n', input: 'from' })]) expect(found(resumable, next)).toEqual(['RESUMABLE operations.get.resumable'])
    expect(compare(resumable, following()).breaks[0]?.message).toBe('The old version goes on after an item by "n" and "after", the new one begins from the start')
    expect(compare(resumable, following({ item: 'm', input: 'after' })).breaks[0]?.message).toBe('The old version goes on after an item by "n" and "after", the new one by "m" and "after"')
  })

  test('a shorter time and another major number with compatible shapes are notes', () => {
    const { compatible: fits, notes } = compare(ask({ timeout: 500 }), ask({ timeout: 200 }, '2.0.0'))
    expect(fits).toBe(true)
    expect(notes).toEqual(['Version 2.0.0 has another major number than 1.0.0, but could replace it', 'operations.get.timeout: the old version takes at most 500 ms, the new one at most 200 ms'])
  })

  test('a break says what the old version promised and what the new one does', () => {
    const [text] = compare(ask({ input: Type.Object({ zip: Type.String() }) }), ask({ input: Type.Object({ zip: Type.String({ maxLength: 4 }) }) })).breaks
    expect(text).toEqual({ path: 'operations.get.input.zip', code: 'LENGTH', message: 'The old version accepts text of any number of characters, the new one only text of 0 to 4 characters' })
  })
})

describe('compare() of schemas', () => {
  test('fields: the direction decides', () => {
    const [some, all] = [Type.Object({ zip: Type.Optional(Type.String()) }), Type.Object({ zip: Type.String() })]
    expect(both(some, all)).toEqual({ input: ['FIELD_MISSING operations.get.input.zip'], output: [] })
    expect(both(all, some)).toEqual({ input: [], output: ['FIELD_MISSING operations.get.output.zip'] })
  })

  test('optional fields come and go in open objects; open objects are not closed', () => {
    const [none, one, closed] = [Type.Object({}), Type.Object({ zip: Type.Optional(Type.String()) }), Type.Object({}, { additionalProperties: false })]
    expect([both(none, one), both(one, none)]).toEqual([compatible, compatible])
    expect(both(none, closed)).toEqual({ input: ['FIELDS_CLOSED operations.get.input'], output: [] })
    expect(both(one, closed).input).toEqual(['FIELD_REFUSED operations.get.input.zip', 'FIELDS_CLOSED operations.get.input'])
  })

  test('the path goes through lists, tuples, records, alternatives and odd names', () => {
    const deep = (leaf: TSchema) => Type.Object({ list: Type.Array(Type.Object({ 'odd name': Type.Tuple([Type.Null(), Type.Record(Type.String(), Type.Union([Type.Object({ leaf }), Type.Null()]))]) })) })
    expect(both(deep(Type.Number()), deep(Type.Integer())).input).toEqual(['TYPE operations.get.input.list[]["odd name"][1].*.leaf'])
  })

  test('the alternative that is meant is found by the field that tells them apart', () => {
    const shapes = (side: TSchema) => Type.Union([Type.Object({ kind: Type.Literal('circle'), radius: Type.Number() }), Type.Object({ kind: Type.Literal('square'), side })])
    expect(both(shapes(Type.Number()), shapes(Type.String())).output).toEqual(['TYPE operations.get.output.side'])
    expect(both(Type.String(), Type.Union([Type.String(), Type.Null()]))).toEqual({ input: [], output: ['TYPE operations.get.output'] })
  })

  test('values are counted', () => {
    expect(both(Type.Enum(['a', 'b']), Type.Union([Type.Literal('b'), Type.Literal('c'), Type.Literal('a')]))).toEqual({ input: [], output: ['VALUE operations.get.output'] })
    expect(both(Type.Boolean(), Type.Union([Type.Literal(false), Type.Literal(true)]))).toEqual(compatible)
    const many = (count: number) => Type.Union(Array.from({ length: count }, (_, index) => Type.Literal(`value ${index}`)))
    expect(both(many(3000), many(3001)).input).toEqual([])
  })

  test('numbers, texts and lists keep to their limits', () => {
    expect(both(Type.Integer({ exclusiveMinimum: 0 }), Type.Integer({ minimum: 1 }))).toEqual(compatible)
    expect(both(Type.Number({ exclusiveMinimum: 0 }), Type.Number({ minimum: 1 })).input).toEqual(['RANGE operations.get.input'])
    expect(both(Type.Integer({ multipleOf: 6 }), Type.Integer({ multipleOf: 3 }))).toEqual({ input: [], output: ['MULTIPLE operations.get.output'] })
    expect(both(Type.String({ format: 'date' }), Type.String({ format: 'email' })).input).toEqual(['FORMAT operations.get.input'])
    expect(both(Type.Array(Type.Null(), { maxItems: 3 }), Type.Array(Type.Null(), { maxItems: 2, uniqueItems: true })).input).toEqual(['SIZE operations.get.input', 'UNIQUE operations.get.input'])
  })

  test('a tuple whose item can no longer be there breaks, and so does one that grows', () => {
    const pair = Type.Tuple([Type.Boolean(), Type.String()])
    expect(both(pair, Type.Tuple([Type.Never(), Type.String()]))).toEqual({ input: ['TYPE operations.get.input[0]'], output: [] })
    expect(both(pair, Type.Tuple([Type.Boolean(), Type.String(), Type.Null()]))).toEqual({ input: ['SIZE operations.get.input'], output: ['SIZE operations.get.output'] })
  })

  test('an intersection equals the object that it describes', () => {
    const parts = Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Union([Type.Number(), Type.Null()]) })])
    expect(both(parts, Type.Object({ a: Type.String(), b: Type.Union([Type.Null(), Type.Number()]) }))).toEqual(compatible)
  })

  test('what no value satisfies breaks nothing', () => {
    expect(both(Type.Never(), Type.String()).input).toEqual([])
    expect(both(Type.Object({ a: Type.Never() }), Type.String()).input).toEqual([])
  })

  test('recursive schemas are compared however they are unrolled, and their breaks are found', () => {
    const chain = (value: TSchema) => Type.Cyclic({ Node: Type.Object({ value, next: Type.Optional(Type.Ref('Node')) }) }, 'Node')
    const unrolled = Type.Cyclic({ Odd: Type.Object({ value: Type.Number(), next: Type.Optional(Type.Ref('Even')) }), Even: Type.Object({ value: Type.Number(), next: Type.Optional(Type.Ref('Odd')) }) }, 'Odd')
    const differing = Type.Cyclic({ Odd: Type.Object({ value: Type.Number(), next: Type.Optional(Type.Ref('Even')) }), Even: Type.Object({ value: Type.Integer(), next: Type.Optional(Type.Ref('Odd')) }) }, 'Odd')
    expect(both(chain(Type.Number()), unrolled)).toEqual(compatible)
    expect(both(chain(Type.Number()), differing)).toEqual({ input: ['TYPE operations.get.input.next.value'], output: [] })
  })

  test('an alternative that fails late leaves nothing assumed behind', () => {
    const tree = (leaf: TSchema) => Type.Cyclic({ Tree: Type.Union([Type.Object({ left: Type.Ref('Tree'), right: Type.Ref('Tree') }), Type.Object({ leaf })]) }, 'Tree')
    expect(both(tree(Type.Integer()), tree(Type.Number())).input).toEqual([])
    expect(both(tree(Type.Integer()), tree(Type.Number())).output).not.toEqual([])
  })

  test('what cannot be compared must stay as it is', () => {
    const [one, other] = [Type.Unsafe({ type: 'string', not: { const: 'a' } }), Type.Unsafe({ type: 'string', not: { const: 'b' } })]
    expect(both(one, structuredClone(one))).toEqual(compatible)
    expect(both(one, other)).toEqual({ input: ['UNDECIDED operations.get.input'], output: ['UNDECIDED operations.get.output'] })
    expect(both(Type.Unsafe({ $ref: 'Elsewhere' }), Type.Unsafe({ $ref: 'Somewhere' })).input).toEqual(['UNDECIDED operations.get.input'])
    expect(both(Type.Unsafe({ $ref: 'Elsewhere' }), Type.Unsafe({ $ref: 'Elsewhere' }))).toEqual(compatible)
  })

  test('words about a schema are no promise', () => {
    expect(both(Type.Object({ title: Type.String() }), Type.Object({ title: Type.String({ description: 'Of the book', default: '' }) }, { title: 'Book' }))).toEqual(compatible)
  })
})
