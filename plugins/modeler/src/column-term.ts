import type { Term } from '@caruso/expression'
import type { Term as StorageTerm } from '@caruso/storage/contract'
import { between } from './business-class.ts'
import type { SeenClasses } from './classes.ts'
import { columnOf } from './column-of.ts'
import { atEndOf } from './computed.ts'
import { ModelerError } from './errors.ts'
import { isPresent } from './kept.ts'
import { distinctJoins, placeOf } from './part-table.ts'
import { PathResolver } from './path-resolver.ts'
import type { Leaf } from './stored.ts'

type Path = readonly [string, ...string[]]

/**
 * A condition over attributes as one over columns: paths are joined, folds become questions about other tables.
 *
 * @param prefix begins the names of those tables
 */
export function columnTerm(term: Term, resolver: PathResolver, classes: SeenClasses, prefix = ''): StorageTerm {
  return new ColumnTerms(resolver, classes, prefix).convert(term, new Map())
}

class ColumnTerms {
  readonly #resolver: PathResolver
  readonly #classes: SeenClasses
  readonly #prefix: string
  /** How many folds there are, which names their tables. */
  #folds = 0

  constructor(resolver: PathResolver, classes: SeenClasses, prefix: string) {
    this.#resolver = resolver
    this.#classes = classes
    this.#prefix = prefix
  }

  /** @param variables what the folds around are about, by the names that they gave */
  convert(term: Term, variables: ReadonlyMap<string, PathResolver>): StorageTerm {
    if ('value' in term) return { value: term.value, type: scalar(term.type) }
    if ('list' in term) return { list: term.list.map((one) => this.convert(one, variables)), type: listOf(term.type) }
    if ('fold' in term) return this.#fold(term, variables)
    if ('path' in term) {
      const [resolver, path] = this.#place(term.path, variables)
      const computed = resolver.computed(path)
      if (computed) return this.convert(atEndOf(term.path.slice(0, -1), computed.term), variables)
      const { leaf, of } = resolver.leaf(path.join('.'))
      return columnValue(leaf, of, path.join('.'))
    }
    const whole = term.of.find((one): one is Extract<Term, { readonly path: Path }> => 'path' in one && typeof one.type === 'object' && 'object' in one.type)
    if (whole) return this.#isThere(whole.path, term.op === '!=', variables)
    return { op: term.op, of: term.of.map((one) => this.convert(one, variables)), type: scalar(term.type) }
  }

  /** An object or a value with parts can be compared with null only. */
  #isThere(at: Path, there: boolean, variables: ReadonlyMap<string, PathResolver>): StorageTerm {
    const [resolver, path] = this.#place(at, variables)
    const missing: StorageTerm = { op: 'and', of: resolver.whole(path.join('.')).map(({ leaf, of }) => ({ op: '==', of: [{ ...columnOf(leaf, of), type: leaf.codec.type ?? 'text' }, { value: null, type: 'text' }], type: 'boolean' })), type: 'boolean' }
    return there ? { op: 'not', of: [missing], type: 'boolean' } : missing
  }

  #fold({ fold, over, as, where, of, type }: Extract<Term, { readonly fold: string }>, variables: ReadonlyMap<string, PathResolver>): StorageTerm {
    if (!('path' in over) || fold === 'list') throw new ModelerError('REQUEST_INVALID', `Made a condition of "${fold}": a database tells it of relations only`)
    const [outer, path] = this.#place(over.path, variables)
    const { relation, of: left } = outer.many(path)
    const target = this.#classes.get(relation.target)
    const alias = `${this.#prefix}#${this.#folds++}`
    const inner = new PathResolver(target, this.#classes, { of: alias })
    const seen = new Map(variables).set(as, inner)
    const sight = this.#classes.sight(target)
    const rows = sight?.mayAlways('read') === false ? sight.rowsAt(alias) : undefined
    const inside = { where: visible(fold, rows?.term, visible(fold, isPresent(target.kept, alias), this.convert(where, seen))), ...(of === undefined ? {} : { of: this.convert(of, seen) }) }
    this.#resolver.include([target, ...inner.classes, ...(rows?.classes ?? [])])
    const link = between(relation)
    const right = link ? `${alias}~` : alias
    const on = relation.pairs.map((pair) => ({ left: columnOf(pair.own, left), right: columnOf(pair.other, right) }))
    const linked = link ? [{ table: target.table, as: alias, on: link.pairs.map((pair) => ({ left: columnOf(pair.own, alias), right: columnOf(pair.other, right) })) }] : []
    const joins = distinctJoins([...linked, ...(rows?.joins ?? []), ...inner.joins])
    return { fold, over: { table: link?.table ?? target.table, as: right, on, ...(joins.length > 0 ? { joins: [...joins] } : {}) }, ...inside, type: scalar(type) }
  }

  #place(path: Path, variables: ReadonlyMap<string, PathResolver>): readonly [PathResolver, readonly string[]] {
    const [first, ...rest] = path
    const variable = variables.get(first)
    return variable ? [variable, rest] : [this.#resolver, path]
  }
}

/** What a fold asks of the rows that are there, and that the caller sees. */
function visible(fold: string, rows: StorageTerm | undefined, where: StorageTerm): StorageTerm {
  if (rows === undefined) return where
  return fold === 'all' ? { op: 'or', of: [{ op: 'not', of: [rows], type: 'boolean' }, where], type: 'boolean' } : { op: 'and', of: [rows, where], type: 'boolean' }
}

/** A column's value; where others stand for the values, those are put in their places. */
function columnValue(leaf: Leaf, table: string, path: string): StorageTerm {
  const of = placeOf(leaf, table)
  const { type, standing } = leaf.codec
  if (standing === undefined) {
    const column: StorageTerm = { column: leaf.column, of, type: type ?? 'text' }
    if (leaf.codec.padded === true) return { op: 'trim', of: [column], type: 'text' }
    if (type !== undefined && leaf.codec.ownForm !== true) return column
    throw new ModelerError('REQUEST_INVALID', `Used ${JSON.stringify(path)} in an expression: its column holds the values in a form of its own`)
  }
  const scalarType = standing.some(([value]) => typeof value === 'boolean') ? 'boolean' : 'text'
  return standing.reduceRight<StorageTerm>(
    (otherwise, [value, stored]) => {
      const column: StorageTerm = { column: leaf.column, of, type: typeof stored === 'number' ? 'decimal' : 'text' }
      const is: StorageTerm = { op: '==', of: [column, { value: String(stored), type: typeof stored === 'number' ? 'number' : 'text' }], type: 'boolean' }
      return { op: 'if', of: [is, { value: typeof value === 'boolean' ? value : String(value), type: scalarType }, otherwise], type: scalarType }
    },
    { value: null, type: scalarType },
  )
}

type TermScalar = Extract<Term['type'], string>

function scalar(type: Term['type']): TermScalar {
  return typeof type === 'string' ? type : 'text'
}

function listOf(type: Term['type']): TermScalar | { readonly list: TermScalar } {
  return typeof type === 'object' && 'list' in type ? { list: type.list } : scalar(type)
}
