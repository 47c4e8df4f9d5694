import { join, relative } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import { checkScripts } from '../check/check-scripts.ts'
import { Subject } from '../check/subject.ts'
import { DialogError } from '../errors.ts'
import { lineOf } from '../problem.ts'
import { classSchema } from './class-schema.ts'
import { readScriptFolder } from './script-folder.ts'

/**
 * A script that has no errors, with those beside it that it may call and what it was checked against.
 *
 * @throws DialogError `USAGE` where no file was named or it cannot be read, `SCRIPT_INVALID` where it or the file of the actions has an error
 */
export async function checkedScript(script: string | undefined, context: CommandContext): Promise<Subject> {
  if (script === undefined) throw new DialogError('USAGE', 'Looked at a script: no file was named')
  const name = relative('.', join(script))
  const { files, actions, wrongActions } = await readScriptFolder(script, context)
  const names = await classSchema(context)
  const all = checkScripts(files, { classes: names?.classes, choices: names?.choices, actions })
  const found = all.filter(({ file }) => file === name)
  const errors = [wrongActions, ...found].flatMap(({ file, problems }) => problems.filter(({ level }) => level === 'error').map((problem) => lineOf(file, problem)))
  const [checked] = found
  if (errors.length > 0 || checked?.definition === undefined || checked.script === undefined) throw new DialogError('SCRIPT_INVALID', errors.join('\n'))
  const scripts = new Map(all.flatMap(({ script: one }) => (one === undefined ? [] : [[one.id, one] as const])))
  return new Subject(checked.definition, checked.script, { classes: names?.classes ?? {}, choices: names?.choices, actions, scripts })
}
