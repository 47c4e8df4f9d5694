import { ExpressionError, parse } from '@caruso/expression'
import type { Attributes, Expression, Schema, Type } from '@caruso/expression'
import type { Sourced } from '../definition.ts'

/** An expression as it is written; undefined where it is none. */
export function treeOf({ text }: Sourced): Expression | undefined {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof ExpressionError) return undefined
    throw error
  }
}

/** The names that an expression goes over where it is nothing else: `customer.address.city`. */
export function wayOf(expression: Expression): readonly string[] | undefined {
  if (expression.kind === 'name') return [expression.name]
  const before = expression.kind === 'member' ? wayOf(expression.of) : undefined
  return before && expression.kind === 'member' ? [...before, expression.name] : undefined
}

/** The type of what a way leads to; undefined where it leads nowhere. */
export function typeAt([first = '', ...rest]: readonly string[], { names, classes = {} }: Schema): Type | undefined {
  return rest.reduce<Type | undefined>((type, name) => (typeof type === 'object' && 'object' in type ? own(classes[type.object], name) : undefined), own(names, first))
}

function own(attributes: Attributes | undefined, name: string): Type | undefined {
  return attributes !== undefined && Object.hasOwn(attributes, name) ? attributes[name] : undefined
}
