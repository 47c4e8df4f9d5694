import { evaluator, type Scalar, type Term } from '@caruso/expression'
import type { Term as StorageTerm } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { isHidden } from './path-resolver.ts'
import { pathsIn } from './term-parts.ts'

/** An attribute that is stored nowhere and computed of others, checked. */
export interface Computed {
  readonly name: string
  readonly term: Term
  readonly type: Scalar
}

/** Whether the caller does not see what is computed, or something that it is computed of. */
export function isComputedHidden(classes: SeenClasses, one: BusinessClass, { name, term }: Computed): boolean {
  return classes.sight(one)?.hidden.has(name) === true || pathsIn(term).some((path) => isWayHidden(classes, one, path))
}

/** The formula as it is at the end of a path: `customer` before each of its own. */
export function atEndOf(prefix: readonly string[], term: Term): Term {
  if ('value' in term) return term
  if ('path' in term) {
    const [first = term.path[0], ...rest] = [...prefix, ...term.path]
    return { ...term, path: [first, ...rest] }
  }
  if ('list' in term) return { ...term, list: term.list.map((one) => atEndOf(prefix, one)) }
  if ('fold' in term) throw new TypeError('a formula asks about no lists')
  return { ...term, of: term.of.map((one) => atEndOf(prefix, one)) }
}

/** A value beside what is computed, in the form of terms; undefined where it is none of its type. */
export function constantOf(type: Scalar, value: unknown): Extract<StorageTerm, { readonly value: unknown }> | undefined {
  if (value !== null && typeof value !== 'boolean' && typeof value !== 'string' && typeof value !== 'number') return undefined
  const held = typeof value === 'number' ? String(value) : value
  try {
    return { value: evaluator({ path: ['value'], type })({ value: held }) as null | boolean | string, type }
  } catch {
    return undefined
  }
}

function isWayHidden(classes: SeenClasses, base: BusinessClass, path: readonly string[]): boolean {
  let one = base
  for (const step of path) {
    if (isHidden(classes, one, step)) return true
    const relation = one.relations.get(step)
    if (!relation) return false
    one = classes.get(relation.target)
  }
  return false
}
