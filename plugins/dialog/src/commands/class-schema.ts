import { codeOf, type CommandContext } from '@caruso/contract'
import { Objects } from '@caruso/modeler/contract'
import type { ClassNames } from '../class-names.ts'

/** What conditions may name of the classes of the assembly; undefined where there is none, or nobody who knows its classes. */
export async function classSchema(context: CommandContext): Promise<ClassNames | undefined> {
  if (context.folder === undefined) return undefined
  try {
    return await context.alone(Objects, async (objects, call) => await objects.names({}, call(30_000)))
  } catch (error) {
    if (codeOf(error) === 'USAGE') return undefined
    throw error
  }
}
