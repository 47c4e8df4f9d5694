import type { KeyReference, Value } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { keyName } from './key-name.ts'
import { own } from './path-resolver.ts'
import type { CheckedKey, PolicyCheck } from './policy-check.ts'
import { typesOf } from './step-types.ts'
import { leavesOfKey } from './stored.ts'

/** Asks whether objects are there of which changes write other tables than their own; one step for changes that follow each other. */
export class ExistenceCheck {
  readonly step: { readonly check: string; readonly as: string; readonly rows: Record<string, Value | KeyReference>[]; readonly types: ReturnType<typeof typesOf>['types']; expect: number }
  readonly check: PolicyCheck & { readonly entries: { readonly change: number; readonly key: CheckedKey }[] }
  readonly #names = new Set<string>()

  constructor(one: BusinessClass) {
    this.step = { check: one.table, as: own, rows: [], ...typesOf(leavesOfKey(one)), expect: 0 }
    this.check = { kind: 'before', class: one, action: 'read', entries: [] }
  }

  add(change: number, key: CheckedKey): void {
    const name = keyName(this.check.class, key)
    if (this.#names.has(name)) return
    this.#names.add(name)
    this.check.entries.push({ change, key })
    this.step.rows.push(Object.fromEntries(key.map(({ leaf, value }) => [leaf.column, value])))
    this.step.expect++
  }
}
