import type { LogicalType } from './codec.ts'
import { hasLeaves, type ColumnValues } from './object-values.ts'
import type { Leaf } from './stored.ts'

/** What the values of a step mean, by column. */
export function typesOf(leaves: readonly Leaf[]): { readonly types: Readonly<Record<string, LogicalType>> } {
  return { types: Object.fromEntries(leaves.flatMap(({ column, codec: { type } }) => (type === undefined ? [] : [[column, type] as const]))) }
}

/** The types of changes of the same columns, which follow each other and share them. */
export class SharedTypes {
  #last: { readonly leaves: readonly Leaf[]; readonly types: ReturnType<typeof typesOf>['types'] } | undefined

  of(columns: ColumnValues): ReturnType<typeof typesOf>['types'] {
    if (this.#last === undefined || !hasLeaves(columns, this.#last.leaves)) {
      const leaves = [...columns.keys()]
      this.#last = { leaves, ...typesOf(leaves) }
    }
    return this.#last.types
  }
}
