import type { CommandContext } from '@caruso/contract'
import { titleOf } from '@caruso/storage/contract'
import { appliedBy } from '../migrate/apply-model.ts'
import { withSources } from './with-sources.ts'

/** `caruso model diff`: what `apply` would do, in words and in SQL, and what is lost. */
export async function diff(only: string | undefined, context: CommandContext): Promise<void> {
  const sources = await withSources(context, only, async (source) => {
    const { tables, kept, last } = await source.state()
    const { steps } = source.diff(tables, appliedBy(last), kept)
    const statements = await source.alter(steps.map(({ change }) => change), false)
    const changes = steps.map(({ change }, index) => ({ change: titleOf(change), statements: statements[index] ?? [] }))
    return { source: source.name, changes, loses: await source.losses(steps), unfinished: last?.state === 'begun' }
  })
  context.terminal.answer({ sources }, () => sources.flatMap(wordsOf).join('\n'))
}

function wordsOf({ source, changes, loses, unfinished }: { readonly source: string; readonly changes: readonly { readonly change: string; readonly statements: readonly string[] }[]; readonly loses: readonly string[]; readonly unfinished: boolean }): string[] {
  return [
    changes.length === 0 ? `${source}: as the model says` : `${source}: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`,
    ...(unfinished ? ['  An apply or undo was interrupted: apply makes the model whole, undo takes it back.'] : []),
    ...changes.flatMap(({ change, statements }) => [`  ${change}`, ...statements.map((sql) => `    ${sql};`)]),
    ...(loses.length === 0 ? [] : ['  Lost for good:', ...loses.map((one) => `    ${one}`)]),
  ]
}
