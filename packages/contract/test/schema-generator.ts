import { type TSchema, Type } from '@caruso/contract'
import type { Random } from './random.ts'

/** A schema as data that mutations may change in place. */
export type Schema = { [keyword: string]: unknown }

/** Patterns with texts that match them. */
export const patterns: Readonly<Record<string, readonly string[]>> = { '^[a-z]+$': ['a', 'abc', 'zzzzzzzzzz'], '^x': ['x', 'x-1', 'xyz'], '^[0-9]{4}$': ['0000', '2024'] }
export const formats: Readonly<Record<string, readonly string[]>> = { date: ['2024-02-29', '1999-12-31'], email: ['a@example.org'], uuid: ['123e4567-e89b-42d3-a456-426614174000'] }

/** A random schema of what contracts are made of, as it looks after JSON. */
export function generateSchema(random: Random): Schema {
  return JSON.parse(JSON.stringify(object(random, 3)))
}

type Make = (random: Random, depth: number) => TSchema

function any(random: Random, depth: number): TSchema {
  return random.pick(depth === 0 ? leaves : [...leaves, ...nested, ...nested])(random, depth)
}

const leaves: readonly Make[] = [
  (random) => Type.String({ ...(random.chance(0.6) ? { minLength: random.between(0, 3) } : {}), ...(random.chance(0.6) ? { maxLength: random.between(4, 12) } : {}) }),
  (random) => Type.String(random.chance(0.5) ? { pattern: random.pick(Object.keys(patterns)) } : { format: random.pick(Object.keys(formats)) }),
  (random) => Type.Number({ ...(random.chance(0.5) ? { minimum: random.between(-5, 0) } : { exclusiveMinimum: 0 }), ...(random.chance(0.6) ? { maximum: random.between(5, 50) } : {}) }),
  (random) => Type.Integer({ ...(random.chance(0.6) ? { minimum: random.between(-5, 5) } : {}), ...(random.chance(0.3) ? { exclusiveMaximum: random.between(30, 90) } : {}), ...(random.chance(0.4) ? { multipleOf: 6 } : {}) }),
  () => Type.Boolean(),
  () => Type.Null(),
  () => Type.Unknown(),
  (random) => Type.Literal(random.pick(['one', 2, true])),
  () => Type.Enum(['red', 'green', 'blue', 4]),
  () => Type.Union([Type.Literal('new'), Type.Literal('open'), Type.Literal('closed')]),
]

const nested: readonly Make[] = [
  object,
  (random, depth) => Type.Array(any(random, depth - 1), { ...(random.chance(0.5) ? { minItems: random.between(0, 2) } : {}), ...(random.chance(0.5) ? { maxItems: random.between(3, 5) } : {}), ...(random.chance(0.2) ? { uniqueItems: true } : {}) }),
  (random, depth) => Type.Tuple([any(random, depth - 1), any(random, depth - 1)]),
  (random, depth) => Type.Record(random.chance(0.7) ? Type.String() : Type.TemplateLiteral('x${string}'), any(random, depth - 1)),
  (random, depth) => Type.Union([any(random, depth - 1), Type.Null()]),
  (random, depth) => Type.Union([shaped(random, depth, 'circle'), shaped(random, depth, 'square'), Type.String()]),
  (random, depth) => Type.Intersect([object(random, depth - 1, false), object(random, depth - 1, false)]),
  (random, depth) => recursive(random, depth),
]

function object(random: Random, depth: number, mayClose = true): TSchema {
  const fields = Array.from({ length: random.between(1, 4) }, () => [fieldName(random), random.chance(0.4) ? Type.Optional(any(random, Math.max(0, depth - 1))) : any(random, Math.max(0, depth - 1))])
  const closing = mayClose ? random.pick([{}, {}, { additionalProperties: false }, { additionalProperties: Type.Number() }]) : {}
  return Type.Object(Object.fromEntries(fields), closing)
}

function shaped(random: Random, depth: number, kind: string): TSchema {
  return Type.Object({ kind: Type.Literal(kind), [fieldName(random)]: any(random, depth - 1) })
}

function recursive(random: Random, depth: number): TSchema {
  const name = `Node${random.between(0, 1e9)}`
  return Type.Cyclic({ [name]: Type.Object({ label: any(random, depth - 1), next: Type.Optional(Type.Ref(name)), all: Type.Array(Type.Ref(name)) }) }, name)
}

/** Two fields of the same name in an intersection would make some changes mean something else. */
function fieldName(random: Random): string {
  return `f${random.between(0, 1e9)}`
}
