import type { Table } from '../../catalogue.ts'
import type { Filter, Plan, Row } from '../../contract.ts'

/**
 * The plan of the rows after the last of a page, where a plan reads one table in the order of its key, which is one
 * number: the next page then begins where this one ended. Undefined for every other plan.
 */
export function nextPage(plan: Plan, table: Table, last: Row): Plan | undefined {
  const key = keyOf(plan, table)
  const name = key === undefined ? undefined : nameOf(plan, key)
  if (key === undefined || name === undefined) return undefined
  const after: Filter = { column: key, of: plan.as ?? plan.from, op: '>', value: last[name] ?? null, type: 'integer' }
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
