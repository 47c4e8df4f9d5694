import type { CommandContext } from '@caruso/contract'
import { explain, type Phrases } from '@caruso/expression'
import { Graph, type Edge } from '../check/graph.ts'
import type { Subject } from '../check/subject.ts'
import { scriptPaths, type ScriptPath } from '../picture/script-paths.ts'
import { checkedScript } from './checked-script.ts'
import { phrasesOf } from './phrases.ts'

const most = 1_000

/**
 * `caruso dialog paths`: every way through a script, with its conditions in words.
 *
 * @throws DialogError `SCRIPT_INVALID` where the script has an error
 */
export async function paths(script: string | undefined, { lang, all = false }: { readonly lang: string; readonly all?: boolean | undefined }, context: CommandContext): Promise<void> {
  const subject = await checkedScript(script, context)
  const phrases = await phrasesOf(lang)
  const found: ScriptPath[] = []
  let more = false
  for (const path of scriptPaths(subject.definition, new Graph(subject.definition), all)) {
    more = found.length === most
    if (more) break
    found.push(path)
  }
  const told = found.map((path) => toldPath(path, subject, phrases))
  context.terminal.answer({ dialog: subject.definition.id, paths: told, more }, () => {
    const lines = told.flatMap(({ nodes, conditions, outcome }, index) => [`${index + 1}. ${nodes.join(' → ')}: ${outcome}`, ...conditions.map(({ node, words }) => `     ${node}: ${words}`)])
    return [...lines, more ? `There are more than ${most} paths; these are the first.` : `${told.length} paths`].join('\n')
  })
}

interface ToldPath {
  readonly nodes: readonly string[]
  readonly conditions: readonly { readonly node: string; readonly words: string }[]
  readonly outcome: string
}

function toldPath({ edges, end }: ScriptPath, subject: Subject, phrases: Phrases): ToldPath {
  const conditions = edges.flatMap((edge) => {
    const words = wordsOf(edge, subject, phrases)
    return words === undefined ? [] : [{ node: edge.from.id, words }]
  })
  return { nodes: [...edges.map(({ from }) => from.id), end.id], conditions, outcome: end.outcome }
}

/** Why this way was taken; nothing to say where there is no other. */
export function wordsOf(edge: Edge, subject: Subject, phrases: Phrases): string | undefined {
  if (edge.kind === 'error') return 'it fails'
  if (edge.event !== undefined) return `${edge.event.event}, ${edge.event.count.text} times`
  const term = edge.test === undefined ? undefined : subject.term(edge.test)
  if (term !== undefined) return explain(term, phrases)
  return edge.from.kind !== 'end' && edge.from.onward.length > 1 ? 'otherwise' : undefined
}
