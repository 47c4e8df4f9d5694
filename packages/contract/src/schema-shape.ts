import { Value } from './typebox.ts'
import { canonical } from './canonical.ts'
import { isAnnotation, isDefinition, isSchemaObject } from './keywords.ts'
import { meaning, refers } from './schema-node.ts'
import type { SchemaObject } from './keywords.ts'
import type { SchemaNode } from './schema-node.ts'

/** What schemas without alternatives say together about one value. */
export interface Shape {
  readonly types: ReadonlySet<string>
  /** The types are said, not just all there are. */
  readonly typed: boolean
  /** A number has no fraction. */
  readonly integer: boolean
  /** The only values there are, where they can be counted. */
  readonly values: readonly unknown[] | undefined
  readonly minimum: Bound
  readonly maximum: Bound
  readonly multiples: readonly number[]
  readonly patterns: ReadonlySet<string>
  readonly formats: ReadonlySet<string>
  readonly length: Size
  readonly items: Size
  readonly fields: Size
  readonly unique: boolean
  readonly arrays: readonly ArrayFacet[]
  readonly objects: readonly ObjectFacet[]
  readonly required: ReadonlySet<string>
  /** Keywords that are only known to mean the same when they are the same: their names by a text that tells. */
  readonly opaque: ReadonlyMap<string, string>
}

export interface Bound {
  readonly value: number
  readonly exclusive: boolean
}

export interface Size {
  readonly min: number
  readonly max: number
}

/** What one schema says about the items of an array: the first ones by position, then all others. */
export interface ArrayFacet {
  readonly prefix: readonly SchemaNode[]
  readonly rest: SchemaNode | undefined
}

/** What one schema says about the fields of an object: by name, by pattern, and about those left over. */
export interface ObjectFacet {
  readonly properties: ReadonlyMap<string, SchemaNode>
  readonly patterns: readonly { readonly source: string; readonly matches: (name: string) => boolean; readonly node: SchemaNode }[]
  readonly additional: SchemaNode | undefined
}

/** What nodes say together; each says it by itself, see `branches`. */
export function shapeOf(nodes: readonly SchemaNode[]): Shape {
  const schemas = nodes.map((node) => node.schema)
  const typed = schemas.filter((schema) => schema['type'] !== undefined).map(typesOf)
  const types = typed.length === 0 ? new Set(jsonTypes) : typed.reduce((all, some) => new Set([...all].filter((type) => some.has(type))))
  const arrays = nodes.flatMap(arrayFacet)
  const tupleEnd = Math.min(...arrays.map(({ prefix, rest }) => (rest !== undefined && isNever(rest) ? prefix.length : Infinity)))
  const items = size(schemas, 'minItems', 'maxItems')
  return {
    types,
    typed: typed.length > 0,
    integer: schemas.some((schema) => !namesType(schema, 'number') && namesType(schema, 'integer')),
    values: valuesOf(nodes, types),
    minimum: schemas.flatMap((schema) => bounds(schema, 'minimum', 'exclusiveMinimum')).reduce((a, b) => (b.value > a.value || (b.value === a.value && b.exclusive) ? b : a), { value: -Infinity, exclusive: false }),
    maximum: schemas.flatMap((schema) => bounds(schema, 'maximum', 'exclusiveMaximum')).reduce((a, b) => (b.value < a.value || (b.value === a.value && b.exclusive) ? b : a), { value: Infinity, exclusive: false }),
    multiples: numbers(schemas, 'multipleOf'),
    patterns: new Set(texts(schemas, 'pattern')),
    formats: new Set(texts(schemas, 'format')),
    length: size(schemas, 'minLength', 'maxLength'),
    items: { min: items.min, max: Math.min(items.max, tupleEnd) },
    fields: size(schemas, 'minProperties', 'maxProperties'),
    unique: schemas.some((schema) => schema['uniqueItems'] === true),
    arrays,
    objects: nodes.flatMap(objectFacet),
    required: new Set(schemas.flatMap((schema) => (Array.isArray(schema['required']) ? schema['required'].map(String) : []))),
    opaque: new Map(nodes.flatMap(opaqueKeywords)),
  }
}

/** Whether a node is the schema that nothing satisfies. */
export function isNever({ schema }: SchemaNode): boolean {
  return isSchemaObject(schema['not']) && constrains(schema['not']).length === 0
}

/** Whether a node accepts everything. */
export function isAnything({ schema }: SchemaNode): boolean {
  return constrains(schema).length === 0
}

/** Whether a value satisfies what a node says by itself; undefined where that hangs on something it refers to. */
export function decide(value: unknown, { schema }: SchemaNode): boolean | undefined {
  if (typeof value === 'object' && value !== null) return refers(canonical(schema)) ? undefined : Value.Check(schema, value)
  if (Array.isArray(schema['enum']) && !listed(schema['enum']).has(value)) return false
  const relevant = constrains(schema).filter((keyword) => keyword !== 'enum' && !ofContainers.has(keyword)).map((keyword) => [keyword, schema[keyword]])
  if (relevant.length === 0) return true
  const rest = Object.fromEntries(relevant)
  return refers(canonical(rest)) ? undefined : Value.Check(rest, value)
}

const lists = new WeakMap<readonly unknown[], ReadonlySet<unknown>>()

function listed(values: readonly unknown[]): ReadonlySet<unknown> {
  const known = lists.get(values) ?? new Set(values)
  lists.set(values, known)
  return known
}

const jsonTypes: readonly string[] = ['null', 'boolean', 'number', 'string', 'array', 'object']
const ofContainers = new Set(['properties', 'patternProperties', 'additionalProperties', 'required', 'minProperties', 'maxProperties', 'items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems'])
const understood = new Set([
  ...ofContainers, 'type', 'const', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'pattern', 'format',
])

function constrains(schema: SchemaObject): string[] {
  return Object.getOwnPropertyNames(schema).filter((keyword) => !isAnnotation(keyword) && !isDefinition(keyword))
}

function typeNames(schema: SchemaObject): string[] {
  const { type } = schema
  return (Array.isArray(type) ? type : [type]).filter((name) => typeof name === 'string')
}

function namesType(schema: SchemaObject, type: string): boolean {
  return typeNames(schema).includes(type)
}

function typesOf(schema: SchemaObject): Set<string> {
  return new Set(typeNames(schema).map((name) => (name === 'integer' ? 'number' : name === 'void' ? 'undefined' : name)))
}

function valuesOf(nodes: readonly SchemaNode[], types: ReadonlySet<string>): unknown[] | undefined {
  const lists = nodes.flatMap(({ schema }) => [...('const' in schema ? [[schema['const']]] : []), ...(Array.isArray(schema['enum']) ? [schema['enum']] : [])])
  if (types.size > 0 && [...types].every((type) => type === 'null' || type === 'boolean')) {
    lists.push([...(types.has('null') ? [null] : []), ...(types.has('boolean') ? [true, false] : [])])
  }
  return lists.length === 0 ? undefined : lists.reduce((shortest, list) => (list.length < shortest.length ? list : shortest)).filter((value) => nodes.every((node) => decide(value, node) !== false))
}

function numbers(schemas: readonly SchemaObject[], keyword: string): number[] {
  return schemas.map((schema) => schema[keyword]).filter((value) => typeof value === 'number')
}

function texts(schemas: readonly SchemaObject[], keyword: string): string[] {
  return schemas.map((schema) => schema[keyword]).filter((value) => value !== undefined).map(String)
}

function size(schemas: readonly SchemaObject[], least: string, most: string): Size {
  return { min: Math.max(0, ...numbers(schemas, least)), max: Math.min(...numbers(schemas, most)) }
}

function bounds(schema: SchemaObject, inclusive: string, exclusive: string): Bound[] {
  return [...numbers([schema], inclusive).map((value) => ({ value, exclusive: false })), ...numbers([schema], exclusive).map((value) => ({ value, exclusive: true }))]
}

function arrayFacet({ schema, root }: SchemaNode): ArrayFacet[] {
  const { items, prefixItems, additionalItems } = schema
  if (items === undefined && prefixItems === undefined) return []
  if (Array.isArray(items)) return [{ prefix: root.nodes(items), rest: additionalItems === undefined ? undefined : root.node(additionalItems) }]
  return [{ prefix: root.nodes(prefixItems), rest: items === undefined ? undefined : root.node(items) }]
}

function objectFacet({ schema, root }: SchemaNode): ObjectFacet[] {
  const { properties, patternProperties, additionalProperties } = schema
  if (properties === undefined && patternProperties === undefined && additionalProperties === undefined) return []
  const patterns = Object.entries(patternProperties ?? {}).map(([source, part]) => {
    const expression = new RegExp(source, 'u')
    return { source, matches: (name: string) => expression.test(name), node: root.node(part) }
  })
  return [{
    properties: new Map(Object.entries(properties ?? {}).map(([name, part]) => [name, root.node(part)])),
    patterns,
    additional: additionalProperties === undefined ? undefined : root.node(additionalProperties),
  }]
}

function opaqueKeywords({ schema, root }: SchemaNode): [string, string][] {
  const unknown = constrains(schema).filter((keyword) => !understood.has(keyword))
  if (unknown.length === 0) return []
  // What an "unevaluated" keyword means hangs on everything beside it; the others on each other at most
  const part = unknown.some((keyword) => keyword.startsWith('unevaluated')) ? schema : Object.fromEntries(unknown.map((keyword) => [keyword, schema[keyword]]))
  return [[meaning(part, root), unknown.join(', ')]]
}
