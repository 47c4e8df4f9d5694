import type { CommandContext } from '@caruso/contract'
import { Graph } from '../check/graph.ts'
import type { Subject } from '../check/subject.ts'
import { scriptPaths, type ScriptPath } from '../picture/script-paths.ts'
import { checkedScript } from './checked-script.ts'
import { wayWords } from './way-words.ts'
import { wordingOf, type Wording } from './wording.ts'

const most = 1_000

/**
 * `caruso dialog paths`: every way through a script, with its conditions in words.
 *
 * @throws DialogError `SCRIPT_INVALID` where the script has an error
 */
export async function paths(script: string | undefined, { lang, all = false }: { readonly lang: string; readonly all?: boolean | undefined }, context: CommandContext): Promise<void> {
  const subject = await checkedScript(script, context)
  const wording = await wordingOf(lang)
  const found: ScriptPath[] = []
  let more = false
  for (const path of scriptPaths(subject.definition, new Graph(subject.definition), all)) {
    more = found.length === most
    if (more) break
    found.push(path)
  }
  const told = found.map((path) => toldPath(path, subject, wording))
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

function toldPath({ edges, end }: ScriptPath, subject: Subject, wording: Wording): ToldPath {
  const conditions = edges.flatMap((edge) => {
    const words = wayWords(edge, subject, wording)
    return words === undefined ? [] : [{ node: edge.from.id, words }]
  })
  return { nodes: [...edges.map(({ from }) => from.id), end.id], conditions, outcome: end.outcome }
}
