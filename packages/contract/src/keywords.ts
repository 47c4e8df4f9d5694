/** One object of a JSON Schema. */
export type SchemaObject = Readonly<Record<string, unknown>>

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Says nothing about which values are accepted and cannot be referred to; TypeBox marks its own with "~". */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || (keyword.startsWith('~') && keyword !== '~refine')
}

/** Names a place, or holds definitions that only a reference brings into play. */
export function isDefinition(keyword: string): boolean {
  return definitions.has(keyword)
}

/** What a keyword holds: a schema (or a list of them), schemas by name, or a plain value. */
export function holds(keyword: string): 'schema' | 'named' | 'value' {
  return holdsSchema.has(keyword) ? 'schema' : holdsNamed.has(keyword) ? 'named' : 'value'
}

const annotations = new Set(['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', 'contentEncoding', 'contentMediaType', 'contentSchema', '$comment', '$schema'])
const definitions = new Set(['$id', '$anchor', '$defs', 'definitions'])
const holdsSchema = new Set([
  'allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else',
  'items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'contains',
  'additionalProperties', 'unevaluatedProperties', 'propertyNames',
])
const holdsNamed = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'])
