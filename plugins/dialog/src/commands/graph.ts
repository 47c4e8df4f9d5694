import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import type { Edge } from '../check/graph.ts'
import { scriptChart } from '../picture/script-chart.ts'
import { scriptPicture } from '../picture/script-picture.ts'
import { checkedScript } from './checked-script.ts'
import { wayWords } from './way-words.ts'
import { wordingOf } from './wording.ts'

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
  const wording = await wordingOf(lang)
  const words = (edge: Edge): string | undefined => wayWords(edge, subject, wording)
  if (file === undefined) {
    const chart = scriptChart(definition, words)
    return context.terminal.answer({ dialog: definition.id, chart }, () => chart)
  }
  const title = definition.titles.find(({ lang: of }) => of === lang) ?? definition.titles[0]
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, scriptPicture(definition, title?.text ?? definition.id, { lang, texts: wording.texts, ofWay: words }))
  context.terminal.answer({ dialog: definition.id, file }, () => `Wrote ${out}: ${definition.nodes.length} nodes`)
}
