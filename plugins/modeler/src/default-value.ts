import type { AttributeDefinition } from './attribute-schema.ts'

/** What a new object gets where it was given nothing; undefined where that is nothing either. */
export function defaultValue(definition: AttributeDefinition): unknown {
  if (!('default' in definition) || definition.default === undefined) return undefined
  if (definition.type === 'instant') return new Date().toISOString()
  if (definition.type === 'date' && definition.default === 'today') return new Date().toISOString().slice(0, 10)
  if (definition.type === 'decimal' || definition.type === 'percent') return String(definition.default)
  return definition.default
}
