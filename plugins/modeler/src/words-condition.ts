import { wordsOf, type Filter as StorageFilter, type Term } from '@caruso/storage/contract'
import { ModelerError } from './errors.ts'
import { limits } from './limits.ts'
import { placeOf } from './part-table.ts'
import type { Leaf } from './stored.ts'

/** A column in which words are looked for. */
export interface Searched {
  readonly leaf: Leaf
  readonly of: string
}

/**
 * That each word of a text begins a word in one of the columns, without regard to case and accents: `nord ola` finds
 * `Olá Nordmann`.
 *
 * @throws ModelerError `REQUEST_INVALID`
 */
export function wordsCondition(text: string, columns: readonly Searched[]): StorageFilter {
  const words = wordsOf(text)
  if (words.length === 0) throw new ModelerError('REQUEST_INVALID', 'Searched for a text: it has no letter and no digit')
  if (columns.length === 0) throw new ModelerError('REQUEST_INVALID', 'Searched for a text: there is no attribute that holds texts')
  if (words.length * columns.length > limits.searches) throw new ModelerError('REQUEST_INVALID', `Searched for ${words.length} words in ${columns.length} attributes: name fewer "attributes", at most ${limits.searches} divided by the number of words`)
  const [of, other] = new Set(columns.map((column) => placeOf(column.leaf, column.of)))
  // Of one table, an index may have the words.
  if (of !== undefined && other === undefined) return { search: words, columns: columns.map(({ leaf }) => leaf.column), of }
  return { and: words.map((word) => ({ term: { op: 'or', of: columns.map((column) => found('hasWord', column, word)), type: 'boolean' } })) }
}

// What SQL says of each word and attribute grows with both, and so many tell objects apart.
const rankedWords = 8
const rankedColumns = 8
const rankedPairs = 48

/**
 * How far an object is from what was looked for, the best with 0: each word counts by the first of the columns in which
 * it is, and there one that is whole comes before one that is begun.
 */
export function wordsRank(text: string, columns: readonly Searched[]): Term {
  const words = wordsOf(text).slice(0, rankedWords)
  const among = columns.slice(0, Math.min(rankedColumns, Math.floor(rankedPairs / Math.max(words.length, 1))))
  const ranks = words.map((word) => among.toReversed().reduce<Term>((beyond, column, index) => {
    const place = among.length - 1 - index
    return choice(found('isWord', column, word), place * 2, choice(found('hasWord', column, word), place * 2 + 1, beyond))
  }, number(among.length * 2)))
  return ranks.reduce((sum, rank) => ({ op: '+', of: [sum, rank], type: 'number' }))
}

function found(op: 'hasWord' | 'isWord', { leaf, of }: Searched, word: string): Term {
  return { op, of: [{ column: leaf.column, of: placeOf(leaf, of), type: 'text' }, { value: word, type: 'text' }], type: 'boolean' }
}

function choice(condition: Term, then: number, otherwise: Term): Term {
  return { op: 'if', of: [condition, number(then), otherwise], type: 'number' }
}

function number(value: number): Term {
  return { value: String(value), type: 'number' }
}

/** Whether a column holds its attribute's texts as they are. */
export function holdsText({ codec: { type, standing, ownForm } }: Leaf): boolean {
  return type === 'text' && standing === undefined && ownForm !== true
}
