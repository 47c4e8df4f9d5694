import type { CommandContext } from '@caruso/contract'
import { relative } from 'node:path'
import { ModelError } from '../errors.ts'
import { linkModel } from '../link-model.ts'
import { Mistakes, type Mistake } from '../mistake.ts'
import { readModelFolder } from '../model-folder.ts'
import { modelerIn } from './modeler-in.ts'

/**
 * `caruso model check`: reads all files of classes as the modeler does when it starts, and tells every mistake.
 *
 * @throws ModelError `MODEL_INVALID` where there is one
 */
export async function check(context: CommandContext): Promise<void> {
  const place = await modelerIn(context)
  const mistakes = new Mistakes()
  const files = await readModelFolder(place, mistakes)
  const { classes, mistakes: between } = linkModel(files.definitions, files.mappings, place)
  // A class that could not be read is missed by all others, which says nothing more.
  const found = mistakes.list.length > 0 ? mistakes.list : between
  const told = found.map((one): Mistake => ({ ...one, file: relative(place.root, one.file) }))
  if (told.length === 0 || context.terminal.json) context.terminal.answer({ classes: classes.size, mistakes: told }, () => `The model is right: ${classes.size} classes`)
  if (told.length > 0) throw new ModelError(told)
}
