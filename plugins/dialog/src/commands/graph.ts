import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import type { Edge } from '../check/graph.ts'
import { scriptChart } from '../picture/script-chart.ts'
import { scriptPicture } from '../picture/script-picture.ts'
import { checkedScript } from './checked-script.ts'
import { wordsOf } from './paths.ts'
import { phrasesOf } from './phrases.ts'

/**
 * `caruso dialog graph`: draws a script into a file, or without one prints it as text that Mermaid draws.
 *
 * @throws DialogError `SCRIPT_INVALID` where the script has an error
 */
export async function graph(script: string | undefined, { lang, out }: { readonly lang: string; readonly out?: string | undefined }, context: CommandContext): Promise<void> {
  // To read classes, the folder of the assembly becomes the current one.
  const file = out === undefined ? undefined : resolve(out)
  const subject = await checkedScript(script, context)
  const { definition } = subject
  const phrases = await phrasesOf(lang)
  const words = (edge: Edge): string | undefined => wordsOf(edge, subject, phrases)
  if (file === undefined) {
    const chart = scriptChart(definition, words)
    return context.terminal.answer({ dialog: definition.id, chart }, () => chart)
  }
  const title = definition.titles.find(({ lang: of }) => of === lang) ?? definition.titles[0]
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, scriptPicture(definition, title?.text ?? definition.id, words))
  context.terminal.answer({ dialog: definition.id, file }, () => `Wrote ${out}: ${definition.nodes.length} nodes`)
}
