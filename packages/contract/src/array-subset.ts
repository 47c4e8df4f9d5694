import { below, schemaBreak } from './schema-break.ts'
import { span } from './schema-description.ts'
import { isNever } from './schema-shape.ts'
import type { Relate, SchemaBreak } from './schema-break.ts'
import type { SchemaNode } from './schema-node.ts'
import type { ArrayFacet, Shape } from './schema-shape.ts'

/** Which items a given array may have, or lack, that a wanted one may not. */
export function arrayBreaks(given: Shape, wanted: Shape, relate: Relate): SchemaBreak[] {
  if (!given.types.has('array')) return []
  const fits = given.items.min >= wanted.items.min && given.items.max <= wanted.items.max
  return [
    ...(fits ? [] : [schemaBreak('SIZE', `a list of ${span(given.items.min, given.items.max)} items`, `a list of ${span(wanted.items.min, wanted.items.max)} items`)]),
    ...(wanted.unique && !given.unique && given.items.max > 1 ? [schemaBreak('UNIQUE', 'a list with equal items', 'a list whose items all differ')] : []),
    ...wanted.arrays.flatMap((facet) => itemBreaks(given, facet, relate)),
  ]
}

function itemBreaks(given: Shape, wanted: ArrayFacet, relate: Relate): SchemaBreak[] {
  const positions = Math.max(wanted.prefix.length, ...given.arrays.map(({ prefix }) => prefix.length))
  const breaks: SchemaBreak[] = []
  for (let index = 0; index < Math.min(positions, given.items.max); index++) {
    breaks.push(...demandBreaks(`[${index}]`, given.arrays.flatMap((facet) => itemOf(facet, index)), itemOf(wanted, index), relate))
  }
  if (given.items.max > positions) breaks.push(...demandBreaks('[]', given.arrays.flatMap((facet) => itemOf(facet, positions)), itemOf(wanted, positions), relate))
  return breaks
}

function demandBreaks(step: string, given: readonly SchemaNode[], demands: readonly SchemaNode[], relate: Relate): SchemaBreak[] {
  return demands.flatMap((demand) => below(step, relate(given, demand)))
}

/** That a list ends before the position is a matter of its size. */
function itemOf({ prefix, rest }: ArrayFacet, index: number): SchemaNode[] {
  const item = prefix[index] ?? (rest !== undefined && isNever(rest) ? undefined : rest)
  return item === undefined ? [] : [item]
}
