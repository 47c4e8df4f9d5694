import { shapeOf } from './schema-shape.ts'
import type { SchemaNode } from './schema-node.ts'
import type { Shape } from './schema-shape.ts'

const shownValues = 5
const typeWords: Readonly<Record<string, string>> = { null: 'null', boolean: 'true or false', number: 'a number', string: 'text', array: 'a list', object: 'an object', undefined: 'nothing' }

/** A few words for what a shape accepts, as the object of a sentence. */
export function describe(shape: Shape | Pick<Shape, 'values'> & { readonly types?: never }): string {
  if (shape.values) return either(shape.values.map((value) => JSON.stringify(value) ?? String(value)))
  if (shape.types === undefined || !shape.typed) return 'anything'
  return either([...shape.types].map((type) => (type === 'number' && shape.integer ? 'a whole number' : (typeWords[type] ?? type))))
}

/** A few words for what a node accepts, as the object of a sentence. */
export function describeNode(node: SchemaNode): string {
  const alternatives = node.root.nodes(node.schema['anyOf'])
  return alternatives.length > 0 ? either([...new Set(alternatives.map((alternative) => describe(shapeOf([alternative]))))]) : describe(shapeOf([node]))
}

/** A number of things between two limits. */
export function span(min: number, max: number): string {
  return max === Infinity ? (min === 0 ? 'any number of' : `${min} or more`) : min === max ? String(min) : `${min} to ${max}`
}

function either(words: readonly string[]): string {
  const shown = words.slice(0, shownValues)
  const more = words.length - shown.length
  return more > 0 ? `${shown.join(', ')} or ${more} more` : words.length === 0 ? 'nothing at all' : shown.join(' or ')
}
