import { join, relative } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import { checkScripts } from '../check/check-scripts.ts'
import { classSchema } from '../commands/class-schema.ts'
import { readScriptFolder } from '../commands/script-folder.ts'
import { DialogError } from '../errors.ts'
import { lineOf } from '../problem.ts'
import type { Script } from '../script.ts'

/**
 * The script of a file, with those beside it that it may call, and the actions and classes that there are.
 *
 * @throws DialogError `USAGE` where there is no such file, `SCRIPT_INVALID` where it has an error
 */
export async function scriptIn(file: string, context: CommandContext): Promise<Script> {
  const name = relative('.', join(file))
  const { files, actions, wrongActions } = await readScriptFolder(file, context)
  const checked = checkScripts(files, { classes: await classSchema(context), actions }).find((one) => one.file === name)
  const errors = [wrongActions, checked ?? wrongActions].flatMap(({ file: of, problems }) => problems.filter(({ level }) => level === 'error').map((problem) => lineOf(of, problem)))
  if (errors.length > 0 || checked?.script === undefined) throw new DialogError('SCRIPT_INVALID', [...new Set(errors)].join('\n'))
  return checked.script
}
