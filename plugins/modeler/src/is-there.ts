import type { Call, Client } from '@caruso/contract'
import type { Cell, Storage, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { columnOf, equals } from './column-of.ts'
import { isKeyOf } from './object-values.ts'
import { own } from './path-resolver.ts'
import type { CheckedKey } from './policy-check.ts'
import type { RowCondition } from './row-condition.ts'

/** Whether there is an object with this key for which the condition holds. */
export async function isThere(storage: Client<typeof Storage>, one: BusinessClass, key: CheckedKey, condition: RowCondition | undefined, call: Call): Promise<boolean> {
  const columns = one.keyLeaves.map((leaf) => ({ ...columnOf(leaf, own), as: leaf.path }))
  const conditions = one.keyLeaves.map((leaf, index) => equals(leaf, own, valueIn(key[index])))
  const where = { and: condition ? [...conditions, { term: condition.term }] : conditions }
  const { rows } = await storage.query({ source: one.source, from: one.table, as: own, columns, joins: [...(condition?.joins ?? [])], where, limit: 1 }, call)
  return rows.length > 0
}

function valueIn(cell: Cell = null): Value {
  return isKeyOf(cell) ? null : cell
}
