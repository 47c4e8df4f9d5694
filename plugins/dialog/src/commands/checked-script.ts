import { join, relative } from 'node:path'
import type { CommandContext } from '@caruso/contract'
import { checkScripts } from '../check/check-scripts.ts'
import { Subject } from '../check/subject.ts'
import { DialogError } from '../errors.ts'
import { lineOf } from '../problem.ts'
import { classSchema } from './class-schema.ts'
import { readScriptFolder } from './script-folder.ts'

/**
 * A script that has no errors, with what it was checked against.
 *
 * @throws DialogError `USAGE` where no file was named, `SCRIPT_INVALID` where it has an error
 */
export async function checkedScript(script: string | undefined, context: CommandContext): Promise<{ readonly subject: Subject }> {
  if (script === undefined) throw new DialogError('USAGE', 'Looked at a script: no file was named')
  const name = relative('.', join(script))
  const { files, actions } = await readScriptFolder(script, context)
  const classes = await classSchema(context)
  const all = checkScripts(files, { classes, actions })
  const found = all.find(({ file }) => file === name)
  const errors = (found?.problems ?? []).filter(({ level }) => level === 'error')
  if (found?.definition === undefined || found.script === undefined || errors.length > 0) throw new DialogError('SCRIPT_INVALID', errors.map((problem) => lineOf(name, problem)).join('\n'))
  const scripts = new Map(all.flatMap(({ script: one }) => (one === undefined ? [] : [[one.id, one] as const])))
  return { subject: new Subject(found.definition, found.script, { classes: classes ?? {}, actions, scripts }) }
}
