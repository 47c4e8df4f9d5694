import type { Cell, Step } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import { columnNames } from './column-values.ts'
import { keyId } from './key-name.ts'
import { own } from './path-resolver.ts'
import type { RowCondition } from './row-condition.ts'
import type { Rule } from './rule.ts'
import { typesOf } from './step-types.ts'

/** What the columns of a key hold, in order; some of it an earlier step generates. */
export type CheckedKey = readonly Cell[]

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
  /** What is checked, and for each the change that it is checked for. */
  readonly keys: readonly CheckedKey[]
  readonly changes: readonly number[]
}

interface Collected {
  readonly check: Omit<PolicyCheck, 'keys' | 'changes'>
  readonly condition: RowCondition
  readonly keys: CheckedKey[]
  readonly changes: number[]
}

/** Collects checks; those of one kind, class and action are one step. */
export class PolicyChecks {
  readonly #collected: Collected[] = []

  add(kind: PolicyCheck['kind'], one: BusinessClass, action: PolicyCheck['action'], condition: RowCondition, change: number, key: CheckedKey): void {
    const found = this.#find(kind, one, action, undefined) ?? this.#begin({ kind, class: one, action }, condition)
    found.keys.push(key)
    found.changes.push(change)
  }

  /** That a rule of the class holds for an object. */
  addRule(one: BusinessClass, rule: Rule, change: number, key: CheckedKey): void {
    const found = this.#find('rule', one, 'read', rule) ?? this.#begin({ kind: 'rule', class: one, action: 'read', rule }, rule.condition)
    found.keys.push(key)
    found.changes.push(change)
  }

  /** The steps, with the checks that they are. */
  *steps(): Generator<{ readonly step: Step; readonly check: PolicyCheck }> {
    for (const { check, condition, keys, changes } of this.#collected) {
      for (let from = 0; from < keys.length; from += checkedAtOnce) {
        const some = keys.slice(from, from + checkedAtOnce)
        yield { step: stepOf(check.class, condition, some), check: { ...check, keys: some, changes: changes.slice(from, from + checkedAtOnce) } }
      }
    }
  }

  /** There are few, of which each change asks for the same ones. */
  #find(kind: PolicyCheck['kind'], one: BusinessClass, action: PolicyCheck['action'], rule: Rule | undefined): Collected | undefined {
    for (const known of this.#collected) if (known.check.class === one && known.check.kind === kind && known.check.action === action && known.check.rule === rule) return known
    return undefined
  }

  #begin(check: Collected['check'], condition: RowCondition): Collected {
    const begun: Collected = { check, condition, keys: [], changes: [] }
    this.#collected.push(begun)
    return begun
  }
}

/** As many rows as one check of the storage may have. */
const checkedAtOnce = 10_000

function stepOf(one: BusinessClass, { joins, term }: RowCondition, keys: readonly CheckedKey[]): Step {
  const known = new Set<string | number>()
  const rows = keys.filter((key) => known.size < known.add(keyId(one, key)).size)
  return { check: one.table, as: own, joins: [...joins], columns: columnNames(one.keyLeaves), rows, ...typesOf(one.keyLeaves), where: { term }, expect: rows.length }
}
