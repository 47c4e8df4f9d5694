import type { Row } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { PlanColumn } from './column-of.ts'
import { firstVersion, removedName, stateColumns, stateJoin, versionName } from './kept.ts'
import { own, type Join } from './path-resolver.ts'
import type { Removed } from './removed.ts'
import type { BusinessObject } from './row-mapper.ts'

/** The name of a class's table of states in a plan, and what the names of its columns in rows begin with. */
const state = '^'

/** What objects have beside their attributes, in a plan and in their rows. */
interface StateOf {
  readonly columns: readonly (PlanColumn & { readonly as: string })[]
  readonly joins: readonly Join[]
  put(object: BusinessObject, row: Row): void
}

/** How often an object was changed, where its class says so, and when and by whom it was removed, where that is asked for. */
export function stateOf({ kept }: BusinessClass, removed: Removed | undefined): StateOf | undefined {
  if (kept === undefined || (!kept.locking && removed === undefined)) return undefined
  return {
    columns: [
      ...(kept.locking ? [{ column: stateColumns.version, of: state, type: 'integer', as: '^version' } as const] : []),
      ...(removed === undefined ? [] : ([{ column: stateColumns.removedAt, of: state, type: 'instant', as: '^at' }, { column: stateColumns.removedBy, of: state, type: 'text', as: '^by' }] as const)),
    ],
    joins: [stateJoin(kept, own, state)],
    put: (object, row) => {
      if (kept.locking) object[versionName] = row['^version'] ?? firstVersion
      if (removed !== undefined) object[removedName] = (row['^at'] ?? null) === null ? null : { at: row['^at'], by: row['^by'] ?? null }
    },
  }
}
