import type { Step } from '@caruso/storage/contract'
import type { Attribute, BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import type { Change } from './contract.ts'
import { ModelerError } from './errors.ts'
import { keyValues } from './key-condition.ts'
import { KeySet } from './key-name.ts'
import { isKeyOf } from './object-values.ts'
import { mayLeadToHidden, otherEnd, requireSeen } from './path-resolver.ts'
import { PolicyChecks, type CheckedKey, type PolicyCheck } from './policy-check.ts'
import { leavesOf, type Stored } from './stored.ts'
import { dependsOn } from './term-names.ts'

/**
 * What the policies and rules of classes ask of the changes of one commit. Objects are checked as they are before all changes,
 * and as they are after all; what an earlier change of the commit creates is the caller's own.
 */
export class ChangePolicy {
  readonly #classes: Classes
  readonly #before = new PolicyChecks()
  readonly #after = new PolicyChecks()
  /** Objects whose keys changes give: that were made so far, and that are gone after all changes. */
  readonly #made = new KeySet()
  readonly #removed = new KeySet()
  readonly #known = new Map<BusinessClass, Restrictions>()

  /** @throws ModelerError `ATTRIBUTE_HIDDEN`, `NOT_ALLOWED` for what no object would allow */
  constructor(changes: readonly Change[], classes: Classes) {
    this.#classes = classes
    for (const change of changes) this.#endOf(change)
    for (let index = 0; index < changes.length; index++) {
      const change = changes[index]
      if (change === undefined) continue
      if ('create' in change) this.#create(index, change)
      else if ('update' in change) this.#update(index, change)
      else if ('remove' in change) this.#gone(index, classes.get(change.remove), change.key, change.seen)
      else if ('restore' in change) this.#restore(index, classes.get(change.restore), change.key)
      else this.#link(index, change)
    }
  }

  /** The checks that go before all changes. */
  get before(): Iterable<{ readonly step: Step; readonly check: PolicyCheck }> {
    return this.#before.steps()
  }

  /** The checks that go after all changes. @param created the keys of what changes create, by the change */
  after(created: Iterable<{ readonly change: number; readonly class: BusinessClass; readonly key: CheckedKey }>): Iterable<{ readonly step: Step; readonly check: PolicyCheck }> {
    for (const { change, class: one, key } of created) {
      if (!this.#isChecked(one) || this.#removed.has(one, key)) continue
      const sight = this.#classes.sight(one)
      const condition = sight?.rowsOnly('create')
      if (condition) this.#after.add('after', one, 'create', condition, change, key)
      for (const rule of this.#classes.rules(one)) this.#after.addRule(one, rule, change, key)
    }
    return this.#after.steps()
  }

  #isChecked(one: BusinessClass): boolean {
    return this.#classes.sight(one) !== undefined || this.#classes.rules(one).length > 0
  }

  /** Whether what a change leaves is gone after the commit: an object may be removed, and another made with its key. */
  #endOf(change: Change): void {
    if ('remove' in change) {
      const one = this.#classes.get(change.remove)
      // What may be restored is not gone, and nothing looks at it when it is.
      if (this.#isChecked(one) && one.kept?.softDelete !== true) this.#removed.add(one, keyOf(one, change.key))
    } else if ('create' in change) {
      const one = this.#classes.get(change.create)
      if (!this.#removed.isEmpty && this.#isChecked(one) && hasKey(one, change.values)) this.#removed.delete(one, keyOf(one, change.values))
    }
  }

  #create(index: number, { create, values }: Extract<Change, { readonly create: string }>): void {
    const one = this.#classes.get(create)
    const sight = this.#classes.sight(one)
    if (sight?.mayNever('create')) throw new ModelerError('NOT_ALLOWED', `Committed change ${index}, of class "${one.name}": its policy does not let the caller create objects`, { details: { change: index, class: one.name } })
    this.#values(index, one, values)
    if (sight && hasKey(one, values)) this.#made.add(one, keyOf(one, values))
  }

  #update(index: number, { update, key, set, seen }: Extract<Change, { readonly update: string }>): void {
    const one = this.#classes.get(update)
    const sight = this.#classes.sight(one)
    const at = this.#isChecked(one) ? keyOf(one, key) : undefined
    if (at) this.#existing(index, one, at, 'update', seen)
    this.#values(index, one, set)
    if (at === undefined || this.#removed.has(one, at)) return
    const condition = sight?.rowsOnly('update')
    if (condition && sight?.dependsOn('update', Object.keys(set))) this.#after.add('after', one, 'update', condition, index, at)
    for (const rule of this.#classes.rules(one)) if (dependsOn(rule.names, one, Object.keys(set))) this.#after.addRule(one, rule, index, at)
  }

  #link(index: number, change: Extract<Change, { readonly relation: string }>): void {
    const one = this.#classes.get('link' in change ? change.link : change.unlink)
    const relation = one.relations.get(change.relation)
    // What is no such relation is told by who makes the steps.
    if (!relation?.link) return
    const target = this.#classes.get(relation.target)
    this.#settable(one, change.relation)
    const [holder, far] = relation.link.reversed ? [target, one] : [one, target]
    const [holding, held] = relation.link.reversed ? [change.to, change.from] : [change.from, change.to]
    if (!isKeyOf(holding) && this.#classes.sight(holder)) this.#existing(index, holder, keyOf(holder, holding), 'update', {})
    if (!isKeyOf(held)) this.#referred(index, far, held)
  }

  #gone(index: number, one: BusinessClass, key: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>): void {
    if (this.#classes.sight(one)) this.#existing(index, one, keyOf(one, key), 'remove', seen)
  }

  /** While it was away, other applications have not been stopped from changing it, nor anybody from changing what it is related to. */
  #restore(index: number, one: BusinessClass, key: Readonly<Record<string, unknown>>): void {
    this.#gone(index, one, key, {})
    for (const rule of this.#classes.rules(one)) this.#after.addRule(one, rule, index, keyOf(one, key))
  }

  /** An object as it is may be changed. */
  #existing(index: number, one: BusinessClass, key: CheckedKey, action: 'update' | 'remove', seen: Readonly<Record<string, unknown>>): void {
    const sight = this.#classes.sight(one)
    if (!sight) return
    for (const name of sight.hidden) if (seen[name] !== undefined) requireSeen(this.#classes, one, name)
    const condition = sight.rowsTo(action)
    if (condition && !this.#made.has(one, key)) this.#before.add('before', one, action, condition, index, key)
  }

  #values(index: number, one: BusinessClass, values: Readonly<Record<string, unknown>>): void {
    const { refused, references } = this.#restrictions(one)
    for (const name of refused) if (values[name] !== undefined) this.#settable(one, name)
    for (const attribute of references) {
      const value = values[attribute.name]
      if (value !== undefined && value !== null && !isKeyOf(value)) this.#reference(index, attribute, attribute.definition.to, value)
    }
  }

  /** What is referred to is seen; that is asked before the database could tell whether it is there. */
  #reference(index: number, { stored }: Attribute, to: string, value: unknown): void {
    const target = this.#classes.get(to)
    const key = leavesOf(stored).map((leaf) => leaf.codec.encode(partOf(stored, leaf.path, value)))
    // What is no key is told by who reads the values.
    if (key.includes(undefined)) return
    this.#seen(index, target, key.map((value) => value ?? null))
  }

  #referred(index: number, target: BusinessClass, key: Readonly<Record<string, unknown>>): void {
    if (this.#classes.sight(target)?.mayAlways('read') === false) this.#seen(index, target, keyValues(target, key, 'Linked an object'))
  }

  #seen(index: number, target: BusinessClass, key: CheckedKey): void {
    const rows = this.#classes.sight(target)?.rows
    if (rows && !this.#made.has(target, key)) this.#before.add('reference', target, 'read', rows, index, key)
  }

  #settable(one: BusinessClass, name: string): void {
    requireSeen(this.#classes, one, name)
    if (this.#isFixed(one, name)) throw new ModelerError('NOT_ALLOWED', `Set "${name}" of class "${one.name}": its policy does not let the caller change it`, { details: { class: one.name, attribute: name } })
  }

  /** Links have two ends, and what holds for one holds for the other. */
  #isFixed(one: BusinessClass, name: string): boolean {
    if (this.#classes.sight(one)?.fixed.has(name) === true) return true
    const relation = one.relations.get(name)
    const there = relation?.link && this.#classes.sight(this.#classes.get(relation.target))?.fixed
    return relation !== undefined && there !== undefined && otherEnd(this.#classes, one, relation).some((end) => there.has(end))
  }

  #restrictions(one: BusinessClass): Restrictions {
    const known = this.#known.get(one)
    if (known) return known
    const sight = this.#classes.sight(one)
    const made = { refused: [...(sight?.hidden ?? []), ...(sight?.fixed ?? [])], references: [...one.attributes.values()].filter((attribute): attribute is ReferenceAttribute => mayLeadToHidden(this.#classes, one, attribute)) }
    this.#known.set(one, made)
    return made
  }
}

type ReferenceAttribute = Attribute & { readonly definition: { readonly type: 'reference'; readonly to: string } }

/** What may not be set at all, and the references that may lead to what the caller does not see. */
interface Restrictions {
  readonly refused: readonly string[]
  readonly references: readonly ReferenceAttribute[]
}

/** Whether the key is given, and not left to the database or another change. */
function hasKey(one: BusinessClass, values: Readonly<Record<string, unknown>>): boolean {
  return one.key.length > 0 && one.key.every(({ name }) => values[name] !== undefined && values[name] !== null && !isKeyOf(values[name]))
}

function keyOf(one: BusinessClass, key: Readonly<Record<string, unknown>>): CheckedKey {
  return keyValues(one, key, 'Changed an object')
}

/** The part of a value that is in one column. */
function partOf(stored: Stored, path: string, value: unknown): unknown {
  if (stored.kind === 'leaf' || typeof value !== 'object' || value === null) return value
  for (const [name, part] of stored.parts) if (path === part.path || path.startsWith(`${part.path}.`)) return partOf(part, path, Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : null)
  return null
}
