import { nearest } from '@caruso/contract'
import type { Attribute } from './business-class.ts'
import type { Draft } from './draft.ts'
import type { Mistakes } from './mistake.ts'
import type { Stored } from './stored.ts'
import { holdsText } from './words-condition.ts'

/** Where a search looks for words in objects of a class, by the paths that were written; each has to hold texts. */
export function searchedOf({ name, search }: Draft, attributes: ReadonlyMap<string, Attribute>, mistakes: Mistakes): readonly string[] {
  const searched = new Set<string>()
  for (const { path, at, origin } of search) {
    const [first = '', ...rest] = path.split('.')
    const attribute = attributes.get(first)
    const stored = rest.reduce<Stored | undefined>((whole, part) => (whole?.kind === 'composite' ? whole.parts.get(part) : undefined), attribute?.stored)
    if (stored?.kind === 'leaf' && holdsText(stored) && attribute?.definition.type !== 'reference') searched.add(path)
    else mistakes.add(origin, name, at, { expected: `an attribute of ${name} that holds texts`, found: JSON.stringify(path), suggestion: attribute === undefined ? nearest(first, attributes.keys()) : undefined })
  }
  return [...searched]
}
