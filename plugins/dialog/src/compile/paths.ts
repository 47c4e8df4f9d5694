import type { Term } from '@caruso/expression'

/** The ways that a term goes from its names, through the elements of relations too. */
export function pathsIn(term: Term, elements: ReadonlyMap<string, readonly string[]> = new Map()): (readonly string[])[] {
  if ('value' in term) return []
  if ('path' in term) return [whole(term.path, elements)]
  if ('list' in term) return term.list.flatMap((item) => pathsIn(item, elements))
  if ('op' in term) return term.of.flatMap((arg) => pathsIn(arg, elements))
  const over = pathsIn(term.over, elements)
  const inside = new Map([...elements, [term.as, over[0] ?? []]])
  return [...over, ...[term.where, ...(term.of ? [term.of] : [])].flatMap((part) => pathsIn(part, inside))]
}

function whole([first, ...rest]: readonly [string, ...string[]], elements: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...(elements.get(first) ?? [first]), ...rest]
}

/** Relations to be looked up with an object, each with those of its objects. */
export interface Needs {
  readonly [relation: string]: Needs
}

/** The names that ways begin with, each with the relations that are needed of what it stands for. */
export function needsOf(paths: Iterable<readonly string[]>): Readonly<Record<string, Needs>> {
  const root: MutableNeeds = {}
  for (const path of paths) {
    let at = root
    for (const name of path) at = at[name] ??= {}
  }
  return root
}

interface MutableNeeds {
  [relation: string]: MutableNeeds
}
