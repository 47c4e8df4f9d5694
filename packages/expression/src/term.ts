import type { Op } from './operators.ts'
import type { Type } from './type.ts'

/**
 * A checked expression: plain data that means the same in memory and in every database. Numbers are decimals as text,
 * instants ISO 8601 in UTC, durations microseconds as text. A path leads over relations to one; within a fold its
 * first name may be the fold's variable `as`.
 */
export type Term =
  | { readonly value: null | boolean | string; readonly type: Type }
  | { readonly list: readonly Term[]; readonly type: Type }
  | { readonly path: readonly [string, ...string[]]; readonly type: Type }
  | { readonly op: Op; readonly of: readonly Term[]; readonly type: Type }
  | FoldTerm

/**
 * One answer about the elements of a list, or of a relation to many, for which `where` holds: whether there are any
 * (`exists`) or no others (`all`), their number, or of `of`, which is the element itself where it is missing, the sum,
 * the least, the greatest, or the `list` of them, which is only an intermediate in memory.
 */
export interface FoldTerm {
  readonly fold: Fold
  readonly over: Term
  readonly as: string
  readonly where: Term
  readonly of?: Term
  readonly type: Type
}

export type Fold = 'exists' | 'all' | 'count' | 'sum' | 'min' | 'max' | 'list'

/** What is computed of a term: a value of JSON, in the same form as in a term. */
export type Value = null | boolean | string | readonly Value[]

export type ConstantTerm = Extract<Term, { readonly value: unknown }>

/** The name that an element gets where nobody named it. */
export const unnamed = 'each'

export function isConstant(term: Term): term is ConstantTerm {
  return 'value' in term
}

export function isNull(term: Term): boolean {
  return isConstant(term) && term.value === null
}

export function truth(value: boolean): Term {
  return { value, type: 'boolean' }
}
