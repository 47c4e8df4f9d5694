import { Graph, type Edge } from '../check/graph.ts'
import type { Definition, NodeDefinition } from '../definition.ts'

/** The nodes of a script and the ways between them as Mermaid's text, which many editors and wikis draw. */
export function scriptChart(definition: Definition, wordsOf: (edge: Edge) => string | undefined): string {
  const numbers = new Map(definition.nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = new Graph(definition).edges.map((edge) => {
    const words = wordsOf(edge)
    return `  ${numbers.get(edge.from.id)} ${edge.kind === 'way' ? '-->' : '-.->'}${words === undefined ? '' : `|"${escaped(words)}"|`} ${numbers.get(edge.to)}`
  })
  return ['flowchart TD', ...definition.nodes.map((node) => `  ${numbers.get(node.id)}${shapeOf(node)}`), ...lines].join('\n')
}

function shapeOf({ id, kind }: NodeDefinition): string {
  const words = `"${escaped(id)}"`
  if (kind === 'end') return `([${words}])`
  return kind === 'question' ? `{{${words}}}` : `[${words}]`
}

function escaped(text: string): string {
  return text.replace(/["<>&#]/g, (character) => `#${character.codePointAt(0)};`)
}
