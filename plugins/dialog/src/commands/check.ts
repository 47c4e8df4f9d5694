import type { CommandContext } from '@caruso/contract'
import { join, relative } from 'node:path'
import { checkScripts } from '../check/check-scripts.ts'
import { DialogError } from '../errors.ts'
import { lineOf } from '../problem.ts'
import { classSchema } from './class-schema.ts'
import { readScriptFolder } from './script-folder.ts'

/**
 * `caruso dialog check`: tells every problem of one script, or of all scripts of the assembly.
 *
 * @throws DialogError `SCRIPT_INVALID` where one has an error
 */
export async function check(script: string | undefined, context: CommandContext): Promise<void> {
  const { terminal } = context
  // To read classes, the folder of the assembly becomes the current one.
  const name = script === undefined ? undefined : relative('.', join(script))
  const { files, actions, wrongActions } = await readScriptFolder(script, context)
  const names = await classSchema(context)
  if (names === undefined) terminal.progress('Without an assembly that has a modeler, classes and their attributes are not checked')
  const checked = checkScripts(files, { classes: names?.classes, choices: names?.choices, actions }).filter(({ file }) => name === undefined || file === name)
  const found = [...(wrongActions.problems.length > 0 ? [wrongActions] : []), ...checked.map(({ file, problems }) => ({ file, problems }))]
  const lines = (level: 'error' | 'warning'): readonly string[] => found.flatMap(({ file, problems }) => problems.filter((problem) => problem.level === level).map((problem) => lineOf(file, problem)))
  const [errors, warnings] = [lines('error'), lines('warning')]
  if (errors.length === 0 || terminal.json) terminal.answer({ files: found, classes: names !== undefined }, () => [...warnings, `The scripts are right: ${checked.length}${warnings.length === 0 ? '' : `, with ${warnings.length} warnings`}`].join('\n'))
  if (errors.length > 0) throw new DialogError('SCRIPT_INVALID', [...errors, ...warnings].join('\n'))
}
