import { isAnything } from './schema-shape.ts'
import type { SchemaNode } from './schema-node.ts'

const mostBranches = 1024

/**
 * The ways to satisfy all nodes: each way is a list of nodes without references, intersections and alternatives of their own.
 * Where there would be too many, some alternatives are left out of account, so that a branch says less than it could.
 */
export function branches(nodes: readonly SchemaNode[]): SchemaNode[][] {
  return nodes.reduce<SchemaNode[][]>((ways, node) => combine(ways, expand(node, [])), [[]])
}

function expand(node: SchemaNode, open: readonly SchemaNode[]): SchemaNode[][] {
  if (open.includes(node)) return [[]]
  const inside = [...open, node]
  const { root, schema } = node
  const own = root.own(node)
  const target = root.target(node)
  let ways: SchemaNode[][] = isAnything(own) ? [[]] : [[own]]
  if (target) ways = combine(ways, expand(target, inside))
  for (const part of root.nodes(schema['allOf'])) ways = combine(ways, expand(part, inside))
  return Array.isArray(schema['anyOf']) ? combine(ways, root.nodes(schema['anyOf']).flatMap((part) => expand(part, inside))) : ways
}

function combine(ways: SchemaNode[][], others: SchemaNode[][]): SchemaNode[][] {
  if (ways.length * others.length > mostBranches) return ways
  return ways.flatMap((way) => others.map((other) => [...way, ...other]))
}
