import type { Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { pathsIn } from './term-parts.ts'

/** The names at which the paths of a term begin. */
export function namesIn(term: Term): string[] {
  return pathsIn(term).map(([first]) => first)
}

/** The attributes and relations of a class that a term is about; of what is computed, those that it is computed of. */
export function attributesIn(term: Term, one: BusinessClass, classes: SeenClasses): string[] {
  return namesIn(term).flatMap((name) => {
    const computed = classes.computed(one).get(name)
    if (computed) return attributesIn(computed.term, one, classes)
    return one.attributes.has(name) || one.relations.has(name) ? [name] : []
  })
}

/** Whether a condition about these may hold before some attributes are set and not after: a relation may lead back to the object. */
export function dependsOn(names: Iterable<string>, one: BusinessClass, set: readonly string[]): boolean {
  return [...names].some((name) => set.includes(name) || one.relations.has(name))
}
