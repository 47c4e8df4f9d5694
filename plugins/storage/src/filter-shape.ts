import type { Filter, Term, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { limits } from './limits.ts'
import { partsOf, placesOf, termShape } from './term-shape.ts'

type Leaf = Extract<Filter, { readonly column: string }>
type Search = Extract<Filter, { readonly search: unknown }>
type Comparison = Extract<Leaf, { readonly op: string }>

/** A filter with its kind named: a union that is told apart in one place, so a node with two kinds means one thing everywhere. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly children: readonly Filter[] }
  | { readonly kind: 'not'; readonly child: Filter }
  | { readonly kind: 'compare'; readonly leaf: Comparison }
  | { readonly kind: 'in'; readonly leaf: Leaf; readonly values: readonly Value[]; readonly withNull: boolean }
  | { readonly kind: 'startsWith'; readonly leaf: Leaf; readonly prefix: string }
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'search'; readonly search: Search; readonly term: Term }
  | { readonly kind: 'isNull'; readonly leaf: Leaf; readonly isNull: boolean }

export function filterNode(filter: Filter): FilterNode {
  if ('and' in filter) return { kind: 'and', children: filter.and }
  if ('or' in filter) return { kind: 'or', children: filter.or }
  if ('not' in filter) return { kind: 'not', child: filter.not }
  if ('op' in filter) return { kind: 'compare', leaf: filter }
  if ('in' in filter) {
    const values = filter.in.filter((value) => value !== null)
    return { kind: 'in', leaf: filter, values: padded(values), withNull: values.length < filter.in.length }
  }
  if ('startsWith' in filter) return { kind: 'startsWith', leaf: filter, prefix: filter.startsWith }
  if ('term' in filter) return { kind: 'term', term: filter.term }
  if ('search' in filter) return { kind: 'search', search: filter, term: searchTerm(filter) }
  return { kind: 'isNull', leaf: filter, isNull: filter.isNull }
}

/**
 * What of a filter makes its SQL, as a text; the values, in the order in which the compiler numbers them, are appended.
 *
 * @throws StorageError `LIMIT_EXCEEDED`
 */
export function filterShape(filter: Filter, values: Value[]): string {
  const before = values.length
  const shape = new Walk(values).shape(filter, 0)
  if (values.length - before > limits.filterValues) throw tooLarge('values', values.length - before, limits.filterValues)
  return shape
}

class Walk {
  readonly #values: Value[]
  #nodes = 0

  constructor(values: Value[]) {
    this.#values = values
  }

  shape(filter: Filter, depth: number): string {
    if (depth > limits.filterDepth) throw tooLarge('levels', depth, limits.filterDepth)
    if (++this.#nodes > limits.filterNodes) throw tooLarge('conditions', this.#nodes, limits.filterNodes)
    const node = filterNode(filter)
    switch (node.kind) {
      case 'and':
      case 'or':
        return `${node.kind}(${node.children.map((child) => this.shape(child, depth + 1)).join(',')})`
      case 'not':
        return `not(${this.shape(node.child, depth + 1)})`
      case 'compare': {
        const { op, value } = node.leaf
        if (value === null) return `${place(node.leaf)}${op}null`
        this.#values.push(value)
        return `${place(node.leaf)}${op}?`
      }
      case 'in':
        for (const value of node.values) this.#values.push(value)
        return `${place(node.leaf)}in${node.values.length}${node.withNull ? 'null' : ''}`
      case 'startsWith':
        this.#values.push(node.prefix)
        return `${place(node.leaf)}startsWith`
      case 'isNull':
        return `${place(node.leaf)}isNull${node.isNull}`
      case 'term':
        this.#measure(node.term, depth)
        for (const { value } of placesOf(node.term)) this.#values.push(value)
        return `term(${termShape(node.term)})`
      case 'search':
        this.#measure(node.term, depth)
        for (const { value } of placesOf(node.term)) this.#values.push(value)
        return `search(${termShape(node.term)})`
    }
  }

  #measure(term: Term, depth: number): void {
    if (depth > limits.filterDepth) throw tooLarge('levels', depth, limits.filterDepth)
    if (!('value' in term) && ++this.#nodes > limits.filterNodes) throw tooLarge('conditions', this.#nodes, limits.filterNodes)
    for (const part of partsOf(term)) this.#measure(part, depth + 1)
  }
}

/** What a search means, the longest words first: these leave the fewest rows. */
function searchTerm({ search, columns, of }: Search): Term {
  const words = search.toSorted((a, b) => b.length - a.length)
  const has = (column: string, word: string): Term => ({ op: 'hasWord', of: [{ column, type: 'text', ...(of === undefined ? {} : { of }) }, { value: word, type: 'text' }], type: 'boolean' })
  return { op: 'and', of: words.map((word) => ({ op: 'or', of: columns.map((column) => has(column, word)), type: 'boolean' })), type: 'boolean' }
}

function place(leaf: Leaf): string {
  return JSON.stringify([leaf.column, leaf.of, 'type' in leaf ? leaf.type : undefined])
}

/** Lists are filled up to a power of two with their last value, so that lists of many lengths share a statement. */
function padded(values: readonly Value[]): readonly Value[] {
  const last = values.at(-1)
  if (last === undefined) return values
  const size = Math.min(2 ** Math.ceil(Math.log2(values.length)), Math.max(values.length, limits.filterValues))
  return size === values.length ? values : [...values, ...Array.from({ length: size - values.length }, () => last)]
}

function tooLarge(what: string, found: number, allowed: number): StorageError {
  return new StorageError('LIMIT_EXCEEDED', `Read a filter of ${found} ${what}: at most ${allowed} are allowed`)
}
