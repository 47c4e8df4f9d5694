import type { Filter as StorageFilter, Term } from '@caruso/storage/contract'
import { ModelerError } from './errors.ts'
import { limits } from './limits.ts'
import type { Leaf } from './stored.ts'

/** A column in which words are looked for. */
export interface Searched {
  readonly leaf: Leaf
  readonly of: string
}

/**
 * That each word of a text begins a word in one of the columns, in capitals or not: `nord ola` finds `Ola Nordmann`.
 * Words are letters and digits; marks on letters count.
 *
 * @throws ModelerError `REQUEST_INVALID`
 */
export function wordsCondition(text: string, columns: readonly Searched[]): StorageFilter {
  const words = [...new Set(text.match(/[\p{L}\p{M}\p{N}]+/gu))]
  if (words.length === 0) throw new ModelerError('REQUEST_INVALID', 'Searched for a text: it has no letter and no digit')
  if (columns.length === 0) throw new ModelerError('REQUEST_INVALID', 'Searched for a text: there is no attribute that holds texts')
  if (words.length * columns.length > limits.searches) throw new ModelerError('REQUEST_INVALID', `Searched for ${words.length} words in ${columns.length} attributes: name fewer "attributes", at most ${limits.searches} divided by the number of words`)
  const term = (word: string): Term => ({ op: 'or', of: columns.map(({ leaf, of }) => ({ op: 'hasWord', of: [{ column: leaf.column, of, type: 'text' }, { value: word, type: 'text' }], type: 'boolean' })), type: 'boolean' })
  return { and: words.map((word) => ({ term: term(word) })) }
}

/** Whether a column holds its attribute's texts as they are. */
export function holdsText({ codec: { type, standing, ownForm } }: Leaf): boolean {
  return type === 'text' && standing === undefined && ownForm !== true
}
