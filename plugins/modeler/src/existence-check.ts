import type { BusinessClass } from './business-class.ts'
import { columnNames } from './column-values.ts'
import { keyId } from './key-name.ts'
import { own } from './path-resolver.ts'
import type { CheckedKey, PolicyCheck } from './policy-check.ts'
import { typesOf } from './step-types.ts'

/** Asks whether objects are there of which changes write other tables than their own; one step for changes that follow each other. */
export class ExistenceCheck {
  readonly step: { readonly check: string; readonly as: string; readonly columns: readonly string[]; readonly rows: CheckedKey[]; readonly types: ReturnType<typeof typesOf>['types']; expect: number }
  readonly check: PolicyCheck & { readonly keys: CheckedKey[]; readonly changes: number[] }
  readonly #ids = new Set<string | number>()

  constructor(one: BusinessClass) {
    this.step = { check: one.table, as: own, columns: columnNames(one.keyLeaves), rows: [], ...typesOf(one.keyLeaves), expect: 0 }
    this.check = { kind: 'before', class: one, action: 'read', keys: [], changes: [] }
  }

  add(change: number, key: CheckedKey): void {
    const id = keyId(this.check.class, key)
    if (this.#ids.has(id)) return
    this.#ids.add(id)
    this.check.keys.push(key)
    this.check.changes.push(change)
    this.step.rows.push(key)
    this.step.expect++
  }
}
