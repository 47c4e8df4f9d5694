import type { Table } from '../../catalogue.ts'
import type { Filter, Plan, Value } from '../../contract.ts'

/** The key of a table, which is one number and in whose order a plan reads it: a page can begin where the one before ended. */
export interface PageKey {
  readonly column: string
  /** Its name in rows. */
  readonly name: string
}

/** Undefined for a plan that cannot be read in pages. */
export function pageKeyOf(plan: Plan, table: Table): PageKey | undefined {
  const column = keyOf(plan, table)
  const name = column === undefined ? undefined : nameOf(plan, column)
  return column === undefined || name === undefined ? undefined : { column, name }
}

/** The plan of the rows after one of a page; its key is the last value of the conditions. */
export function planAfter(plan: Plan, { column }: PageKey, last: Value): Plan {
  const after: Filter = { column, of: plan.as ?? plan.from, op: '>', value: last, type: 'integer' }
  return { ...plan, where: plan.where ? { and: [plan.where, after] } : after }
}

function keyOf({ from, as = from, joins = [], group, aggregates, offset, order = [] }: Plan, { key, columns }: Table): string | undefined {
  const [first] = order
  const [only] = key
  if (joins.length > 0 || group || aggregates || offset !== undefined || order.length !== 1 || key.length !== 1 || only === undefined) return undefined
  const found = columns.get(only)
  const ordered = first?.column === only && !first.desc && (first.of ?? as) === as && (first.type ?? 'integer') === 'integer'
  return ordered && found?.stored === 'integer' && !found.nullable ? only : undefined
}

/** The name in rows of a column that is read as a number. */
function nameOf({ from, as = from, columns }: Plan, key: string): string | undefined {
  if (columns === undefined) return key
  for (const entry of columns) {
    if (typeof entry === 'string' ? entry === key : 'column' in entry && entry.column === key && (entry.of ?? as) === as && (entry.type ?? 'integer') === 'integer') return typeof entry === 'string' ? key : (entry.as ?? key)
  }
  return undefined
}
