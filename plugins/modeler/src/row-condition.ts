import type { Term } from '@caruso/expression'
import type { Term as StorageTerm } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { columnOf } from './column-of.ts'
import { columnTerm } from './column-term.ts'
import { PathResolver, type Join } from './path-resolver.ts'

/** What begins the names of tables that only conditions of policies look at, so that no path of a request meets them. */
const mark = '!'

/** A condition over the rows of a table, and the tables that have to be joined for it. */
export interface RowCondition {
  readonly joins: readonly Join[]
  readonly term: StorageTerm
  readonly classes: Iterable<BusinessClass>
}

/** The condition of a policy over the class's table, which the plan names `of`. */
export function rowCondition(term: Term, one: BusinessClass, of: string, classes: SeenClasses): RowCondition {
  const resolver = new PathResolver(one, classes, { of, prefix: mark })
  const made = columnTerm(term, resolver, classes, `${mark}${of}`)
  return { joins: resolver.joins, term: made, classes: resolver.classes }
}

/** The same without joins, as the condition of a join has to be: where it needs them, it asks for the row once more. */
export function termAt(term: Term, one: BusinessClass, as: string, classes: SeenClasses): StorageTerm {
  const { joins, term: made } = rowCondition(term, one, as, classes)
  if (joins.length === 0) return made
  // With two marks, since a join that the policy of the first table needs may have the name with one.
  const again = `${mark}${mark}${as}`
  const inner = rowCondition(term, one, again, classes)
  const on = one.keyLeaves.map((leaf) => ({ left: columnOf(leaf, as), right: columnOf(leaf, again) }))
  return { fold: 'exists', over: { table: one.table, as: again, joins: [...inner.joins], on }, where: inner.term, type: 'boolean' }
}
