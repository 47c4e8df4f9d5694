import type { Static } from '@caruso/contract'
import type { HistoryEntry } from './contract.ts'
import type { JournalEntry } from './journal.ts'

/** What the journal tells of swaps, one entry per epoch, the newest first; what came in is told by the host that gave it away. */
export function historyOf(entries: readonly JournalEntry[], limit: number): Omit<Static<typeof HistoryEntry>, 'host'>[] {
  const epochs = new Map<number, JournalEntry[]>()
  for (const entry of entries) {
    if (entry.step !== 'install' && entry.step !== 'settled' && entry.move?.way !== 'in') epochs.set(entry.epoch, [...(epochs.get(entry.epoch) ?? []), entry])
  }
  return [...epochs.values()].toReversed().slice(0, limit).flatMap((steps) => {
    const [begin] = steps
    const end = steps.at(-1)
    if (begin === undefined || end === undefined) return []
    const { at, epoch, component, action, from, to, who, why, move } = begin
    return [{ at, epoch, component, action, from, to, who, why, outcome: end.step === 'begin' || end.step === 'switch' ? 'running' : end.step, detail: end.detail, ms: end.ms, ...(move === undefined ? {} : { movedTo: move.host }) }]
  })
}
