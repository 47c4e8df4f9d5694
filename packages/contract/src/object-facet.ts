import type { SchemaNode } from './schema-node.ts'
import type { ObjectFacet } from './schema-shape.ts'

/** What one schema says about a field: nothing where it neither names it nor says anything about unnamed ones. */
export function fieldOf(facet: ObjectFacet, name: string): SchemaNode[] {
  const named = facet.properties.get(name)
  const found = [...(named ? [named] : []), ...facet.patterns.filter(({ matches }) => matches(name)).map(({ node }) => node)]
  return found.length > 0 || facet.additional === undefined ? found : [facet.additional]
}

/** What all schemas say about a field together; undefined where none declares it. */
export function givenField(facets: readonly ObjectFacet[], name: string): SchemaNode[] | undefined {
  const found = facets.flatMap((facet) => fieldOf(facet, name))
  return found.length > 0 ? found : undefined
}

/** Whether fields that no schema declares may be there. */
export function isOpen(facets: readonly ObjectFacet[]): boolean {
  return facets.every(({ additional, patterns }) => additional === undefined && !patterns.some(({ source }) => matchesAll.has(source)))
}

const matchesAll = new Set(['', '^', '.*', '^.*', '^.*$'])
