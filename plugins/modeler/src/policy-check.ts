import type { Step } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { namesOf, type Cell } from './column-values.ts'
import { keyId } from './key-name.ts'
import { own } from './path-resolver.ts'
import type { RowCondition } from './row-condition.ts'
import type { Rule } from './rule.ts'
import { typesOf } from './step-types.ts'
import { leavesOfKey, type Leaf } from './stored.ts'

/** The columns of a key with their values, some of which an earlier step generates. */
export type CheckedKey = readonly { readonly leaf: Leaf; readonly value: Cell }[]

/**
 * What a policy asks of some objects in a transaction: that they may be changed as they are (`before`), that they may
 * be so afterwards (`after`), or that others may be referred to (`reference`); or that a rule holds afterwards (`rule`).
 */
export interface PolicyCheck {
  readonly kind: 'before' | 'after' | 'reference' | 'rule'
  /** The class of the objects. */
  readonly class: BusinessClass
  readonly action: 'create' | 'update' | 'remove' | 'read'
  readonly rule?: Rule
  readonly entries: readonly { readonly change: number; readonly key: CheckedKey }[]
}

/** Collects checks; those of one kind, class and action are one step. */
export class PolicyChecks {
  readonly #checks = new Map<string, { readonly check: PolicyCheck; readonly entries: { readonly change: number; readonly key: CheckedKey }[]; readonly condition: RowCondition }>()

  add(kind: PolicyCheck['kind'], one: BusinessClass, action: PolicyCheck['action'], condition: RowCondition, change: number, key: CheckedKey): void {
    this.#add(`${kind} ${action} ${one.name}`, { kind, class: one, action }, condition, { change, key })
  }

  /** That a rule of the class holds for an object. */
  addRule(one: BusinessClass, rule: Rule, change: number, key: CheckedKey): void {
    this.#add(`rule ${rule.name} ${one.name}`, { kind: 'rule', class: one, action: 'read', rule }, rule.condition, { change, key })
  }

  /** The steps, with the checks that they are. */
  *steps(): Generator<{ readonly step: Step; readonly check: PolicyCheck }> {
    for (const { check, entries, condition } of this.#checks.values()) {
      for (let from = 0; from < entries.length; from += checkedAtOnce) {
        const some = entries.slice(from, from + checkedAtOnce)
        yield { step: stepOf(check.class, condition, some.map(({ key }) => key)), check: { ...check, entries: some } }
      }
    }
  }

  #add(name: string, what: Omit<PolicyCheck, 'entries'>, condition: RowCondition, entry: PolicyCheck['entries'][number]): void {
    const known = this.#checks.get(name)
    if (known) {
      known.entries.push(entry)
      return
    }
    const entries = [entry]
    this.#checks.set(name, { check: { ...what, entries }, entries, condition })
  }
}

/** As many rows as one check of the storage may have. */
const checkedAtOnce = 10_000

function stepOf(one: BusinessClass, { joins, term }: RowCondition, keys: readonly CheckedKey[]): Step {
  const rows = new Map<string | number, Cell[]>()
  for (const key of keys) rows.set(keyId(key), key.map(({ value }) => value))
  const leaves = leavesOfKey(one)
  return { check: one.table, as: own, joins: [...joins], columns: namesOf(leaves), rows: [...rows.values()], ...typesOf(leaves), where: { term }, expect: rows.size }
}
