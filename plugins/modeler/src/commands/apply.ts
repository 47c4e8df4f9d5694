import type { CommandContext } from '@caruso/contract'
import { applyModel, type Done } from '../migrate/apply-model.ts'
import { undoModel } from '../migrate/undo-model.ts'
import { withSources } from './with-sources.ts'

/** `caruso model apply`: makes the databases as the model says. */
export async function apply({ source, drop = false }: { readonly source?: string; readonly drop?: boolean }, context: CommandContext): Promise<void> {
  const sources = await withSources(context, source, async (one) => {
    context.terminal.progress(`  ${one.name}`)
    return await applyModel(one, drop)
  })
  context.terminal.answer({ sources }, () => sources.flatMap((done) => wordsOf(done, 'as the model says already')).join('\n'))
}

/** `caruso model undo`: takes the last apply back. */
export async function undo({ source }: { readonly source?: string }, context: CommandContext): Promise<void> {
  const sources = await withSources(context, source, async (one) => {
    context.terminal.progress(`  ${one.name}`)
    return await undoModel(one)
  })
  context.terminal.answer({ sources }, () => sources.flatMap((done) => wordsOf(done, 'nothing had been changed')).join('\n'))
}

function wordsOf({ source, changes }: Done, none: string): string[] {
  return [`${source}: ${changes.length === 0 ? none : `${changes.length} ${changes.length === 1 ? 'change' : 'changes'} made`}`, ...changes.map((change) => `  ${change}`)]
}
