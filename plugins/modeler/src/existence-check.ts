import type { BusinessClass } from './business-class.ts'
import { namesOf, type Cell } from './column-values.ts'
import { keyId } from './key-name.ts'
import { own } from './path-resolver.ts'
import type { CheckedKey, PolicyCheck } from './policy-check.ts'
import { typesOf } from './step-types.ts'
import { leavesOfKey } from './stored.ts'

/** Asks whether objects are there of which changes write other tables than their own; one step for changes that follow each other. */
export class ExistenceCheck {
  readonly step: { readonly check: string; readonly as: string; readonly columns: readonly string[]; readonly rows: Cell[][]; readonly types: ReturnType<typeof typesOf>['types']; expect: number }
  readonly check: PolicyCheck & { readonly entries: { readonly change: number; readonly key: CheckedKey }[] }
  readonly #ids = new Set<string | number>()

  constructor(one: BusinessClass) {
    const leaves = leavesOfKey(one)
    this.step = { check: one.table, as: own, columns: namesOf(leaves), rows: [], ...typesOf(leaves), expect: 0 }
    this.check = { kind: 'before', class: one, action: 'read', entries: [] }
  }

  add(change: number, key: CheckedKey): void {
    const id = keyId(key)
    if (this.#ids.has(id)) return
    this.#ids.add(id)
    this.check.entries.push({ change, key })
    this.step.rows.push(key.map(({ value }) => value))
    this.step.expect++
  }
}
