import { isCompatibleVersion } from '@caruso/contract'
import { KernelError } from './errors.ts'
import type { Description } from './instance.ts'

/** A component with what it declares. */
export interface GraphNode {
  readonly component: string
  readonly description: Description
}

/** Who must be there before whom: for each component the components that provide what it requires. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>

/**
 * Finds for each requirement the components that provide it.
 *
 * @param elsewhere whether a contract is provided outside of these components
 * @throws KernelError `DEPENDENCY_MISSING` naming who asks, for what, and who offers what instead;
 *   `DEPENDENCY_CYCLE` naming the path. A cycle through an optional requirement is none.
 */
export function dependencyGraph(nodes: readonly GraphNode[], elsewhere: (contract: string, version: string) => boolean = () => false): DependencyGraph {
  const required = new Map(nodes.map((node) => [node.component, providersOf(node, nodes, 'required', elsewhere)]))
  const cycle = findCycle(required)
  if (cycle !== undefined) throw new KernelError('DEPENDENCY_CYCLE', `Ordered the components: they require each other in a circle: ${cycle.join(' -> ')}`)
  const graph = new Map(required)
  for (const node of nodes) {
    for (const provider of providersOf(node, nodes, 'optional', elsewhere)) {
      const wider = new Map(graph).set(node.component, [...(graph.get(node.component) ?? []), provider])
      if (findCycle(wider) === undefined) graph.set(node.component, wider.get(node.component) ?? [])
    }
  }
  return graph
}

function providersOf(node: GraphNode, nodes: readonly GraphNode[], kind: 'required' | 'optional', elsewhere: (contract: string, version: string) => boolean): string[] {
  const found = new Set<string>()
  for (const { key, contract, kind: requirementKind } of node.description.requires) {
    if (requirementKind !== kind || contract === undefined) continue
    const providers = nodes.filter(({ description }) => description.provides.some(({ name, version }) => name === contract.name && isCompatibleVersion(version, contract.version)))
    if (providers.length === 0 && kind === 'required' && !elsewhere(contract.name, contract.version)) throw missing(node, key, contract, nodes)
    for (const { component } of providers) if (component !== node.component) found.add(component)
  }
  return [...found]
}

function missing(node: GraphNode, key: string, contract: { readonly name: string; readonly version: string }, nodes: readonly GraphNode[]): KernelError {
  const others = nodes.flatMap(({ component, description }) => description.provides.filter(({ name }) => name === contract.name).map(({ version }) => `${version} by "${component}"`))
  const found = others.length === 0 ? 'nobody provides it' : `there is only ${others.join(', ')}`
  return new KernelError('DEPENDENCY_MISSING', `Ordered the components: "${node.component}" -> ${key} -> contract "${contract.name}" ^${contract.version}: ${found}`)
}

function findCycle(graph: DependencyGraph): string[] | undefined {
  const done = new Set<string>()
  const visit = (component: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(component)) return [...path.slice(path.indexOf(component)), component]
    if (done.has(component)) return undefined
    for (const provider of graph.get(component) ?? []) {
      const cycle = visit(provider, [...path, component])
      if (cycle !== undefined) return cycle
    }
    done.add(component)
    return undefined
  }
  for (const component of graph.keys()) {
    const cycle = visit(component, [])
    if (cycle !== undefined) return cycle
  }
  return undefined
}
