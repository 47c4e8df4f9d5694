import type { TSchema } from '@caruso/contract'

/** A field of a shape: where it stands (`lines[].product`), what it is, and what else is said of it. */
export interface Field {
  readonly path: string
  readonly type: string
  readonly words: string
}

/** As much of JSON Schema as contracts use. */
export interface Schema {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly items?: Schema | readonly Schema[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly format?: string
  readonly contentEncoding?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

/** The fields of a shape, those of inner shapes below them, in the order of the contract; of what refers to itself, its parts once. */
export function fieldsOf(schema: TSchema): Field[] {
  return below(schema, '')
}

/** A type in one line, as TypeScript writes it. */
export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' | ')
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  const items = Array.isArray(schema.items) ? undefined : (schema.items as Schema | undefined)
  if (schema.type === 'array') return items === undefined ? 'unknown[]' : (items.anyOf ?? items.enum ?? []).length > 1 ? `(${typeOf(items)})[]` : `${typeOf(items)}[]`
  if (schema.type === 'object') return objectType(schema)
  return schema.type ?? 'unknown'
}

function objectType({ properties = {}, required = [], patternProperties }: Schema): string {
  const [values] = Object.values(patternProperties ?? {})
  if (values !== undefined) return `Record<string, ${typeOf(values)}>`
  const fields = Object.entries(properties).map(([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

function below(schema: Schema, path: string): Field[] {
  const { properties, required = [], items, $defs } = schema
  if (schema.type === 'array' && items !== undefined && !Array.isArray(items)) return below(items as Schema, `${path}[]`)
  const named = Object.entries($defs ?? {}).map(([name, inner]) => ({ path: name, type: typeOf(inner), words: 'a type' }))
  return [...named, ...Object.entries(properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`
    const inner = below(field, at)
    const isPlain = inner.length === 0 || field.anyOf !== undefined
    const type = isPlain ? typeOf(field) : field.type === 'array' ? 'array' : typeOf({ ...field, properties: {} }).replace('{}', 'object')
    const limits = [required.includes(name) ? '' : 'optional', limitsOf(field)].filter((words) => words !== '').join('; ')
    return [{ path: at, type, words: [limits, field.description ?? ''].filter((words) => words !== '').join('. ') }, ...(isPlain ? inner.filter((one) => one.words === 'a type') : inner)]
  })]
}

/** The limits of a value; of one that may be null, those of the other possibility. */
function limitsOf(schema: Schema): string {
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null')
  if (only !== undefined && others.length === 0) return limitsOf(only)
  return [
    span('characters', schema.minLength, schema.maxLength),
    span('', schema.minimum, schema.maximum === Number.MAX_SAFE_INTEGER ? undefined : schema.maximum),
    span('items', schema.minItems, schema.maxItems),
    schema.format === undefined ? '' : schema.format,
    schema.pattern === undefined ? '' : `matches \`${schema.pattern}\``,
    schema.contentEncoding ?? '',
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\` where it is left out`,
  ].filter((words) => words !== '').join('; ')
}

function span(what: string, least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return ''
  const limits = most === undefined ? `from ${least}` : least === undefined || (what !== '' && least === 0) ? `at most ${most}` : least === most ? String(least) : `${least} to ${most}`
  return what === '' ? limits : `${limits} ${what}`
}
