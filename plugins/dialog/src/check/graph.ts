import type { ActionDefinition, Definition, EventDefinition, NodeDefinition, Sourced } from '../definition.ts'

/** A way from one node to another. */
export interface Edge {
  readonly from: NodeDefinition
  readonly to: string
  /** On a way, what the node was for is done; otherwise nothing came, or it failed. */
  readonly kind: 'way' | 'event' | 'error'
  readonly actions: readonly ActionDefinition[]
  readonly commit: boolean
  /** Of a way, its condition. */
  readonly test?: Sourced
  readonly event?: EventDefinition
}

/** The ways between the nodes of a script. */
export class Graph {
  readonly edges: readonly Edge[]
  readonly #onward: ReadonlyMap<string, readonly Edge[]>

  constructor({ nodes }: Definition) {
    this.edges = nodes.flatMap(edgesOf)
    this.#onward = Map.groupBy(this.edges, ({ from }) => from.id)
  }

  from(id: string): readonly Edge[] {
    return this.#onward.get(id) ?? []
  }

  /** What can be reached from some nodes, themselves included. */
  reachable(ids: Iterable<string>): ReadonlySet<string> {
    const found = new Set(ids)
    for (const id of found) for (const { to } of this.from(id)) found.add(to)
    return found
  }

  /** From where some nodes can be reached, themselves included. */
  leading(ids: Iterable<string>): ReadonlySet<string> {
    const before = Map.groupBy(this.edges, ({ to }) => to)
    const found = new Set(ids)
    for (const id of found) for (const { from } of before.get(id) ?? []) found.add(from.id)
    return found
  }
}

function edgesOf(node: NodeDefinition): readonly Edge[] {
  if (node.kind === 'end') return []
  const ways = node.onward.map(({ to, actions, commit, test }): Edge => ({ from: node, to: to.text, kind: 'way', actions, commit, ...(test ? { test } : {}) }))
  const events = node.kind === 'question' ? node.events.flatMap((event) => aside(node, event.to, 'event', event.actions).map((edge) => ({ ...edge, event }))) : []
  return [...ways, ...events, ...(node.kind === 'lookup' || node.kind === 'request' ? aside(node, node.onError, 'error', []) : [])]
}

function aside(from: NodeDefinition, to: Sourced | undefined, kind: Edge['kind'], actions: readonly ActionDefinition[]): readonly Edge[] {
  return to === undefined ? [] : [{ from, to: to.text, kind, actions, commit: false }]
}
