import { messageOf, nearest } from '@caruso/contract'
import { check, filter } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import type { Written } from './draft.ts'
import { everythingOf } from './everything.ts'
import { expressionClasses, schemaOf } from './expression-schema.ts'
import type { ComputedByClass } from './link-computed.ts'
import { Mistakes, type Mistake, type Origin } from './mistake.ts'
import type { ModelDefinition, RuleDefinition } from './model-schema.ts'
import { own } from './path-resolver.ts'
import { rowCondition } from './row-condition.ts'
import type { Rule } from './rule.ts'
import { attributesIn, namesIn } from './term-names.ts'

/** Rules by class, and every mistake in them. */
export interface LinkedRules {
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  readonly mistakes: readonly Mistake[]
}

/** Checks the rules of classes and of what extends them. */
export function linkRules(definitions: readonly Written<ModelDefinition>[], classes: ReadonlyMap<string, BusinessClass>, computed: ComputedByClass): LinkedRules {
  const linker = new RuleLinker(classes, computed)
  for (const { value, origin } of definitions) {
    if ('value' in value) continue
    const one = classes.get('class' in value ? value.class : value.extend)
    if (one) for (const [name, definition] of Object.entries(value.rules ?? {})) linker.add(one, name, definition, origin)
  }
  return { rules: linker.rules, mistakes: linker.mistakes.list }
}

class RuleLinker {
  readonly rules = new Map<string, Rule[]>()
  readonly mistakes = new Mistakes()
  readonly #classes: ReadonlyMap<string, BusinessClass>
  readonly #computed: ComputedByClass
  readonly #everything: SeenClasses
  #expressions: ReturnType<typeof expressionClasses> | undefined

  constructor(classes: ReadonlyMap<string, BusinessClass>, computed: ComputedByClass) {
    this.#classes = classes
    this.#computed = computed
    this.#everything = everythingOf(classes, computed)
  }

  add(one: BusinessClass, name: string, { must, message, attributes }: RuleDefinition, origin: Origin): void {
    const known = this.rules.get(one.name) ?? []
    if (known.some((rule) => rule.name === name)) this.mistakes.add(origin, one.name, ['rules', name], { of: 'key', expected: 'every name once in a class', found: `${JSON.stringify(name)} again` })
    for (const [index, attribute] of (attributes ?? []).entries()) {
      if (!one.attributes.has(attribute)) this.mistakes.add(origin, one.name, ['rules', name, 'attributes', String(index)], { expected: `an attribute of ${one.name}`, found: JSON.stringify(attribute), suggestion: nearest(attribute, one.attributes.keys()) })
    }
    const made = this.#rule(one, name, must, origin)
    if (made) this.rules.set(one.name, [...known, { ...made, message, attributes: attributes ?? [...made.names].filter((member) => one.attributes.has(member)) }])
  }

  #rule(one: BusinessClass, name: string, must: string, origin: Origin): Omit<Rule, 'message' | 'attributes'> | undefined {
    try {
      this.#expressions ??= expressionClasses(this.#classes.values(), this.#computed)
      const term = filter(check(must, schemaOf(one, this.#expressions), 'boolean'))
      const names = new Set(attributesIn(term, one, this.#everything))
      return { name, term, condition: rowCondition(term, one, own, this.#everything), names, own: ![...names].some((member) => one.relations.has(member)) && !namesIn(term).some((member) => this.#everything.computed(one).has(member)) }
    } catch (error) {
      this.mistakes.add(origin, one.name, ['rules', name, 'must'], { expected: `a condition over ${one.name}`, found: `a mistake: ${messageOf(error)}` })
      return undefined
    }
  }
}
