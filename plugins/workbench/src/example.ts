import { checkOf, type TSchema } from '@caruso/contract'
import type { Schema } from './schema-text.ts'

/** Which fields an example has. */
export type Extent = 'required' | 'all'

const byFormat: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T09:30:00Z',
  time: '09:30:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
}
/** Texts that patterns often mean. */
const candidates = ['A-100', 'ALFKI', '9.80', '0.15', '1', 'a', 'abc', 'a-1', 'a.b', 'AB', '2026-01-31', '+4712345678', '12345', '00', 'EUR', 'en', 'en-GB', '#a0b1c2']
const deepest = 8

/** A value that a schema accepts, the same each time; undefined where none was found, so that no wrong one is shown. */
export function exampleOf(schema: TSchema, extent: Extent): { readonly value: unknown } | undefined {
  const value = make(schema, 'text', { extent, defs: {} }, 0)
  return checkOf(schema).accepts(value) ? { value } : undefined
}

interface Making {
  readonly extent: Extent
  readonly defs: Readonly<Record<string, Schema>>
}

function make(schema: Schema, name: string, making: Making, depth: number): unknown {
  const { examples, anyOf, $ref, $defs } = schema
  if (examples?.[0] !== undefined) return examples[0]
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const within = $defs === undefined ? making : { ...making, defs: { ...making.defs, ...$defs } }
  if ($ref !== undefined) return depth > deepest ? null : make(within.defs[$ref.split('/').at(-1) ?? ''] ?? {}, name, within, depth + 1)
  if (anyOf !== undefined) return make(simplest(anyOf), name, within, depth + 1)
  if (schema.type === 'object') return makeObject(schema, within, depth)
  if (schema.type === 'array') return makeArray(schema, name, within, depth)
  if (schema.type === 'string') return makeText(schema, name)
  if (schema.type === 'integer' || schema.type === 'number') return Math.min(Math.max(1, schema.minimum ?? 1), schema.maximum ?? Infinity)
  return schema.type === 'boolean' ? true : schema.type === undefined ? {} : null
}

/** Of several possibilities one that says something and does not refer to itself. */
function simplest(branches: readonly Schema[]): Schema {
  return branches.find((branch) => branch.type !== 'null' && !JSON.stringify(branch).includes('"$ref"')) ?? branches[0] ?? {}
}

function makeObject({ properties = {}, required = [], patternProperties = {} }: Schema, making: Making, depth: number): unknown {
  const [values] = Object.values(patternProperties)
  if (values !== undefined) return { key: make(values, 'value', making, depth + 1) }
  const wanted = Object.entries(properties).filter(([key]) => required.includes(key) || (making.extent === 'all' && depth < deepest))
  return Object.fromEntries(wanted.map(([key, field]) => [key, make(field, key, making, depth + 1)]))
}

function makeArray({ items, minItems = 1 }: Schema, name: string, making: Making, depth: number): unknown {
  if (items === undefined || depth > deepest) return []
  if (Array.isArray(items)) return items.map((item: Schema) => make(item, name, making, depth + 1))
  return Array.from({ length: Math.max(1, minItems) }, () => make(items as Schema, name, making, depth + 1))
}

function makeText({ format, pattern, contentEncoding, minLength = 0, maxLength = Infinity }: Schema, name: string): string {
  if (contentEncoding === 'base64') return 'Q2FydXNv'
  const formatted = format === undefined ? undefined : byFormat[format]
  if (formatted !== undefined) return formatted
  const plain = name.padEnd(minLength, '.').slice(0, maxLength)
  if (pattern === undefined) return plain
  return [plain, ...candidates].find((text) => new RegExp(pattern, 'u').test(text) && text.length >= minLength && text.length <= maxLength) ?? plain
}
