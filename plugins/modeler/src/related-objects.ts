import { codeOf, type Call, type Client } from '@caruso/contract'
import type { Filter, Plan, Row, Storage, Value } from '@caruso/storage/contract'
import { between, type Relation } from './business-class.ts'
import { columnOf } from './column-of.ts'
import { ModelerError } from './errors.ts'
import { linkTable, own } from './path-resolver.ts'
import type { FindPlan, RelatedPlan } from './find-plan.ts'
import { limits } from './limits.ts'
import type { BusinessObject } from './row-mapper.ts'

/** Keys that one statement asks for: so many that objects of one answer never need a second one. */
const keysAtOnce = limits.objects

/**
 * Puts related objects into objects: one statement per relation and level, however many objects there are.
 *
 * @param rows those that the objects were made of, in the same order
 */
export async function putRelated(storage: Client<typeof Storage>, plan: FindPlan, rows: readonly Row[], objects: readonly BusinessObject[], call: Call): Promise<void> {
  for (const related of plan.related) await putOne(storage, related, rows, objects, call)
}

async function putOne(storage: Client<typeof Storage>, related: RelatedPlan, rows: readonly Row[], objects: readonly BusinessObject[], call: Call): Promise<void> {
  const { relation, plan } = related
  const found = await relatedRows(storage, related, rows, call)
  const others = plan.mapper.mapAll(found)
  await putRelated(storage, plan, found, others, call)
  const theirs = relation.pairs.map(({ other }) => plan.nameOf(other, between(relation) ? linkTable : own))
  const byKey = new Map<Key, BusinessObject[]>()
  for (let index = 0; index < others.length; index++) {
    const key = keyOf(found[index] ?? {}, theirs)
    const other = others[index]
    const known = byKey.get(key)
    if (other && known) known.push(other)
    else if (other) byKey.set(key, [other])
  }
  const { ours } = related
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index]
    const belonging = byKey.get(keyOf(rows[index] ?? {}, ours))
    if (object) object[relation.name] = relation.many ? (belonging ?? []) : (belonging?.[0] ?? null)
  }
}

async function relatedRows(storage: Client<typeof Storage>, { relation, plan, ours, where }: RelatedPlan, rows: readonly Row[], call: Call): Promise<readonly Row[]> {
  const found: Row[] = []
  const keys = distinctKeys(rows, ours)
  for (let from = 0; from < keys.length; from += keysAtOnce) {
    const conditions = keyConditions(relation, keys.slice(from, from + keysAtOnce))
    for (const row of await allRows(storage, plan.planOf(relation, conditions, where), call)) found.push(row)
    if (found.length > limits.related) throw new ModelerError('REQUEST_INVALID', `Read relation "${relation.name}": found more than ${limits.related} objects of class "${relation.target}", so ask for fewer at once`)
  }
  return found
}

/** The keys of the objects by which others belong to them; those with a null belong to none. */
function distinctKeys(rows: readonly Row[], names: readonly string[]): (readonly Value[])[] {
  const keys = new Map<Key, readonly Value[]>()
  for (const row of rows) {
    const key = keyOf(row, names)
    if (keys.has(key)) continue
    const values = names.map((name) => row[name] ?? null)
    if (!values.includes(null)) keys.set(key, values)
  }
  return [...keys.values()]
}

/** With keys of several columns, what fits each column by itself: some rows too many, which belong to nobody here. */
function keyConditions(relation: Relation, keys: readonly (readonly Value[])[]): Filter[] {
  return relation.pairs.map(({ other }, index) => ({ ...columnOf(other, between(relation) ? linkTable : own), in: [...new Set(keys.map((key) => key[index] ?? null))] }))
}

async function allRows(storage: Client<typeof Storage>, plan: Plan, call: Call): Promise<readonly Row[]> {
  try {
    return (await storage.query(plan, call)).rows
  } catch (error) {
    if (codeOf(error) !== 'LIMIT_EXCEEDED') throw error
  }
  const rows: Row[] = []
  for await (const batch of storage.stream(plan, call)) {
    for (const row of batch.rows) rows.push(row)
    if (rows.length > limits.related) break
  }
  return rows
}

/** What tells the objects of a relation apart: a number for the most part, and null where there is none. */
type Key = string | number | null

function keyOf(row: Row, names: readonly string[]): Key {
  const [only] = names
  if (names.length === 1 && only !== undefined) return keyOfValue(row[only] ?? null)
  return JSON.stringify(names.map((name) => keyOfValue(row[name] ?? null)))
}

/** The same of a number and its digits, for of two columns one may hold these and the other those. */
function keyOfValue(value: Value): Key {
  if (typeof value === 'number' || value === null) return value
  if (typeof value !== 'string') return JSON.stringify(value)
  const number = Number(value)
  return String(number) === value ? number : value
}
