import { sidecarName, type Term } from '@caruso/storage/contract'
import type { Leaf } from './stored.ts'

/** What a class keeps of its objects beside their table, in tables that know them by their key. */
export interface Kept {
  /** Its table of states: a row for each object that was changed or created since it has a behaviour. */
  readonly state: string
  /** Its table of changes, where it has a history. */
  readonly history: string | undefined
  /** Its objects say how often they were changed, and only who saw the last change may make the next. */
  readonly locking: boolean
  /** What is removed stays in its table, and can be restored. */
  readonly softDelete: boolean
  readonly key: readonly Leaf[]
}

/** The behaviours that a class names. */
export interface Behaviours {
  readonly history?: boolean | undefined
  readonly locking?: string | boolean | undefined
  readonly softDelete?: boolean | undefined
}

export const stateColumns = { version: 'caruso_version', removedAt: 'caruso_removed_at', removedBy: 'caruso_removed_by', recorded: 'caruso_recorded' } as const

/** What objects of such classes have beside their attributes. */
export const versionName = 'version'
export const removedName = 'removed'

/** An object that has no row of state was not changed since it was created, or found. */
export const firstVersion = 1

export function keptOf({ history = false, locking, softDelete = false }: Behaviours, table: string, key: readonly Leaf[]): Kept | undefined {
  if (!history && !softDelete && locking !== true) return undefined
  return { state: sidecarName('state', table), history: history ? sidecarName('history', table) : undefined, locking: locking === true, softDelete, key }
}

/** The row of state that belongs to an object, joined to its table; the key has the same types in both, so its columns are compared as they are. */
export function stateJoin({ state, key }: Kept, of: string, as: string): { readonly table: string; readonly as: string; readonly kind: 'left'; readonly on: { readonly left: { readonly column: string; readonly of: string }; readonly right: { readonly column: string; readonly of: string } }[] } {
  return { table: state, as, kind: 'left', on: key.map(({ column }) => ({ left: { column, of }, right: { column, of: as } })) }
}

/** The condition that an object is there and not removed; undefined where what is removed is gone. */
export function isPresent(kept: Kept | undefined, of: string): Term | undefined {
  if (kept?.softDelete !== true) return undefined
  const as = `${of}^`
  const { table, on } = stateJoin(kept, of, as)
  const removed: Term = { op: '!=', of: [{ column: stateColumns.removedAt, of: as, type: 'instant' }, { value: null, type: 'instant' }], type: 'boolean' }
  return { op: 'not', of: [{ fold: 'exists', over: { table, as, on }, where: removed, type: 'boolean' }], type: 'boolean' }
}
