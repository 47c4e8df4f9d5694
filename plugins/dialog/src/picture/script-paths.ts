import type { Definition, EndDefinition } from '../definition.ts'
import type { Edge, Graph } from '../check/graph.ts'

/** One way through a script, from its start to an end. */
export interface ScriptPath {
  readonly edges: readonly Edge[]
  readonly end: EndDefinition
}

/**
 * All ways through a script, those first that stand first in it. No node is passed more than twice, so each loop is
 * gone round once.
 *
 * @param aside whether also where nothing came, or something failed
 */
export function* scriptPaths({ nodes, start }: Definition, graph: Graph, aside: boolean): Generator<ScriptPath> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  // The stack is our own, since scripts may be long.
  const open: (readonly Edge[])[] = [[]]
  for (let edges = open.pop(); edges !== undefined; edges = open.pop()) {
    const node = byId.get(edges.at(-1)?.to ?? start.text)
    if (node?.kind === 'end') yield { edges, end: node }
    else if (node !== undefined) open.push(...nextOf(node.id, [start.text, ...edges.map(({ to }) => to)], graph, aside).map((edge) => [...edges, edge]).toReversed())
  }
}

function nextOf(id: string, passed: readonly string[], graph: Graph, aside: boolean): readonly Edge[] {
  return graph.from(id).filter(({ kind, to }) => (aside || kind === 'way') && passed.indexOf(to) === passed.lastIndexOf(to))
}
