import type { Term } from '@caruso/expression'

/** The names at which the paths of a term begin, those of the elements of folds among them. */
export function namesIn(term: Term): string[] {
  if ('value' in term) return []
  if ('path' in term) return [term.path[0]]
  if ('list' in term) return term.list.flatMap(namesIn)
  return ('fold' in term ? [term.over, term.where, ...(term.of === undefined ? [] : [term.of])] : term.of).flatMap(namesIn)
}
