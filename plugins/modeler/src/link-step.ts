import type { Cell, Step } from '@caruso/storage/contract'
import type { Relation } from './business-class.ts'
import { equals } from './column-of.ts'
import { isKeyOf } from './object-values.ts'
import type { CheckedKey } from './policy-check.ts'
import { typesOf } from './step-types.ts'
import type { Leaf } from './stored.ts'

/** The step that links two objects by a row of a table of links, or takes that row away. */
export function linkStep(isNew: boolean, relation: Relation, link: NonNullable<Relation['link']>, ends: readonly [CheckedKey, CheckedKey]): Step {
  const columns = columnsOf(relation, link, ends)
  const { table } = link
  if (isNew) return { insert: table, rows: [Object.fromEntries(columns.map(({ leaf, value }) => [leaf.column, value]))], ...typesOf(columns.map(({ leaf }) => leaf)) }
  return { remove: table, where: { and: columns.map(({ leaf, value }) => equals(leaf, table, isKeyOf(value) ? null : value)) }, expect: 1 }
}

function columnsOf({ pairs }: Relation, link: NonNullable<Relation['link']>, [near, far]: readonly [CheckedKey, CheckedKey]): { readonly leaf: Leaf; readonly value: Cell }[] {
  const columns = (of: Relation['pairs'], key: CheckedKey): ReturnType<typeof columnsOf> => of.map(({ other }, index) => ({ leaf: other, value: key[index] ?? null }))
  return [...columns(pairs, near), ...columns(link.pairs, far)]
}
