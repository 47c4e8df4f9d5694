import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf } from '@caruso/contract'
import { whyUnreadable } from '@caruso/kernel'
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
  return await ofEach(folder, async (file) => await readFile(file, 'utf8'))
}

/**
 * What changes with the files, whatever a program that writes them makes of their times: cheaper than their texts.
 *
 * @throws DialogError `SCRIPTS_UNREADABLE` where the folder is there and may not be read
 */
export async function stampOfScriptFiles(folder: string): Promise<Readonly<Record<string, string>>> {
  return await ofEach(folder, async (file) => {
    const { ino, size, ctimeNs } = await stat(file, { bigint: true })
    return `${ino} ${size} ${ctimeNs}`
  })
}

async function ofEach(folder: string, read: (file: string) => Promise<string>): Promise<Record<string, string>> {
  try {
    return Object.fromEntries(await Promise.all((await namesIn(folder)).map(async (name) => [name, await read(join(folder, name))] as const)))
  } catch (error) {
    // A file that was there a moment ago is about to be written anew, and no reason to know of none.
    throw new DialogError('SCRIPTS_UNREADABLE', `Read the scripts in the folder "${folder}": ${whyUnreadable(error, folder)}`, { cause: error })
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    // What editors put beside an open file is hidden, and may be a link that leads nowhere.
    return (await readdir(folder)).filter((name) => (name.endsWith('.xml') && !name.startsWith('.')) || name === actionsFile).toSorted()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}
