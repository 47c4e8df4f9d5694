import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { codeOf, type CommandContext } from '@caruso/contract'
import { readActions } from '../actions-file.ts'
import type { ScriptFile } from '../check/check-scripts.ts'
import { DialogError } from '../errors.ts'
import type { Problem } from '../problem.ts'
import type { ActionSignature } from '../surroundings.ts'

/** The scripts of a folder, which may call each other, and the actions that they may cause. */
export interface ScriptFolder {
  readonly files: readonly ScriptFile[]
  readonly actions: Readonly<Record<string, ActionSignature>>
  /** What is wrong with the file of the actions. */
  readonly wrongActions: { readonly file: string; readonly problems: readonly Problem[] }
}

/** Reads the folder of a script, or without one the folder `dialogs` of the assembly. */
export async function readScriptFolder(script: string | undefined, context: CommandContext): Promise<ScriptFolder> {
  const folder = script === undefined ? join((await context.assembly()).folder, 'dialogs') : dirname(script)
  // The script itself is told as it was typed.
  const others = (await namesIn(folder, script)).filter((name) => name.endsWith('.xml')).toSorted().map((name) => join(folder, name))
  const files = await Promise.all([...new Set([...(script === undefined ? [] : [join(script)]), ...others])].map(async (file) => ({ file: relative('.', file), text: await textOf(file) })))
  const actionsFile = join(folder, 'actions.yaml')
  const { actions, problems } = readActions((await textOf(actionsFile, 'actions: {}')))
  return { files, actions, wrongActions: { file: relative('.', actionsFile), problems } }
}

async function namesIn(folder: string, script: string | undefined): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    throw new DialogError('USAGE', script === undefined ? 'Looked for scripts in the folder "dialogs" of the assembly: there is none' : `Read the script "${script}": there is no such folder`, { cause: error })
  }
}

async function textOf(file: string, missing?: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && missing !== undefined) return missing
    throw new DialogError('USAGE', `Read "${file}": ${codeOf(error) === 'ENOENT' ? 'there is no such file' : String(error)}`, { cause: error })
  }
}
