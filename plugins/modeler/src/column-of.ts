import type { LogicalType } from './codec.ts'
import type { Leaf } from './stored.ts'

/** A column in a plan: where it is, and what its values mean. */
export interface PlanColumn {
  readonly column: string
  readonly of: string
  readonly type?: LogicalType
}

export function columnOf({ column, codec: { type } }: Leaf, of: string): PlanColumn {
  return type === undefined ? { column, of } : { column, of, type }
}
