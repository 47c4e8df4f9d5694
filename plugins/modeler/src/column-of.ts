import type { Filter, Value } from '@caruso/storage/contract'
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

/** The condition that a column holds a value, or null. */
export function equals({ column, codec: { type } }: Leaf, of: string, value: Value): Filter {
  return type === undefined ? { column, of, op: '==', value } : { column, of, type, op: '==', value }
}
