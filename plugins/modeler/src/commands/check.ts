import type { CommandContext } from '@caruso/contract'
import { relative } from 'node:path'
import { ModelError } from '../errors.ts'
import { knownSources, strangeSources } from './known-sources.ts'
import { linkedFiles } from './linked-files.ts'
import { modelerIn } from './modeler-in.ts'

/**
 * `caruso model check`: reads all files of classes and policies as the modeler does when it starts, and tells every mistake.
 *
 * @throws ModelError `MODEL_INVALID` where there is one
 */
export async function check(context: CommandContext): Promise<void> {
  const place = await modelerIn(context)
  const { files, classes, mistakes: found } = await linkedFiles(place)
  const sources = await knownSources(context)
  const strange = sources === undefined ? [] : strangeSources(files, sources)
  const mistakes = [...found, ...strange.map((one) => ({ ...one, file: relative(place.root, one.file) }))]
  if (mistakes.length === 0 || context.terminal.json) context.terminal.answer({ classes: classes.size, mistakes }, () => `The model is right: ${classes.size} classes`)
  if (mistakes.length > 0) throw new ModelError(mistakes)
}
