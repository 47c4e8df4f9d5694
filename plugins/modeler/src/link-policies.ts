import { messageOf, nearest } from '@caruso/contract'
import { check, filter, type Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import type { Written } from './draft.ts'
import { everythingOf } from './everything.ts'
import { expressionClasses } from './expression-schema.ts'
import type { ComputedByClass } from './link-computed.ts'
import { Mistakes, type Mistake, type Origin } from './mistake.ts'
import { own } from './path-resolver.ts'
import { callerAttributes, callerName, listOf, type Grant, type Policy } from './policy.ts'
import type { PolicyDefinition } from './policy-schema.ts'
import { rowCondition } from './row-condition.ts'
import { partsOf } from './term-parts.ts'

/** Policies by class, and every mistake in them. */
export interface LinkedPolicies {
  readonly policies: ReadonlyMap<string, Policy>
  readonly mistakes: readonly Mistake[]
}

/**
 * Checks policies against the classes.
 *
 * @param declared classes that may come later, whose policies are checked then
 */
export function linkPolicies(written: readonly Written<PolicyDefinition>[], classes: ReadonlyMap<string, BusinessClass>, computed: ComputedByClass, declared: readonly string[]): LinkedPolicies {
  const mistakes = new Mistakes()
  const policies = new Map<string, Policy>()
  const linker = new PolicyLinker(classes, computed, mistakes)
  const seen = new Set<string>()
  for (const { value, origin } of written) {
    const one = classes.get(value.class)
    if (seen.has(value.class)) mistakes.add(origin, value.class, ['class'], { expected: 'every name once', found: `${JSON.stringify(value.class)} again` })
    else if (one) policies.set(value.class, linker.link(one, value, origin))
    else if (!declared.includes(value.class)) mistakes.add(origin, value.class, ['class'], { expected: 'the name of a class', found: JSON.stringify(value.class), suggestion: nearest(value.class, classes.keys()) })
    seen.add(value.class)
  }
  return { policies, mistakes: mistakes.list }
}

type Expressions = ReturnType<typeof expressionClasses>

class PolicyLinker {
  readonly #classes: ReadonlyMap<string, BusinessClass>
  readonly #computed: ComputedByClass
  readonly #everything: SeenClasses
  readonly #mistakes: Mistakes
  #known: Expressions | undefined

  constructor(classes: ReadonlyMap<string, BusinessClass>, computed: ComputedByClass, mistakes: Mistakes) {
    this.#classes = classes
    this.#computed = computed
    this.#everything = everythingOf(classes, computed)
    this.#mistakes = mistakes
  }

  link(one: BusinessClass, { allow, attributes = {} }: PolicyDefinition, origin: Origin): Policy {
    for (const name of Object.keys(attributes)) this.#restriction(one, name, origin)
    return {
      grants: Object.entries(allow).map(([name, { may, permission, where }]): Grant => ({ may: typeof may === 'string' ? [may] : may, permissions: listOf(permission), where: where === undefined ? undefined : this.#condition(one, where, ['allow', name, 'where'], origin) })),
      restrictions: new Map(Object.entries(attributes).map(([name, { see, change }]) => [name, { see: listOf(see), change: listOf(change) }])),
    }
  }

  #restriction(one: BusinessClass, name: string, origin: Origin): void {
    const known = [...one.attributes.keys(), ...one.relations.keys(), ...this.#everything.computed(one).keys()]
    const always = [...one.key, ...(one.locking ? [one.locking] : [])].map((attribute) => attribute.name)
    if (!known.includes(name)) this.#mistakes.add(origin, one.name, ['attributes', name], { of: 'key', expected: `an attribute or a relation of ${one.name}`, found: JSON.stringify(name), suggestion: nearest(name, known) })
    else if (always.includes(name)) this.#mistakes.add(origin, one.name, ['attributes', name], { of: 'key', expected: 'an attribute that is neither the key nor the counter of changes, which every change needs', found: JSON.stringify(name) })
  }

  #condition(one: BusinessClass, source: string, path: readonly string[], origin: Origin): Term | undefined {
    try {
      if (one.attributes.has(callerName) || one.relations.has(callerName)) throw new TypeError(`"${callerName}" is whoever asks, and ${one.name} has an attribute of that name`)
      const classes = (this.#known ??= expressionClasses(this.#classes.values(), this.#computed))
      const term = check(source, { names: { ...classes[one.name], [callerName]: { object: callerName } }, classes: { ...classes, [callerName]: callerAttributes } }, 'boolean')
      // What the database cannot tell shows with somebody who may nothing, or with somebody who may all that is named.
      for (const permissions of [[], [...textsIn(term), '?']]) rowCondition(filter(term, { [callerName]: { component: '?', identity: '?', permissions } }), one, own, this.#everything)
      return term
    } catch (error) {
      this.#mistakes.add(origin, one.name, path, { expected: `a condition over ${one.name} and ${callerName}`, found: `a mistake: ${messageOf(error)}` })
      return { value: false, type: 'boolean' }
    }
  }
}

function textsIn(term: Term): string[] {
  if ('value' in term) return typeof term.value === 'string' ? [term.value] : []
  return partsOf(term).flatMap(textsIn)
}
