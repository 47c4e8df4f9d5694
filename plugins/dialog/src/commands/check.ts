import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { codeOf, type CommandContext } from '@caruso/contract'
import { DialogError } from '../errors.ts'
import { lineOf, type Problem } from '../problem.ts'
import { readScript } from '../read-script.ts'

/**
 * `caruso dialog check`: tells every problem of the scripts.
 *
 * @throws DialogError `SCRIPT_INVALID` where one has an error
 */
export async function check(file: string | undefined, context: CommandContext): Promise<void> {
  const files = file === undefined ? await scriptsOf((await context.assembly()).folder) : [file]
  const found = await Promise.all(files.map(async (name) => ({ file: relative('.', name), problems: problemsOf(await textOf(name)) })))
  const lines = found.flatMap(({ file: name, problems }) => problems.map((problem) => lineOf(name, problem)))
  if (lines.length === 0 || context.terminal.json) context.terminal.answer({ files: found }, () => `The scripts are right: ${files.length}`)
  if (lines.length > 0) throw new DialogError('SCRIPT_INVALID', lines.join('\n'))
}

function problemsOf(text: string): readonly Problem[] {
  const read = readScript(text)
  return 'problems' in read ? read.problems : []
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new DialogError('USAGE', `Read the script "${file}": ${codeOf(error) === 'ENOENT' ? 'there is no such file' : String(error)}`, { cause: error })
  }
}

async function scriptsOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(folder, 'dialogs'))).filter((name) => name.endsWith('.xml')).toSorted().map((name) => join(folder, 'dialogs', name))
  } catch (error) {
    throw new DialogError('USAGE', 'Looked for scripts in the folder "dialogs" of the assembly: there is none', { cause: error })
  }
}
