import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { codeOf, type CommandContext } from '@caruso/contract'
import { readActions } from '../actions-file.ts'
import type { ScriptFile } from '../check/check-scripts.ts'
import { DialogError } from '../errors.ts'
import type { Problem } from '../problem.ts'
import { actionsFile, noActions, readScriptFiles } from '../script-files.ts'
import type { ActionSignature } from '../surroundings.ts'

/** The scripts of a folder, which may call each other, and the actions that they may cause. */
export interface ScriptFolder {
  readonly files: readonly ScriptFile[]
  readonly actions: Readonly<Record<string, ActionSignature>>
  /** What is wrong with the file of the actions. */
  readonly wrongActions: { readonly file: string; readonly problems: readonly Problem[] }
}

/**
 * Reads the folder of a script, or without one the folder `dialogs` of the assembly.
 *
 * @throws DialogError `USAGE` where there is none
 */
export async function readScriptFolder(script: string | undefined, context: CommandContext): Promise<ScriptFolder> {
  const folder = script === undefined ? join((await context.assembly()).folder, 'dialogs') : dirname(script)
  const { [actionsFile]: actionsText = noActions, ...texts } = await readScriptFiles(folder)
  const all = new Map(Object.entries(texts).map(([name, text]) => [join(folder, name), text]))
  // A script that is named may have any name.
  if (script !== undefined) all.set(join(script), await textOf(script))
  if (all.size === 0) throw new DialogError('USAGE', 'Looked for scripts in the folder "dialogs" of the assembly: there is none')
  const { actions, problems } = readActions(actionsText)
  return { files: [...all].map(([file, text]) => ({ file: relative('.', file), text })), actions, wrongActions: { file: relative('.', join(folder, actionsFile)), problems } }
}

async function textOf(script: string): Promise<string> {
  try {
    return await readFile(script, 'utf8')
  } catch (error) {
    throw new DialogError('USAGE', `Read "${script}": ${codeOf(error) === 'ENOENT' ? 'there is no such file' : String(error)}`, { cause: error })
  }
}
