import type { CommandContext } from '@caruso/contract'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ModelError } from '../errors.ts'
import { pageTexts } from '../page-texts.ts'
import { modelPage } from '../picture/model-page.ts'
import { linkedFiles } from './linked-files.ts'
import { modelerIn } from './modeler-in.ts'

/** `caruso model docs`: one page about all classes, with a picture of how they belong together. */
export async function docs({ out, lang }: { readonly out: string; readonly lang: string }, context: CommandContext): Promise<void> {
  const texts = await pageTexts(lang)
  const { name } = await context.assembly()
  const { files, classes, mistakes } = await linkedFiles(await modelerIn(context))
  if (mistakes.length > 0) throw new ModelError(mistakes)
  const descriptions = new Map(files.definitions.flatMap(({ value }) => ('class' in value && value.description !== undefined ? [[value.class, value.description] as const] : [])))
  const sorted = [...classes.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const file = resolve(out)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, modelPage({ name, classes: sorted, descriptions }, texts))
  context.terminal.answer({ file, classes: sorted.length }, () => `Wrote ${out}: ${sorted.length} classes`)
}
