import type { CommandContext } from '@caruso/contract'
import { ModelerError } from '../errors.ts'
import { appliedBy } from '../migrate/apply-model.ts'
import { driftOf, strangers } from '../migrate/drift.ts'
import { withSources } from './with-sources.ts'

/**
 * `caruso model drift`: what databases have otherwise than the last applied model says.
 *
 * @throws ModelerError `DRIFT` where there is something, but for tables that are nobody's business
 */
export async function drift(only: string | undefined, context: CommandContext): Promise<void> {
  const sources = await withSources(context, only, async (source) => {
    const { tables, last } = await source.state()
    return { source: source.name, drift: driftOf(appliedBy(last), tables), others: strangers(tables, source.tables) }
  })
  const found = sources.reduce((sum, one) => sum + one.drift.length, 0)
  context.terminal.answer({ sources }, () => sources.flatMap(wordsOf).join('\n'))
  if (found > 0) throw new ModelerError('DRIFT', `Compared databases with the last applied model: ${found} ${found === 1 ? 'difference' : 'differences'}`)
}

function wordsOf({ source, drift: found, others }: { readonly source: string; readonly drift: readonly string[]; readonly others: readonly string[] }): string[] {
  return [
    found.length === 0 ? `${source}: as it was applied` : `${source}:`,
    ...found.map((words) => `  ${words}`),
    ...(others.length === 0 ? [] : [`  tables that no class is stored in: ${others.join(', ')}`]),
  ]
}
