import { holds, isAnnotation } from './keywords.ts'

type Kind = 'schema' | 'named' | 'value'

/** The text of a schema with sorted keys and without annotations: equal texts mean equal schemas. Refinements count by their source. */
export function canonical(value: unknown, kind: Kind = 'schema'): string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? JSON.stringify(value) : String(value)
  const known = texts[kind].get(value)
  if (known !== undefined) return known
  const text = canonicalObject(value, kind)
  texts[kind].set(value, text)
  return text
}

const texts = { schema: new WeakMap<object, string>(), named: new WeakMap<object, string>(), value: new WeakMap<object, string>() }

function canonicalObject(value: object, kind: Kind): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, kind)).join()}]`
  if (value instanceof RegExp) return String(value)
  // TypeBox hides its marks, "~refine" among them, from enumeration
  const keys = Object.getOwnPropertyNames(value).filter((key) => kind !== 'schema' || !isAnnotation(key)).toSorted()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(Reflect.get(value, key), kind === 'schema' ? holds(key) : kind === 'named' ? 'schema' : 'value')}`).join()}}`
}
