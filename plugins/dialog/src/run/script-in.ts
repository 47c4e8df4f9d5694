import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { codeOf, messageOf, type CommandContext } from '@caruso/contract'
import type { Attributes } from '@caruso/expression'
import { Objects } from '@caruso/modeler/contract'
import { readActions } from '../actions-file.ts'
import { compileAll } from '../compile/compile-all.ts'
import { DialogError } from '../errors.ts'
import { lineOf, type Problem } from '../problem.ts'
import { readScript } from '../read-script.ts'
import type { Script } from '../script.ts'

/**
 * The script of a file, with those beside it that it may call, and the actions and classes that there are.
 *
 * @throws DialogError `USAGE` where there is no such file, `SCRIPT_INVALID` where it has an error
 */
export async function scriptIn(file: string, context: CommandContext): Promise<Script> {
  const path = resolve(file)
  const folder = dirname(path)
  const text = await textOf(path, file)
  const [others, actions, classes] = await Promise.all([scriptsBeside(path), actionsIn(folder), classesIn(context)])
  const read = readScript(text)
  if ('problems' in read) throw invalid(path, read.problems)
  const definitions = others.flatMap((other) => {
    const found = readScript(other)
    return 'definition' in found && found.definition.id !== read.definition.id ? [found.definition] : []
  })
  const { scripts, problems } = compileAll([read.definition, ...definitions], { classes, actions })
  const errors = (problems.get(read.definition.id) ?? []).filter(({ level }) => level === 'error')
  const script = scripts.get(read.definition.id)
  if (errors.length > 0 || script === undefined) throw invalid(path, errors)
  return script
}

function invalid(path: string, problems: readonly Problem[]): DialogError {
  return new DialogError('SCRIPT_INVALID', problems.map((problem) => lineOf(relative('.', path), problem)).join('\n'))
}

async function scriptsBeside(path: string): Promise<readonly string[]> {
  const names = (await readdir(dirname(path))).filter((name) => name.endsWith('.xml')).map((name) => join(dirname(path), name))
  return await Promise.all(names.filter((name) => name !== path).map(async (name) => await readFile(name, 'utf8')))
}

async function actionsIn(folder: string): Promise<ReturnType<typeof readActions>['actions']> {
  const text = await readFile(join(folder, 'actions.yaml'), 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return 'actions: {}'
    throw error
  })
  const { actions, problems } = readActions(text)
  if (problems.length > 0) throw invalid(join(folder, 'actions.yaml'), problems)
  return actions
}

/** What conditions may name, where there is an assembly with classes. */
async function classesIn(context: CommandContext): Promise<Readonly<Record<string, Attributes>>> {
  if (context.folder === undefined) return {}
  try {
    return (await context.alone(Objects, async (objects, call) => await objects.names({}, call(30_000)))).classes
  } catch (error) {
    if (codeOf(error) === 'USAGE') return {}
    throw error
  }
}

async function textOf(path: string, file: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new DialogError('USAGE', `Read the script "${file}": ${codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error)}`, { cause: error })
  }
}
