import type { Term } from '@caruso/expression'

/** The terms that a term is made of. */
export function partsOf(term: Term): readonly Term[] {
  if ('list' in term) return term.list
  if ('fold' in term) return [term.over, term.where, ...(term.of === undefined ? [] : [term.of])]
  return 'op' in term ? term.of : []
}

/** The paths in a term, those of the elements of folds among them. */
export function pathsIn(term: Term): readonly (readonly [string, ...string[]])[] {
  return 'path' in term ? [term.path] : partsOf(term).flatMap(pathsIn)
}
