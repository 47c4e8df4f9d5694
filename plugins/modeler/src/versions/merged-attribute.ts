import { isDeepStrictEqual } from 'node:util'
import type { AttributeDefinition } from '../attribute-schema.ts'
import { usualPlaces } from '../migrate/wanted.ts'

/** A rule of an attribute of which both forms say something else, so none holds. */
const dropped = ['min', 'max', 'pattern'] as const

type Loose = { readonly type: string; readonly [key: string]: unknown }

/** An attribute that objects of both forms can have; a text says why there is none. */
export function mergedAttribute(before: AttributeDefinition, now: AttributeDefinition): AttributeDefinition | string {
  const [a, b]: [Loose, Loose] = [before, now]
  if (a.type !== b.type) return `it was ${a.type} and is ${b.type}`
  for (const key of fixed(a.type)) if (a[key] !== b[key]) return `its ${key} was ${shown(a[key])} and is ${shown(b[key])}`
  const merged: Record<string, unknown> & { type: string } = { ...b }
  for (const key of dropped) if (a[key] !== b[key]) delete merged[key]
  if (isText(a.type) && typeof a['max'] === 'number' && typeof b['max'] === 'number') merged['max'] = Math.max(a['max'], b['max'])
  if ('scale' in a || 'scale' in b) merged['scale'] = Math.max(placesOf(a), placesOf(b))
  if (b['default'] === undefined && a['default'] !== undefined) merged['default'] = a['default']
  for (const key of ['required', 'unique']) if (a[key] !== true || b[key] !== true) delete merged[key]
  if (b.type === 'choice' || b.type === 'choices') merged['of'] = [...new Set([...(b['of'] as string[]), ...(a['of'] as string[])])]
  return merged as AttributeDefinition
}

/** An attribute that one form has: the other writes no value for it. */
export function loneAttribute(attribute: AttributeDefinition): AttributeDefinition {
  if (attribute.required !== true || ('default' in attribute && attribute.default !== undefined)) return attribute
  const { required: _, ...rest } = attribute
  return rest
}

/** Whether both say the same of what is kept of an attribute. */
export function isSameAttribute(a: AttributeDefinition, b: AttributeDefinition): boolean {
  return isDeepStrictEqual({ ...a, description: '' }, { ...b, description: '' })
}

function fixed(type: string): readonly string[] {
  if (type === 'money') return ['currency']
  return type === 'reference' ? ['to'] : type === 'value' ? ['of'] : []
}

function isText(type: string): boolean {
  return type === 'text' || type === 'long-text'
}

function placesOf({ scale }: Loose): number {
  return typeof scale === 'number' ? scale : usualPlaces
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
