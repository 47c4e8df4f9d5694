import { branches } from './schema-branches.ts'
import { givenField } from './object-facet.ts'
import { isNever, shapeOf } from './schema-shape.ts'
import type { SchemaNode } from './schema-node.ts'
import type { Shape } from './schema-shape.ts'

const deepest = 4

/** Whether no value can satisfy all nodes of a branch; false where that is not found within a few levels. */
export function isEmpty(branch: readonly SchemaNode[], depth = deepest): boolean {
  if (branch.some(isNever)) return true
  const shape = shapeOf(branch)
  if (shape.types.size === 0 || shape.values?.length === 0) return true
  const [type, ...otherTypes] = shape.types
  if (otherTypes.length > 0 || depth === 0) return false
  if (type === 'number') return isEmptyRange(shape)
  if (type === 'string') return shape.length.min > shape.length.max
  if (type === 'array') return shape.items.min > shape.items.max || shape.arrays.some(({ prefix }) => prefix.some((item, index) => index < shape.items.min && noValue([item], depth - 1)))
  return type === 'object' && (shape.fields.min > shape.fields.max || [...shape.required].some((name) => noValue(givenField(shape.objects, name) ?? [], depth - 1)))
}

/** Whether no value can satisfy all nodes, whatever alternative is taken. */
export function noValue(nodes: readonly SchemaNode[], depth = deepest): boolean {
  return branches(nodes).every((branch) => isEmpty(branch, depth))
}

function isEmptyRange({ minimum, maximum }: Shape): boolean {
  return minimum.value > maximum.value || (minimum.value === maximum.value && (minimum.exclusive || maximum.exclusive))
}
