import type { Filter, Value } from '@caruso/storage/contract'
import type { LogicalType } from './codec.ts'
import { placeOf } from './part-table.ts'
import type { Leaf } from './stored.ts'

/** A column in a plan: where it is, and what its values mean. */
export interface PlanColumn {
  readonly column: string
  readonly of: string
  readonly type?: LogicalType
}

/** @param table what the plan names the table of the class */
export function columnOf(leaf: Leaf, table: string): PlanColumn {
  const { column, codec: { type } } = leaf
  const of = placeOf(leaf, table)
  return type === undefined ? { column, of } : { column, of, type }
}

/** The condition that a column holds a value, or null. */
export function equals(leaf: Leaf, table: string, value: Value): Filter {
  const { column, codec: { type } } = leaf
  const of = placeOf(leaf, table)
  return type === undefined ? { column, of, op: '==', value } : { column, of, type, op: '==', value }
}
