import { CarusoError } from '@caruso/contract'
import { titleOf, type Change } from '@caruso/storage/contract'
import { ModelerError } from '../errors.ts'
import type { Applied, DescribedTable } from './applied.ts'
import { isMade } from './is-made.ts'
import { formsBy, type Migration, type ModelJournal } from './journal.ts'
import type { ModelSource } from './model-source.ts'

/** What an `apply` or an `undo` did, in words. */
export interface Done {
  readonly source: string
  readonly changes: readonly string[]
  /** Values that are gone with them. */
  readonly losses: readonly string[]
}

/** The model that the database has by what was done to it: one that was begun and not finished counts as what was before it. */
export function appliedBy(last: Migration | undefined): Applied {
  if (last === undefined) return []
  return last.state === 'begun' ? last.before : last.after
}

/**
 * Makes the database as the model says. It is remembered before it is done, so that what was killed is finished by the
 * next one, or taken back by `undo`.
 *
 * @param run false only tells what would be done
 * @throws ModelerError `VALUES_LOST` where values would be and `drop` is not set; `CHANGE_REFUSED`
 */
export async function applyModel(source: ModelSource, drop: boolean, run = true): Promise<Done> {
  const found = await source.state()
  const { name } = source
  const begun = run && found.last?.state === 'begun' ? found.last : undefined
  const finished = begun === undefined ? [] : await finish(source, found.journal, begun, found.tables)
  const { tables, kept, journal, last } = begun === undefined ? found : await source.state()
  const [before, formsBefore] = [appliedBy(last), formsBy(last)]
  const { steps, applied } = source.diff(tables, before, kept)
  if (steps.length === 0 && JSON.stringify([applied, source.forms]) === JSON.stringify([before, formsBefore])) return { source: name, changes: finished, losses: [] }
  const losses = await source.losses(steps)
  if (!drop && losses.length > 0) throw new ModelerError('VALUES_LOST', [`Applied the model to data source "${name}": values would be lost, which --drop allows; nothing was changed`, ...losses].join('\n'), { details: { losses } })
  // Refused here, nothing is remembered.
  const changes = steps.map(({ change }) => change)
  await source.alter(changes, false)
  const told = { source: name, changes: [...finished, ...changes.map(titleOf)], losses }
  if (!run) return told
  const id = await journal.begin(source.by, { steps, before, after: applied, formsBefore, forms: source.forms })
  await made(source, journal, id, changes)
  return told
}

/** What is left of a list that was begun. */
async function finish(source: ModelSource, journal: ModelJournal, { id, steps }: Migration, tables: readonly DescribedTable[]): Promise<string[]> {
  const left = steps.map(({ change }) => change).filter((change) => !isMade(change, tables))
  await made(source, journal, id, left)
  return left.map(titleOf)
}

async function made(source: ModelSource, journal: ModelJournal, id: number, changes: readonly Change[]): Promise<void> {
  try {
    await source.alter(changes, true)
  } catch (error) {
    if (error instanceof CarusoError && error.code === 'CHANGE_REFUSED' && isNothingDone(error.details)) await journal.set(id, 'undone')
    throw error
  }
  await journal.set(id, 'applied')
}

function isNothingDone(details: unknown): boolean {
  return typeof details === 'object' && details !== null && 'done' in details && details.done === 0
}
