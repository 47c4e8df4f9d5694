import type { TSchema } from '@caruso/contract'
import { GatewayError } from './errors.ts'

/** Parameters of an address as they were parsed: a repeated one is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The input that parameters of an address stand for: numbers, booleans and lists as the schema says, objects as JSON text.
 * What cannot be read as what the schema wants stays text, so that the provider's check names it.
 *
 * @throws GatewayError `REQUEST_INVALID` for the name `__proto__`, as in a body: whoever copies it gets another prototype
 */
export function inputFromQuery(query: Query, schema: TSchema): Readonly<Record<string, unknown>> {
  const properties = propertiesOf(schema)
  const entries = Object.entries(query).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [allowed(name), read(value ?? '', properties.get(name))]))
}

/** The named parts of an object schema, those of combined ones too. */
export function propertiesOf(schema: TSchema): ReadonlyMap<string, TSchema> {
  const own = isObject(schema) && 'properties' in schema && isObject(schema.properties) ? Object.entries(schema.properties).filter((entry): entry is [string, TSchema] => isSchema(entry[1])) : []
  return new Map([...own, ...alternatives(schema, 'allOf').flatMap((part) => [...propertiesOf(part)])])
}

function read(value: string | readonly string[], schema: TSchema | undefined): unknown {
  if (schema === undefined) return value
  const texts = typeof value === 'string' ? [value] : value
  if (keyword(schema, 'type') === 'array') {
    const items = 'items' in schema && isSchema(schema.items) ? schema.items : undefined
    return texts.map((text) => read(text, items))
  }
  if (typeof value !== 'string') return value
  const choices = [...alternatives(schema, 'anyOf'), ...alternatives(schema, 'oneOf'), ...alternatives(schema, 'allOf')]
  if (choices.length === 0) return readAs(value, schema)
  const readings = choices.map((choice) => read(value, choice))
  // A text that means something else to one of the choices (5, true, null) means that, unless text is what was asked for.
  const literal = choices.some((choice) => keyword(choice, 'const') === value)
  const other = readings.findIndex((reading) => reading !== value)
  return literal || other === -1 ? value : readings[other]
}

function readAs(text: string, schema: TSchema): unknown {
  const constant = keyword(schema, 'const')
  if (constant !== undefined) return JSON.stringify(constant) === text ? constant : text
  const choices = keyword(schema, 'enum')
  if (Array.isArray(choices)) return choices.find((one) => one === text || JSON.stringify(one) === text) ?? text
  switch (keyword(schema, 'type')) {
    case 'number':
    case 'integer':
      return decimal.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'null':
      return text === 'null' ? null : text
    case 'object':
      return readJson(text)
    default:
      return text
  }
}

/** JSON's own notation of numbers, so that what is given here means the same as in a body. */
const decimal = /^-?(0|[1-9]\d{0,308})(\.\d{1,308})?([eE][+-]?\d{1,3})?$/

function readJson(text: string): unknown {
  try {
    return JSON.parse(text, (name, value: unknown) => (allowed(name), value))
  } catch (error) {
    if (error instanceof GatewayError) throw error
    return text
  }
}

function allowed(name: string): string {
  if (name === '__proto__') throw new GatewayError('REQUEST_INVALID', 'Read the parameters of a request: the name "__proto__" is not allowed')
  return name
}

function alternatives(schema: TSchema, name: string): readonly TSchema[] {
  const value = keyword(schema, name)
  return Array.isArray(value) ? value.filter(isSchema) : []
}

function keyword(schema: TSchema, name: string): unknown {
  return Object.entries(schema).find(([key]) => key === name)?.[1]
}

function isSchema(value: unknown): value is TSchema {
  return isObject(value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
