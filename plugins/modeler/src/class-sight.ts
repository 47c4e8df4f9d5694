import { filter, type Term } from '@caruso/expression'
import type { Term as StorageTerm } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { callerName, isPermitted, type Policy, type PolicyCaller } from './policy.ts'
import type { Action } from './policy-schema.ts'
import { own } from './path-resolver.ts'
import { rowCondition, termAt, type RowCondition } from './row-condition.ts'
import { attributesIn, dependsOn } from './term-names.ts'

/** What one caller may see and do of a class that has a policy. */
export class ClassSight {
  /** Attributes and relations that the caller does not see. */
  readonly hidden: ReadonlySet<string>
  /** Attributes and relations that the caller sees and may not set. */
  readonly fixed: ReadonlySet<string>
  readonly #class: BusinessClass
  readonly #policy: Policy
  readonly #caller: PolicyCaller
  readonly #everything: SeenClasses
  // A commit asks the same for each of its changes, so whatever is made of the policy is made once.
  readonly #terms = new Map<string, Term>()
  readonly #conditions = new Map<Term, RowCondition>()
  readonly #to = new Map<Action, RowCondition | undefined>()
  readonly #only = new Map<Action, RowCondition | undefined>()
  readonly #attributes = new Map<Term, readonly string[]>()
  /** By the place in plans. */
  readonly #joined = new Map<string, StorageTerm>()

  /** @param everything the classes as conditions of policies see them: without policies */
  constructor(one: BusinessClass, policy: Policy, caller: PolicyCaller, everything: SeenClasses) {
    this.#class = one
    this.#policy = policy
    this.#caller = caller
    this.#everything = everything
    const restricted = [...policy.restrictions]
    this.hidden = new Set(restricted.flatMap(([name, { see }]) => (isPermitted(see, caller) ? [] : [name])))
    this.fixed = new Set(restricted.flatMap(([name, { change }]) => (isPermitted(change, caller) ? [] : [name])))
  }

  /** The condition over its objects that all of this is allowed; two-valued, over the attributes only. */
  may(...actions: readonly Action[]): Term {
    const [only] = actions
    return actions.length === 1 && only !== undefined ? this.#may(only) : this.#once(actions.join(' '), () => allOf(actions.map((action) => this.#may(action))))
  }

  /** Whether all of this is allowed with every object. */
  mayAlways(...actions: readonly Action[]): boolean {
    return isConstant(this.may(...actions), true)
  }

  /** Whether any of this is allowed with no object. */
  mayNever(...actions: readonly Action[]): boolean {
    return isConstant(this.may(...actions), false)
  }

  /** What holds for the rows of the class's own table that the caller sees; undefined for all. */
  get rows(): RowCondition | undefined {
    return this.mayAlways('read') ? undefined : this.#own(this.may('read'))
  }

  /** The same for the class's table under another name in a plan. */
  rowsAt(of: string): RowCondition {
    return rowCondition(this.may('read'), this.#class, of, this.#everything)
  }

  /** What holds for the rows that the caller sees and may change so; undefined for all. */
  rowsTo(action: Action): RowCondition | undefined {
    return this.#to.has(action) ? this.#to.get(action) : this.#rowsOf(this.#to, action, this.may('read', action))
  }

  /** What holds for the rows of which this is allowed, whether the caller sees them or not; undefined for all. */
  rowsOnly(action: Action): RowCondition | undefined {
    return this.#only.has(action) ? this.#only.get(action) : this.#rowsOf(this.#only, action, this.may(action))
  }

  /** Whether something may be allowed before these attributes are set and not after, or the other way round. */
  dependsOn(action: Action, attributes: readonly string[]): boolean {
    const term = this.#may(action)
    const asked = this.#attributes.get(term) ?? attributesIn(term, this.#class, this.#everything)
    this.#attributes.set(term, asked)
    return dependsOn(asked, this.#class, attributes)
  }

  /** The same as one term, for a join that leads there; undefined for all. */
  joined(as: string): StorageTerm | undefined {
    if (this.mayAlways('read')) return undefined
    const known = this.#joined.get(as)
    if (known) return known
    const made = termAt(this.may('read'), this.#class, as, this.#everything)
    this.#joined.set(as, made)
    return made
  }

  #rowsOf(known: Map<Action, RowCondition | undefined>, action: Action, term: Term): RowCondition | undefined {
    const made = isConstant(term, true) ? undefined : this.#own(term)
    known.set(action, made)
    return made
  }

  /** Over the class's own table. */
  #own(term: Term): RowCondition {
    const made = this.#conditions.get(term) ?? rowCondition(term, this.#class, own, this.#everything)
    this.#conditions.set(term, made)
    return made
  }

  #may(action: Action): Term {
    return this.#terms.get(action) ?? this.#once(action, () => this.#granted(action))
  }

  #granted(action: Action): Term {
    const grants = this.#policy.grants.filter(({ may, permissions }) => may.includes(action) && isPermitted(permissions, this.#caller))
    const { component, identity, permissions } = this.#caller
    return anyOf(grants.map(({ where }) => (where ? filter(where, { [callerName]: { component, identity, permissions } }) : truth(true))))
  }

  #once(actions: string, make: () => Term): Term {
    const term = this.#terms.get(actions) ?? make()
    this.#terms.set(actions, term)
    return term
  }
}

function anyOf(terms: readonly Term[]): Term {
  return joinedBy('or', terms)
}

function allOf(terms: readonly Term[]): Term {
  return joinedBy('and', terms)
}

function joinedBy(op: 'and' | 'or', terms: readonly Term[]): Term {
  if (terms.some((term) => isConstant(term, op === 'or'))) return truth(op === 'or')
  // One grant of several actions says the same of each.
  const open = [...new Map(terms.flatMap((term) => ('value' in term ? [] : [[JSON.stringify(term), term] as const]))).values()]
  const [only] = open
  if (only === undefined) return truth(op === 'and')
  return open.length === 1 ? only : { op, of: open, type: 'boolean' }
}

function truth(value: boolean): Term {
  return { value, type: 'boolean' }
}

function isConstant(term: Term, value: boolean): boolean {
  return 'value' in term && (term.value === true) === value
}
