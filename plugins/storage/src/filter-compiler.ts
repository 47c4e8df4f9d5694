import type { Column } from './catalogue.ts'
import type { Bound, Codec } from './codec.ts'
import type { Filter, LogicalType, Term, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { filterNode } from './filter-shape.ts'
import type { FilterNode } from './filter-shape.ts'
import { fragment, joined } from './fragment.ts'
import type { Fragment } from './fragment.ts'
import { Parameter } from './sql-builder.ts'
import type { NumberList, SqlDialect, Use } from './sql-builder.ts'
import { compileTerm } from './term-compiler.ts'
import type { TermContext } from './term-compiler.ts'
import { placesOf } from './term-shape.ts'

/** A column of a plan that exists: its token, and how it is handled. */
export interface Resolved {
  readonly token: string
  readonly column: Column
  readonly codec: Codec | undefined
}

export interface Reference {
  readonly column: string
  readonly of?: string
  readonly type?: LogicalType
}

/** The index of a table for searches, by tokens. */
export interface IndexPlace {
  /** The key of the table itself. */
  readonly outer: readonly string[]
  readonly key: readonly string[]
  readonly words: string
  readonly word: string
  readonly marks: string
}

/** What a filter is compiled with. */
export interface FilterContext extends TermContext {
  readonly dialect: SqlDialect
  /** The index that has the words of these columns, if there is one. */
  searchIndex(columns: readonly string[], of: string | undefined): IndexPlace | undefined
}

/**
 * A filter as SQL; its values are numbered from `first` in the order of `filterShape`.
 *
 * SQL's conditions have three values, ours two. Negation is therefore pushed down to the comparisons, each of which has
 * a negative form that is true where the column is null; what remains is and/or, where null counts as false anyway.
 */
export function compileFilter(filter: Filter, context: FilterContext, first: number): Fragment {
  return new FilterCompiler(context, (place) => first + place).compile(filter, false)
}

/** A condition of one column, whose values are those of the plan with these numbers. */
export function compileLeaf(filter: Filter, context: FilterContext, indexes: readonly number[]): Fragment {
  // Lists are filled up with their last value.
  return new FilterCompiler(context, (place) => indexes[Math.min(place, indexes.length - 1)] ?? 0).compile(filter, false)
}

/** A condition that a column is as a value says, be that null or not: for a statement that is used with one value and another. */
export function compileSame(reference: Reference, context: FilterContext, index: number): Fragment {
  const column = context.resolve(reference)
  if (!column.column.nullable) return equal(column, [new Parameter(index, 'match', column.codec)])
  const { token, codec } = column
  if (codec?.exact) return { sql: `?? ${context.dialect.same} ${codec.narrow ?? '?'}`, bindings: [token, new Parameter(index, 'store', codec)] }
  return comparison(column, context.dialect.same, new Parameter(index, 'match', codec))
}

// Two of the longest words leave few rows; more would only be read.
const narrowing = 2

const opposite = { '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const
type Op = keyof typeof opposite

class FilterCompiler {
  readonly #context: FilterContext
  readonly #index: (place: number) => number
  #next = 0

  constructor(context: FilterContext, index: (place: number) => number) {
    this.#context = context
    this.#index = index
  }

  compile(filter: Filter, negative: boolean): Fragment {
    const node = filterNode(filter)
    switch (node.kind) {
      case 'not':
        return this.compile(node.child, !negative)
      case 'and':
      case 'or':
        return this.#group(node.children, negative, (node.kind === 'and') !== negative)
      case 'compare':
        return this.#compare(this.#context.resolve(node.leaf), negative ? opposite[node.leaf.op] : node.leaf.op, node.leaf.value === null, negative)
      case 'in':
        return this.#in(this.#context.resolve(node.leaf), node.values.length, node.withNull, negative)
      case 'startsWith':
        return this.#startsWith(this.#context.resolve(node.leaf), negative)
      case 'isNull':
        return isNull(this.#context.resolve(node.leaf), node.isNull !== negative)
      case 'term':
        return this.#term(node.term, negative)
      case 'search':
        return this.#search(node, negative)
    }
  }

  #group(children: readonly Filter[], negative: boolean, all: boolean): Fragment {
    if (children.length === 0) return constant(all)
    const parts = children.map((child) => this.compile(child, negative))
    if (parts.length === 1 && parts[0]) return parts[0]
    return { sql: parts.map(({ sql }) => `(${sql})`).join(all ? ' and ' : ' or '), bindings: parts.flatMap(({ bindings }) => bindings) }
  }

  #compare(column: Resolved, op: Op, withNull: boolean, negative: boolean): Fragment {
    if (op === '==' || op === '!=') {
      if (withNull) return isNull(column, op === '==')
      const value = this.#value(column, 'match')
      return op === '==' ? equal(column, [value]) : orNull(comparison(column, '<>', value), column)
    }
    if (withNull) return constant(negative)
    const found = comparison(column, op, this.#value(column, 'match'))
    return negative ? orNull(found, column) : found
  }

  #in(column: Resolved, count: number, withNull: boolean, negative: boolean): Fragment {
    if (count === 0) return withNull ? isNull(column, !negative) : constant(negative)
    const values = Array.from({ length: count }, () => this.#value(column, 'match'))
    const asOne = this.#asOne(column, values, negative)
    if (!negative) return withNull ? orNull(asOne ?? equal(column, values), column) : (asOne ?? equal(column, values))
    const found = asOne ?? listed(column, 'not in', values)
    return withNull ? { sql: `${found.sql} and ?? is not null`, bindings: [...found.bindings, column.token] } : orNull(found, column)
  }

  /** Many whole numbers are one value, where the dialect can: binding each takes longer than finding its rows. */
  #asOne({ token, column, codec }: Resolved, values: readonly Parameter[], negative: boolean): Fragment | undefined {
    const { numbers, texts } = this.#context.dialect
    const [first] = values
    if (first === undefined) return undefined
    const asList = (bind: NumberList['bind']): Parameter => new Parameter(first.index, 'match', codec, { of: values.map(({ index }) => index), bind })
    // A server that is given each by itself may put the list together for every row.
    if (texts !== undefined && codec?.exact && codec.type === 'text' && values.length > 1 && !negative) return { sql: `?? ${texts.among}`, bindings: [token, asList(texts.bind)] }
    if (numbers === undefined || codec?.type !== 'integer' || values.length < fewNumbers) return undefined
    const among = column.indexed === true && codec.compare === '??' ? (numbers.amongIndexed ?? numbers.among) : numbers.among
    return { sql: `${codec.compare} ${negative ? numbers.notAmong : among}`, bindings: [token, asList(numbers.bind)] }
  }

  #startsWith(column: Resolved, negative: boolean): Fragment {
    const { startsWith, notStartsWith } = this.#context.dialect
    const found = { sql: negative ? notStartsWith : startsWith, bindings: [column.token, this.#value(column, 'prefix')] }
    return negative ? orNull(found, column) : found
  }

  /** An index only narrows: whether a row has the words is asked of the row, so that it can never be wrong. */
  #search({ search: { search, columns, of }, term }: Extract<FilterNode, { readonly kind: 'search' }>, negative: boolean): Fragment {
    const first = this.#next
    const condition = this.#term(term, negative)
    const index = negative ? undefined : this.#context.searchIndex(columns, of)
    if (index === undefined) return condition
    const narrow = Array.from({ length: Math.min(search.length, narrowing) }, (_, word) => narrowed(index, this.#index(first + word * columns.length), this.#context.terms.constant('text').place))
    return joined([...narrow, fragment`(${condition})`], ' and ')
  }

  #term(term: Term, negative: boolean): Fragment {
    const first = this.#index(this.#next)
    this.#next += placesOf(term).length
    return compileTerm(term, negative, this.#context, first)
  }

  #value({ codec, column }: Resolved, use: Use): Parameter {
    if (codec?.type === 'json') throw new StorageError('PLAN_INVALID', `Read a filter: it compares column ${JSON.stringify(column.name)}, which holds JSON: that can only be compared with null`)
    return new Parameter(this.#index(this.#next++), use, codec)
  }
}

const fewNumbers = 16

function comparison({ token, codec }: Resolved, op: string, value: Parameter): Fragment {
  return { sql: `${codec?.compare ?? '??'} ${op} ${codec?.place ?? '?'}`, bindings: [token, value] }
}

/** Rows that the index has for words that begin so, and those that it has not read since they were changed. */
function narrowed({ outer, key, words, word, marks }: IndexPlace, value: number, place: string): Fragment {
  const names = key.map(() => '??').join(', ')
  const between = { sql: `?? >= ${place} and ?? < ${place}`, bindings: [word, new Parameter(value, 'match', beginning('')), word, new Parameter(value, 'match', beginning('\u{10FFFF}'))] }
  const found = fragment`select ${{ sql: names, bindings: key }} from ${{ sql: '??', bindings: [words] }} where ${between} union all select ${{ sql: names, bindings: key }} from ${{ sql: '??', bindings: [marks] }}`
  return fragment`${{ sql: outer.length === 1 ? '??' : `(${outer.map(() => '??').join(', ')})`, bindings: outer }} in (select ${{ sql: names, bindings: key }} from (${found}) as caruso_found)`
}

function beginning(end: string): Pick<Codec, 'match' | 'store'> {
  const bind = (value: Value): Bound => `${typeof value === 'string' ? value : ''}${end}`
  return { match: bind, store: bind }
}

/** With a condition beside it that an index can answer, where the comparison itself hides the column from it. */
function equal(column: Resolved, values: readonly Parameter[]): Fragment {
  const { token, codec } = column
  const [only] = values
  const found = values.length === 1 && only ? comparison(column, '=', only) : listed(column, 'in', values)
  if (codec?.narrow === undefined) return found
  const kept = values.map(({ index }) => new Parameter(index, 'store', codec))
  const narrow = { sql: `?? in (${values.map(() => codec.narrow).join(', ')})`, bindings: [token, ...kept] }
  return codec.exact ? narrow : { sql: `${narrow.sql} and ${found.sql}`, bindings: [...narrow.bindings, ...found.bindings] }
}

function listed({ token, codec }: Resolved, op: string, values: readonly Parameter[]): Fragment {
  return { sql: `${codec?.compare ?? '??'} ${op} (${values.map(() => codec?.place ?? '?').join(', ')})`, bindings: [token, ...values] }
}

function isNull({ token }: Resolved, positive: boolean): Fragment {
  return { sql: positive ? '?? is null' : '?? is not null', bindings: [token] }
}

function orNull({ sql, bindings }: Fragment, { token }: Resolved): Fragment {
  return { sql: `${sql} or ?? is null`, bindings: [...bindings, token] }
}

function constant(value: boolean): Fragment {
  return { sql: value ? '1 = 1' : '1 = 0', bindings: [] }
}
