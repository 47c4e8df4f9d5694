import type { Term } from '@caruso/expression'
import type { BusinessClass } from './business-class.ts'
import type { SeenClasses } from './classes.ts'

/** The names at which the paths of a term begin, those of the elements of folds among them. */
export function namesIn(term: Term): string[] {
  if ('value' in term) return []
  if ('path' in term) return [term.path[0]]
  if ('list' in term) return term.list.flatMap(namesIn)
  return ('fold' in term ? [term.over, term.where, ...(term.of === undefined ? [] : [term.of])] : term.of).flatMap(namesIn)
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
