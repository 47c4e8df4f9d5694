import { nearest } from '@caruso/contract'
import type { Attribute } from './business-class.ts'
import type { Draft } from './draft.ts'
import type { Mistakes } from './mistake.ts'
import type { Leaf, Stored } from './stored.ts'
import { holdsText } from './words-condition.ts'

/** Where a search looks for words in objects of a class, by the paths that were written; each has to hold texts. */
export function searchedOf({ name, search }: Draft, attributes: ReadonlyMap<string, Attribute>, mistakes: Mistakes): readonly string[] {
  const searched = new Set<string>()
  for (const { path, at, origin } of search) {
    const [first = ''] = path.split('.')
    const attribute = attributes.get(first)
    const leaf = leafAt(attributes, path)
    if (leaf && holdsText(leaf) && attribute?.definition.type !== 'reference') searched.add(path)
    else mistakes.add(origin, name, at, { expected: `an attribute of ${name} that holds texts`, found: JSON.stringify(path), suggestion: attribute === undefined ? nearest(first, attributes.keys()) : undefined })
  }
  return [...searched]
}

/** The column at the end of a way through the parts of an attribute. */
export function leafAt(attributes: ReadonlyMap<string, Attribute>, path: string): Leaf | undefined {
  const [first = '', ...rest] = path.split('.')
  const stored = rest.reduce<Stored | undefined>((whole, part) => (whole?.kind === 'composite' ? whole.parts.get(part) : undefined), attributes.get(first)?.stored)
  return stored?.kind === 'leaf' ? stored : undefined
}
