import type { Definition, NodeDefinition, WayDefinition } from '../definition.ts'
import { Graph } from './graph.ts'
import { error, warning, type Rule } from './subject.ts'

/** Nodes to which no way leads from the start. */
export const unreachable: Rule = ({ definition }) => {
  const reached = new Graph(definition).reachable([definition.start.text])
  return definition.nodes.filter(({ id }) => !reached.has(id)).map(({ kind, id, place }) => warning('unreachable', place, `No way leads to the ${kind} "${id}" from the start`))
}

/** Nodes from which no way leads to an end. */
export const deadEnds: Rule = ({ definition }) => {
  const leading = new Graph(definition).leading(endsOf(definition))
  return definition.nodes.filter(({ id }) => !leading.has(id)).map(({ kind, id, place }) => error('dead-end', place, `No way leads from the ${kind} "${id}" to an end`))
}

/** Nodes that lead to each other, so that a dialog could go round without anybody being asked. */
export const loops: Rule = ({ definition, surroundings }) => {
  const asks = (node: NodeDefinition): boolean => node.kind === 'question' || (node.kind === 'call' && [...(surroundings.scripts.get(node.dialog.text)?.nodes.values() ?? [])].some(({ kind }) => kind === 'question'))
  const always = (node: NodeDefinition): boolean => asks(node) && !(node.kind === 'question' && (node.relevant !== undefined || node.keypad === 'skip'))
  const certain = loopsOf(definition, asks)
  const possible = loopsOf(definition, always).filter((loop) => !loop.some((node) => certain.some((other) => other.includes(node))))
  const names = (loop: readonly NodeDefinition[]): string => loop.map(({ id }) => `"${id}"`).join(', ')
  return [
    ...certain.flatMap((loop) => loop.slice(0, 1).map(({ place }) => error('loop', place, `These nodes lead to each other and ask nothing, so a dialog would go round for ever: ${names(loop)}`))),
    ...possible.flatMap((loop) => loop.slice(0, 1).map(({ place }) => warning('maybe-loop', place, `These nodes lead to each other, and each question among them may be skipped, so a dialog may go round for ever: ${names(loop)}`))),
  ]
}

/** The nodes that stand on a way from themselves to themselves, around those that ask; each loop with all that belongs to it. */
function loopsOf(definition: Definition, asks: (node: NodeDefinition) => boolean): readonly (readonly NodeDefinition[])[] {
  const graph = new Graph({ ...definition, nodes: definition.nodes.filter((node) => !asks(node)) })
  const nodes = definition.nodes.filter((node) => !asks(node))
  const after = new Map(nodes.map(({ id }) => [id, graph.reachable(graph.from(id).map(({ to }) => to))]))
  const round = nodes.filter(({ id }) => after.get(id)?.has(id))
  return [...Map.groupBy(round, ({ id }) => round.find((other) => after.get(id)?.has(other.id) && after.get(other.id)?.has(id))?.id).values()]
}

/** Conditions that were asked before on the same node. */
export const repeatedTests: Rule = ({ definition }) =>
  definition.nodes.flatMap((node) => {
    const ways: readonly WayDefinition[] = node.kind === 'end' ? [] : node.onward
    return ways.flatMap(({ test }, index) => (test !== undefined && ways.slice(0, index).some((other) => other.test?.text === test.text) ? [warning('repeated-test', test.place, `The same was asked before in "${node.id}", so this way is never taken`)] : []))
  })

/** Commits that never have anything to do. */
export const emptyCommits: Rule = ({ definition, script }) => {
  const graph = new Graph(definition)
  const nested = (node: NodeDefinition): boolean => {
    const called = script.nodes.get(node.id)
    return called?.kind === 'call' && [...called.script.nodes.values()].some((inner) => ('actions' in inner && inner.actions.length > 0) || ('onward' in inner && inner.onward.some(({ actions }) => actions.length > 0)))
  }
  const collects = definition.nodes.flatMap((node) => (nested(node) || (node.kind === 'question' && node.events.some(({ actions }) => actions.length > 0)) ? [node.id] : []))
  // What is collected at a node stays so over all ways that do not commit.
  const open = new Set([...collects, ...graph.edges.flatMap(({ actions, commit, to }) => (actions.length > 0 && !commit ? [to] : []))])
  for (const id of open) for (const { commit, to } of graph.from(id)) if (!commit) open.add(to)
  return definition.nodes.flatMap((node) =>
    node.kind === 'end' ? [] : node.onward.flatMap(({ commit, actions, place }) => (commit && actions.length === 0 && !open.has(node.id) ? [warning('empty-commit', place, `Nothing was collected that could be done here`)] : [])),
  )
}

function endsOf({ nodes }: Definition): readonly string[] {
  return nodes.flatMap(({ kind, id }) => (kind === 'end' ? [id] : []))
}
