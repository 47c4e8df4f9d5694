import type { Plan } from '@caruso/storage/contract'
import type { Leaf } from './stored.ts'

type Join = NonNullable<Plan['joins']>[number]

/** Another table of a class, which has at most one row for each of its objects. */
export interface PartTable {
  /** What the mapping calls it. */
  readonly name: string
  readonly table: string
  /** The columns of the class's key with those there that hold it. */
  readonly pairs: readonly { readonly own: Leaf; readonly other: Leaf }[]
  /** Its row may be missing; it is made with the first value. */
  readonly optional: boolean
  /** Nothing is written to it. */
  readonly readonly: boolean
}

/** The table in a plan that a column is in, where the plan names the class's own table `of`. */
export function placeOf({ part }: Leaf, of: string): string {
  return part === undefined ? of : `${of}/${part.name}`
}

/** Puts the row of another table of the class beside that of its own. */
export function partJoin({ name, table, pairs }: PartTable, of: string): Join {
  const as = `${of}/${name}`
  const typed = ({ column, codec: { type } }: Leaf, place: string): Join['on'][number]['left'] => ({ column, of: place, ...(type === undefined ? {} : { type }) })
  return { table, as, kind: 'left', on: pairs.map(({ own, other }) => ({ left: typed(own, of), right: typed(other, as) })) }
}

/** The other tables that columns are in. */
export function partsOf(leaves: Iterable<Leaf>): Set<PartTable> {
  const parts = new Set<PartTable>()
  for (const { part } of leaves) if (part !== undefined) parts.add(part)
  return parts
}

/** The column as its own table has it, for statements about that table alone. */
export function inItsTable(leaf: Leaf): Leaf {
  if (leaf.part === undefined) return leaf
  const { part: _, ...alone } = leaf
  return alone
}

/** Each table once, where several ask for it. */
export function distinctJoins(joins: readonly Join[]): readonly Join[] {
  return joins.length < 2 ? joins : [...new Map(joins.map((join) => [join.as ?? join.table, join])).values()]
}
