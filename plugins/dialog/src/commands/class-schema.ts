import { codeOf, type CommandContext } from '@caruso/contract'
import type { Attributes } from '@caruso/expression'
import { Objects } from '@caruso/modeler/contract'

/** What conditions may name of the classes of the assembly; undefined where there is none, or nobody who knows its classes. */
export async function classSchema(context: CommandContext): Promise<Readonly<Record<string, Attributes>> | undefined> {
  if (context.folder === undefined) return undefined
  try {
    const { classes } = await context.alone(Objects, async (objects, call) => await objects.names({}, call(30_000)))
    return classes
  } catch (error) {
    if (codeOf(error) === 'USAGE') return undefined
    throw error
  }
}
