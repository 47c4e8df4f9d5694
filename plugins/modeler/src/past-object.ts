import type { HistoryEntry } from './history-entries.ts'
import type { Attributes } from './kept-object.ts'

/** An object at some time: its attributes without the key, null where it was not there. */
export interface PastObject {
  readonly attributes: Attributes | null
  readonly version: number
}

/** The object before a change, of the object after it. */
export function undo({ attributes }: PastObject, { kind, version, before, after }: HistoryEntry): PastObject {
  // What another application does counts no change.
  const earlier = kind === 'outside' ? version : Math.max(1, version - 1)
  if (kind === 'created' || kind === 'restored') return { attributes: null, version: earlier }
  if (kind === 'removed' || after === null) return { attributes: before, version: earlier }
  return { attributes: { ...attributes, ...before }, version: earlier }
}
