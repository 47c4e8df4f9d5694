import type { LogicalType } from './codec.ts'
import type { Leaf } from './stored.ts'

/** What the values of a step mean, by column. */
export function typesOf(leaves: readonly Leaf[]): { readonly types: Readonly<Record<string, LogicalType>> } {
  return { types: Object.fromEntries(leaves.flatMap(({ column, codec: { type } }) => (type === undefined ? [] : [[column, type] as const]))) }
}
