import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '@caruso/contract'
import { DialogError } from './errors.ts'

/** The texts of a folder's scripts and of its actions, by the names of the files. */
export type ScriptFiles = Readonly<Record<string, string>>

/** The file of the actions, and what stands for it where there is none. */
export const actionsFile = 'actions.yaml'
export const noActions = 'actions: {}'

/**
 * Reads the scripts of a folder and its actions; nothing where there is no such folder.
 *
 * @throws DialogError `SCRIPTS_UNREADABLE` where the folder is there and may not be read
 */
export async function readScriptFiles(folder: string): Promise<ScriptFiles> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.xml') || name === actionsFile).toSorted()
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}
    throw new DialogError('SCRIPTS_UNREADABLE', `Read the scripts in the folder "${folder}": ${String(error)}`, { cause: error })
  }
}
