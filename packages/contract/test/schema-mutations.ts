import type { Random } from './random.ts'
import type { Schema } from './schema-generator.ts'

/** What a change does to the set of values that a schema accepts, whatever surrounds it. */
export type Effect = 'widens' | 'narrows' | 'keeps' | 'replaces'

export interface Mutation {
  readonly name: string
  readonly effect: Effect
  /** Changes the node in place, or says that it does not apply. */
  apply(node: Schema, random: Random): boolean
}

/** Every place in a schema, itself included. */
export function placesOf(schema: unknown): Schema[] {
  if (Array.isArray(schema)) return schema.flatMap(placesOf)
  if (!isSchema(schema)) return []
  const parts = ['anyOf', 'allOf', 'items', 'additionalProperties'].map((keyword) => schema[keyword])
  const named = ['properties', 'patternProperties', '$defs'].flatMap((keyword) => Object.values(isSchema(schema[keyword]) ? schema[keyword] : {}))
  return [schema, ...[...parts, ...named].flatMap(placesOf)]
}

export const mutations: readonly Mutation[] = [
  ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems'].flatMap((keyword) => [bound(keyword, 'widens', -1), bound(keyword, 'narrows', 1)]),
  ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'].flatMap((keyword) => [bound(keyword, 'widens', 1), bound(keyword, 'narrows', -1)]),
  ...['minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'format', 'multipleOf', 'minItems', 'maxItems', 'uniqueItems', 'additionalProperties'].map(removal),
  addition('string', { minLength: 2 }),
  addition('string', { maxLength: 3 }),
  addition('string', { pattern: '^x' }),
  addition('string', { format: 'date' }),
  addition('number', { minimum: 3 }),
  addition('number', { multipleOf: 2 }),
  addition('integer', { maximum: 9 }),
  addition('array', { minItems: 1 }),
  addition('array', { maxItems: 1 }),
  addition('array', { uniqueItems: true }),
  addition('object', { additionalProperties: false }),
  addition('object', { additionalProperties: { type: 'string' } }),
  change('multipleOf divides', 'widens', (node) => node['multipleOf'] === 6 && set(node, { multipleOf: 3 })),
  change('multipleOf multiplies', 'narrows', (node) => node['multipleOf'] === 6 && set(node, { multipleOf: 12 })),
  change('integer to number', 'widens', (node) => node['type'] === 'integer' && set(node, { type: 'number' })),
  change('number to integer', 'narrows', (node) => node['type'] === 'number' && node['const'] === undefined && set(node, { type: 'integer' })),
  change('exclusive to inclusive', 'widens', (node) => moved(node, 'exclusiveMinimum', 'minimum')),
  change('inclusive to exclusive', 'narrows', (node) => moved(node, 'minimum', 'exclusiveMinimum')),
  change('field becomes optional', 'widens', (node, random) => withRequired(node, random, (required, name) => required.filter((other) => other !== name))),
  change('field becomes required', 'narrows', (node, random) => {
    const optional = Object.keys(propertiesOf(node)).filter((name) => !requiredOf(node).includes(name))
    return optional.length > 0 && set(node, { required: [...requiredOf(node), random.pick(optional)] })
  }),
  change('required field added', 'narrows', (node) => isOpenObject(node) && set(node, { properties: { ...propertiesOf(node), fresh: { type: 'string' } }, required: [...requiredOf(node), 'fresh'] })),
  change('optional field added', 'keeps', (node) => isOpenObject(node) && set(node, { properties: { ...propertiesOf(node), fresh: { type: 'string' } } })),
  change('optional field added to closed object', 'widens', (node) => node['additionalProperties'] === false && set(node, { properties: { ...propertiesOf(node), fresh: { type: 'string' } } })),
  change('optional field removed', 'keeps', (node, random) => {
    const optional = Object.keys(propertiesOf(node)).filter((name) => !requiredOf(node).includes(name))
    if (!isOpenObject(node) || optional.length === 0) return false
    const gone = random.pick(optional)
    return set(node, { properties: Object.fromEntries(Object.entries(propertiesOf(node)).filter(([name]) => name !== gone)) })
  }),
  change('nullable', 'widens', (node) => wrapped(node, (inner) => ({ anyOf: [inner, { type: 'null' }] }))),
  change('alternative added', 'widens', (node) => Array.isArray(node['anyOf']) && set(node, { anyOf: [...node['anyOf'], { type: 'array', items: { type: 'boolean' } }] })),
  change('alternative removed', 'narrows', (node, random) => dropped(node, 'anyOf', random)),
  change('intersection loosened', 'widens', (node, random) => dropped(node, 'allOf', random)),
  change('intersected', 'narrows', (node) => wrapped(node, (inner) => ({ allOf: [inner, { type: 'object', properties: { also: { type: 'number' } }, required: ['also'] }] }))),
  change('enum value added', 'widens', (node) => Array.isArray(node['enum']) && set(node, { enum: [...node['enum'], 'violet'] })),
  change('enum value removed', 'narrows', (node, random) => dropped(node, 'enum', random)),
  change('literal to its type', 'widens', (node) => node['const'] !== undefined && remove(node, 'const')),
  change('anything', 'widens', (node) => wrapped(node, () => ({}))),
  change('nothing', 'narrows', (node) => wrapped(node, () => ({ not: {} }))),
  change('other type', 'replaces', (node) => wrapped(node, () => ({ type: 'object', properties: { other: { type: 'number' } }, required: ['other'] }))),
  change('other literal', 'replaces', (node) => typeof node['const'] === 'string' && set(node, { const: `not ${node['const']}` })),
  change('other pattern', 'replaces', (node) => node['pattern'] === '^x' && set(node, { pattern: '^[0-9]{4}$' })),
  change('field renamed', 'replaces', (node, random) => withRequired(node, random, (required, name) => {
    const { [name]: moved, ...others } = propertiesOf(node)
    node['properties'] = { ...others, renamed: moved }
    return required.map((other) => (other === name ? 'renamed' : other))
  })),
  change('described', 'keeps', (node) => set(node, { title: 'Title', description: 'Words', default: 1, examples: [1] })),
  change('alternatives in another order', 'keeps', (node) => Array.isArray(node['anyOf']) && set(node, { anyOf: node['anyOf'].toReversed() })),
  change('single alternative', 'keeps', (node) => wrapped(node, (inner) => ({ anyOf: [inner] }))),
  change('single intersection', 'keeps', (node) => wrapped(node, (inner) => ({ allOf: [inner] }))),
  change('literals as enum', 'keeps', (node) => {
    const literals = Array.isArray(node['anyOf']) ? node['anyOf'].filter(isSchema) : []
    if (literals.length === 0 || !literals.every((literal) => 'const' in literal)) return false
    return remove(node, 'anyOf') && set(node, { enum: literals.map((literal) => literal['const']) })
  }),
  change('boolean as literals', 'keeps', (node) => node['type'] === 'boolean' && node['const'] === undefined && remove(node, 'type') && set(node, { anyOf: [{ const: true }, { const: false }] })),
]

function change(name: string, effect: Effect, apply: Mutation['apply']): Mutation {
  return { name, effect, apply }
}

function bound(keyword: string, effect: Effect, by: number): Mutation {
  return change(`${keyword} ${effect}`, effect, (node) => {
    const value = node[keyword]
    return typeof value === 'number' && (value + by >= 0 || keyword.endsWith('imum')) && set(node, { [keyword]: value + by })
  })
}

function removal(keyword: string): Mutation {
  return change(`${keyword} removed`, 'widens', (node) => node[keyword] !== undefined && remove(node, keyword))
}

function addition(type: string, keywords: Schema): Mutation {
  const [keyword = ''] = Object.keys(keywords)
  return change(`${JSON.stringify(keywords)} added`, 'narrows', (node) => node['type'] === type && node['const'] === undefined && !(keyword in node) && !Array.isArray(node['items']) && set(node, keywords))
}

function set(node: Schema, keywords: Schema): boolean {
  Object.assign(node, keywords)
  return true
}

function remove(node: Schema, keyword: string): boolean {
  return delete node[keyword]
}

/** A definition must keep its name, so it is not wrapped. */
function wrapped(node: Schema, wrap: (inner: Schema) => Schema): boolean {
  if ('$id' in node || '$defs' in node) return false
  const outer = wrap({ ...node })
  for (const keyword of Object.keys(node)) remove(node, keyword)
  return set(node, outer)
}

function moved(node: Schema, from: string, to: string): boolean {
  return typeof node[from] === 'number' && set(node, { [to]: node[from] }) && remove(node, from)
}

function dropped(node: Schema, keyword: string, random: Random): boolean {
  const list = node[keyword]
  if (!Array.isArray(list) || list.length < 2) return false
  const gone = random.between(0, list.length - 1)
  return set(node, { [keyword]: list.filter((_, index) => index !== gone) })
}

function withRequired(node: Schema, random: Random, alter: (required: string[], name: string) => string[]): boolean {
  const required = requiredOf(node)
  return required.length > 0 && set(node, { required: alter(required, random.pick(required)) })
}

function requiredOf(node: Schema): string[] {
  return Array.isArray(node['required']) ? node['required'].map(String) : []
}

function propertiesOf(node: Schema): Schema {
  return isSchema(node['properties']) ? node['properties'] : {}
}

function isOpenObject(node: Schema): boolean {
  return isSchema(node['properties']) && node['additionalProperties'] === undefined
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
