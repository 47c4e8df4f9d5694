import type { Filter, Value } from '@caruso/storage/contract'
import { columnOf, equals } from './column-of.ts'
import { limits } from './limits.ts'
import { own } from './path-resolver.ts'
import type { Leaf } from './stored.ts'

/** So many conditions on parts of keys one filter may have. */
const partsAtOnce = 200

/** Conditions that together ask for all keys, whose columns are in the table that the plan begins with. */
export function keyFilters(key: readonly Leaf[], values: readonly (readonly Value[])[]): Filter[] {
  const [only] = key
  const atOnce = key.length === 1 ? limits.objects : Math.floor(partsAtOnce / key.length)
  const filters: Filter[] = []
  for (let from = 0; from < values.length; from += atOnce) {
    const some = values.slice(from, from + atOnce)
    if (key.length === 1 && only) filters.push({ ...columnOf(only, own), in: [...new Set(some.map(([value = null]) => value))] })
    else filters.push({ or: some.map((parts) => ({ and: key.map((leaf, index) => equals(leaf, own, parts[index] ?? null)) })) })
  }
  return filters
}
