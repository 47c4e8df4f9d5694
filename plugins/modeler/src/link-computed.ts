import { messageOf } from '@caruso/contract'
import { check, filter, type Scalar, type Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import type { Computed } from './computed.ts'
import type { Written } from './draft.ts'
import { everythingOf } from './everything.ts'
import { expressionClasses, schemaOf } from './expression-schema.ts'
import { Mistakes, type Mistake, type Origin } from './mistake.ts'
import type { ModelDefinition } from './model-schema.ts'
import { own } from './path-resolver.ts'
import { rowCondition } from './row-condition.ts'
import { partsOf } from './term-parts.ts'

export type ComputedByClass = ReadonlyMap<string, ReadonlyMap<string, Computed>>

/** Checks what classes, and what extends them, compute of their attributes. */
export function linkComputed(definitions: readonly Written<ModelDefinition>[], classes: ReadonlyMap<string, BusinessClass>): { readonly computed: ComputedByClass; readonly mistakes: readonly Mistake[] } {
  const mistakes = new Mistakes()
  const everything = everythingOf(classes, new Map())
  const computed = new Map<string, Map<string, Computed>>()
  let expressions: ReturnType<typeof expressionClasses> | undefined
  for (const { value, origin } of definitions) {
    const one = 'value' in value ? undefined : classes.get('class' in value ? value.class : value.extend)
    if ('value' in value || one === undefined) continue
    const known = computed.get(one.name) ?? new Map<string, Computed>()
    for (const [name, written] of Object.entries(value.computed ?? {})) {
      expressions ??= expressionClasses(classes.values())
      const source = typeof written === 'string' ? written : written.formula
      if (known.has(name) || one.attributes.has(name) || one.relations.has(name)) mistakes.add(origin, one.name, ['computed', name], { of: 'key', expected: 'every name once in a class', found: `${JSON.stringify(name)} again` })
      const made = formulaOf(one, source, { schema: schemaOf(one, expressions), everything, mistakes, origin, names: Object.keys(value.computed ?? {}), path: ['computed', name, ...(typeof written === 'string' ? [] : ['formula'])] })
      if (made) known.set(name, { name, ...made })
    }
    if (known.size > 0) computed.set(one.name, known)
  }
  return { computed, mistakes: mistakes.list }
}

interface Place {
  readonly schema: ReturnType<typeof schemaOf>
  readonly everything: SeenClasses
  readonly mistakes: Mistakes
  readonly origin: Origin
  readonly path: readonly string[]
  /** What the class computes. */
  readonly names: readonly string[]
}

function formulaOf(one: BusinessClass, source: string, { schema, everything, mistakes, origin, path, names }: Place): { readonly term: Term; readonly type: Scalar } | undefined {
  try {
    const term = filter(check(source, schema))
    if (hasFold(term)) throw new TypeError('it asks about many objects, which only conditions do')
    if (typeof term.type !== 'string') throw new TypeError('it is no single value')
    const { type } = term
    rowCondition({ op: '!=', of: [term, { value: null, type }], type: 'boolean' }, one, own, everything)
    return { term, type }
  } catch (error) {
    mistakes.add(origin, one.name, path, { expected: `a formula over ${one.name} and what it refers to`, found: `a mistake: ${messageOf(error)}${unstored(error, names)}` })
    return undefined
  }
}

/** Formulas name attributes that are stored, so that none leads to itself. */
function unstored(error: unknown, names: readonly string[]): string {
  const name = /Unknown name "(\w+)"/.exec(messageOf(error))?.[1]
  return name !== undefined && names.includes(name) ? ', which is computed itself: a formula names what is stored' : ''
}

function hasFold(term: Term): boolean {
  return 'fold' in term || partsOf(term).some(hasFold)
}
