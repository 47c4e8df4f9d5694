import { LRUCache } from 'lru-cache'
import type { Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import { ClassSight } from './class-sight.ts'
import type { Classes } from './classes.ts'
import type { Computed } from './computed.ts'
import type { Policy, PolicyCaller } from './policy.ts'
import type { Rule } from './rule.ts'

const rememberedCallers = 500

/** The classes as each caller sees them. */
export class Sights {
  readonly #everything: Classes
  readonly #policies: ReadonlyMap<string, Policy>
  readonly #byCaller = new WeakMap<PolicyCaller, Classes>()
  /** Callers that can do the same see the same. */
  readonly #sights = new LRUCache<string, Classes>({ max: rememberedCallers })

  /** @param everything the classes without policies */
  constructor(everything: Classes, policies: ReadonlyMap<string, Policy>) {
    this.#everything = everything
    this.#policies = policies
  }

  /** What a caller sees; the same for the same identity with the same permissions. */
  of(caller: PolicyCaller): Classes {
    if (this.#policies.size === 0) return this.#everything
    const known = this.#byCaller.get(caller)
    if (known) return known
    const { component, identity, permissions } = caller
    const key = JSON.stringify([component, identity, permissions.toSorted()])
    const sight = this.#sights.get(key) ?? new Sight(this.#everything, this.#policies, { component, identity, permissions }, `${this.#everything.id} ${key}`)
    this.#sights.set(key, sight)
    this.#byCaller.set(caller, sight)
    return sight
  }
}

class Sight implements Classes {
  readonly id: string
  readonly #everything: Classes
  readonly #policies: ReadonlyMap<string, Policy>
  readonly #caller: PolicyCaller
  readonly #known = new Map<string, ClassSight>()

  constructor(everything: Classes, policies: ReadonlyMap<string, Policy>, caller: PolicyCaller, id: string) {
    this.id = id
    this.#everything = everything
    this.#policies = policies
    this.#caller = caller
  }

  get(name: string): BusinessClass {
    return this.#everything.get(name)
  }

  condition(one: BusinessClass, source: string): Term {
    return this.#everything.condition(one, source)
  }

  computed(one: BusinessClass): ReadonlyMap<string, Computed> {
    return this.#everything.computed(one)
  }

  rules(one: BusinessClass): readonly Rule[] {
    return this.#everything.rules(one)
  }

  sight(one: BusinessClass): ClassSight | undefined {
    const policy = this.#policies.get(one.name)
    if (policy === undefined) return undefined
    const known = this.#known.get(one.name)
    if (known) return known
    const made = new ClassSight(one, policy, this.#caller, this.#everything)
    this.#known.set(one.name, made)
    return made
  }
}
