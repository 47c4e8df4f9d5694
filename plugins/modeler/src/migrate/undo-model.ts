import { titleOf, type Change } from '@caruso/storage/contract'
import { isDeepStrictEqual } from 'node:util'
import { ModelerError } from '../errors.ts'
import type { Done } from './apply-model.ts'
import { isMade } from './is-made.ts'
import type { ModelSource } from './model-source.ts'

/**
 * Takes the last `apply` back, as far as it was made.
 *
 * @throws ModelerError `UNDO_REFUSED` where there is nothing to undo, values are gone already, or would be
 */
export async function undoModel(source: ModelSource): Promise<Done> {
  const { tables, journal, last } = await source.state()
  if (last === undefined) throw refused(source, 'no model was applied, or all was taken back')
  const others = last.state === 'applied' && !isDeepStrictEqual(last.forms, last.formsBefore)
  if (others) throw refused(source, `it was made for ${last.by}; swap that back and finalize it`)
  const made = last.steps.filter(({ change }) => isMade(change, tables))
  const gone = made.filter(({ change }) => 'dropTable' in change || 'dropColumn' in change)
  if (gone.length > 0) throw refused(source, `its values are gone: ${gone.map(({ change }) => titleOf(change)).join(', ')}`)
  const changes = made.toReversed().flatMap(({ undo }) => undo ?? [])
  const lost = await wouldLose(source, changes)
  if (lost.length > 0) throw refused(source, `values that came since would be lost: ${lost.join(', ')}`)
  // Refused here, nothing is remembered; killed later, it is neither whole nor taken back, as an `apply` that was begun.
  await source.alter(changes, false)
  await journal.set(last.id, 'begun')
  await source.alter(changes, true)
  await journal.set(last.id, 'undone')
  return { source: source.name, changes: changes.map(titleOf), losses: [] }
}

/** Rows and values that came with what is taken away; a default that every row got is a value too. */
async function wouldLose(source: ModelSource, changes: readonly Change[]): Promise<string[]> {
  const lost: string[] = []
  const tables = new Set(changes.flatMap((change) => ('dropTable' in change ? [change.dropTable] : [])))
  for (const change of changes) {
    if ('dropColumn' in change && tables.has(change.table)) continue
    const rows = await source.rowsOf(change)
    if (rows > 0) lost.push(`${titleOf(change)} (${rows} rows)`)
  }
  return lost
}

function refused(source: ModelSource, found: string): ModelerError {
  return new ModelerError('UNDO_REFUSED', `Took back the last model of data source "${source.name}": ${found}; nothing was changed`)
}
