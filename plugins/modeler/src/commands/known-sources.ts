import { nearest, type CommandContext } from '@caruso/contract'
import type { ModelFiles } from '../model-folder.ts'
import { Mistakes, type Mistake } from '../mistake.ts'

/** The data sources that the assembly's storage has; undefined where another plugin than ours provides it. */
export async function knownSources(context: CommandContext): Promise<readonly string[] | undefined> {
  const { components } = await context.assembly()
  for (const [component, { config }] of Object.entries(components)) {
    if ((await context.plugin(component)).name !== '@caruso/storage') continue
    const sources = typeof config === 'object' && config !== null && 'sources' in config ? config.sources : undefined
    if (typeof sources === 'object' && sources !== null) return Object.keys(sources)
  }
  return undefined
}

/** The mappings to data sources that there are not. */
export function strangeSources({ mappings }: ModelFiles, known: readonly string[]): readonly Mistake[] {
  const mistakes = new Mistakes()
  for (const { value, origin } of mappings) {
    if (value.source !== undefined && !known.includes(value.source)) mistakes.add(origin, value.class, ['source'], { expected: `a data source of the storage (${known.join(', ')})`, found: JSON.stringify(value.source), suggestion: nearest(value.source, known) })
  }
  return mistakes.list
}
