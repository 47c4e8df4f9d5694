import type { Definition, NodeDefinition } from '../definition.ts'
import type { Place } from '../place.ts'
import type { Problem } from '../problem.ts'
import { Graph } from './graph.ts'
import { unclearNames } from './names.ts'
import { namesIn } from './names-in.ts'
import type { Source } from './sources.ts'
import { error, warning, type Rule } from './subject.ts'

/** Names that nothing names. Answers are kept, so a question needs no use. */
export const unusedNames: Rule = ({ definition, sources }) => {
  const used = new Set([...sources.flatMap(namesIn), definition.subject?.text])
  return named(definition).filter(({ name }) => !used.has(name)).map(({ name, place, what }) => warning('unused-name', place, `Nothing uses ${what} "${name}"`))
}

/** Names that can have no value yet where they are named, on whatever way one came. */
export const earlyNames: Rule = ({ definition, sources }) => {
  const graph = new Graph(definition)
  const unclear = unclearNames(definition)
  const lets = new Map(sources.flatMap((source) => (source.let === undefined ? [] : [[source.let, source] as const])))
  const makers = Map.groupBy(definition.nodes.filter(isMaker), ({ into }) => into)
  const known = new Map([...makers].map(([name, nodes]) => [name, { own: new Set(nodes.map(({ id }) => id)), after: graph.reachable(nodes.flatMap(({ onward }) => onward.map(({ to }) => to.text))) }]))
  const isEarly = (name: string, { node, answered }: Source, open: ReadonlySet<string> = new Set()): boolean => {
    const maker = known.get(name)
    if (maker !== undefined && node !== undefined) return !maker.after.has(node.id) && !(answered && maker.own.has(node.id))
    const parts = lets.get(name)
    if (parts === undefined || node === undefined || open.has(name)) return false
    const names = namesIn(parts)
    return names.length > 0 && names.every((one) => isEarly(one, { node, answered, source: parts.source, kind: 'let' }, new Set([...open, name])))
  }
  return sources.flatMap((source): readonly Problem[] => namesIn(source).filter((name) => !unclear.includes(name) && isEarly(name, source)).map((name) => error('early-name', source.source.place, `"${name}" has no value yet here: no way leads here from where it gets one`)))
}

type Maker = Exclude<NodeDefinition, { readonly kind: 'info' | 'end' }>

function isMaker(node: NodeDefinition): node is Maker {
  return node.kind !== 'info' && node.kind !== 'end'
}

function named({ inputs, lets, nodes }: Definition): readonly { readonly name: string; readonly place: Place; readonly what: string }[] {
  return [
    ...inputs.map(({ name, place }) => ({ name, place, what: 'the input' })),
    ...lets.map(({ name, place }) => ({ name, place, what: 'what is computed as' })),
    ...nodes.flatMap((node) => (node.kind === 'lookup' || node.kind === 'request' ? [{ name: node.into, place: node.place, what: `what the ${node.kind} finds as` }] : [])),
  ]
}
