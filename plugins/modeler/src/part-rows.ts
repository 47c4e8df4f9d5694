import type { Call, Client } from '@caruso/contract'
import type { Storage } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import { columnOf } from './column-of.ts'
import type { Change } from './contract.ts'
import { keyFilters } from './key-filters.ts'
import { keyValues } from './key-condition.ts'
import { keyName } from './key-name.ts'
import type { PartTable } from './part-table.ts'
import { own } from './path-resolver.ts'
import type { CheckedKey } from './policy-check.ts'
import { leavesOf } from './stored.ts'

type Key = Readonly<Record<string, unknown>>

/** Which objects have a row in the other tables of their class, as far as that was asked. */
export class PartRows {
  readonly #there = new Set<string>()

  has(one: BusinessClass, part: PartTable, key: CheckedKey): boolean {
    return this.#there.has(nameOf(one, part, key))
  }

  add(one: BusinessClass, part: PartTable, key: CheckedKey): void {
    this.#there.add(nameOf(one, part, key))
  }

  remove(one: BusinessClass, part: PartTable, key: CheckedKey): void {
    this.#there.delete(nameOf(one, part, key))
  }
}

/** The keys of objects of which changes write rows that may be missing, or remove any. */
export function uncertainRows(changes: readonly Change[], classes: Classes): ReadonlyMap<PartTable, { readonly class: BusinessClass; readonly keys: readonly Key[] }> {
  const found = new Map<PartTable, { readonly class: BusinessClass; readonly keys: Key[] }>()
  for (const change of changes) {
    if (!('update' in change) && !('remove' in change)) continue
    const one = classes.get('update' in change ? change.update : change.remove)
    for (const part of one.parts) {
      if (part.readonly || ('update' in change ? !part.optional || !isIn(one, part, Object.keys(change.set)) : one.kept?.softDelete === true)) continue
      const known = found.get(part) ?? { class: one, keys: [] }
      known.keys.push(change.key)
      found.set(part, known)
    }
  }
  return found
}

/** Looks which rows there are; one statement for each table. */
export async function readPartRows(storage: Client<typeof Storage>, uncertain: ReturnType<typeof uncertainRows>, call: Call): Promise<PartRows> {
  const found = new PartRows()
  for (const [part, { class: one, keys }] of uncertain) {
    const columns = part.pairs.map(({ other }) => ({ ...columnOf(other, own), as: other.path }))
    for (const where of keyFilters(part.pairs.map(({ other }) => other), keys.map((key) => keyValues(one, key, 'Changed an object')))) {
      const { rows } = await storage.query({ source: one.source, from: part.table, as: own, columns, where }, call)
      for (const row of rows) found.add(one, part, part.pairs.map(({ other }) => row[other.path] ?? null))
    }
  }
  return found
}

function isIn(one: BusinessClass, part: PartTable, names: readonly string[]): boolean {
  return names.some((name) => {
    const stored = one.attributes.get(name)?.stored
    return stored !== undefined && leavesOf(stored).some((leaf) => leaf.part === part)
  })
}

function nameOf(one: BusinessClass, part: PartTable, key: CheckedKey): string {
  return `${part.name} ${keyName(one, key)}`
}
