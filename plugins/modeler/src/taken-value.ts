import type { Call, Client } from '@caruso/contract'
import type { Storage, Value } from '@caruso/storage/contract'
import { columnOf } from './column-of.ts'
import { isKeyOf } from './object-values.ts'
import { inItsTable } from './part-table.ts'
import { own } from './path-resolver.ts'
import type { Planned } from './planned.ts'
import type { Leaf } from './stored.ts'

/** The attribute of which a change wants a value that another object has; found by asking, the same on every database. */
export async function takenValue(storage: Client<typeof Storage>, planned: readonly Planned[], hidden: ReadonlySet<string>, call: Call): Promise<{ readonly attribute: string; readonly value: unknown } | undefined> {
  const one = planned[0]?.class
  if (!one) return undefined
  const single = one.key.length === 1 ? one.key : []
  for (const { name, stored } of [...single, ...[...one.attributes.values()].filter(({ definition }) => definition.unique === true)]) {
    if (stored.kind !== 'leaf' || hidden.has(name)) continue
    const wanted = planned.flatMap(({ values }) => known(values.get(stored)))
    const twice = wanted.find((value, index) => wanted.indexOf(value) < index)
    if (twice !== undefined) return { attribute: name, value: stored.codec.decode(twice) }
    const found = await firstOf(storage, one.source, stored.part?.table ?? one.table, inItsTable(stored), wanted, call)
    if (found !== undefined && found !== null) return { attribute: name, value: stored.codec.decode(found) }
  }
  return undefined
}

function known(value: unknown): Value[] {
  return value === undefined || value === null || isKeyOf(value) ? [] : [value as Value]
}

async function firstOf(storage: Client<typeof Storage>, source: string, from: string, leaf: Leaf, wanted: readonly Value[], call: Call): Promise<Value | undefined> {
  if (wanted.length === 0) return undefined
  const at = columnOf(leaf, own)
  const { rows } = await storage.query({ source, from, as: own, columns: [{ ...at, as: 'found' }], where: { ...at, in: wanted }, limit: 1 }, call)
  return rows[0]?.['found']
}
