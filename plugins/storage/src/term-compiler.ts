import type { Bound, Codec } from './codec.ts'
import type { Filter, LogicalType, Term, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { fragment, joined } from './fragment.ts'
import type { Fragment } from './fragment.ts'
import type { Reference, Resolved } from './filter-compiler.ts'
import { Parameter } from './sql-builder.ts'
import type { Scalar, TermDialect } from './term-dialect.ts'
import { isWhole, partsOf, placesOf } from './term-shape.ts'
import type { Constant, Fold } from './term-shape.ts'

/** What a term is compiled with. */
export interface TermContext {
  readonly terms: TermDialect
  resolve(column: Reference): Resolved
  /** The column is one of the innermost tables, and says of which. */
  owns(column: Reference): boolean
  /** The SQL of a subquery over other tables, whose terms are made where its tables are seen. */
  subquery(over: Fold['over'], inside: (context: TermContext) => Inside): Fragment
  /** A comparison of a column with values, as a filter has it, which can use an index. */
  leaf(filter: Filter, values: readonly number[]): Fragment
}

/** How the terms of a subquery are made: the conditions of its joins, one after the other, then the rest, which sees all its tables. */
export interface Inside {
  condition(term: Term): Fragment
  made(): { readonly selected: Fragment; readonly where: Fragment }
}

/** The places of a term's values, by the term. */
type Places = ReadonlyMap<Term, number>

/** A condition as SQL that is true or not, never null where it is negated; its values are numbered from `first` in the order of `placesOf`. */
export function compileTerm(term: Term, negative: boolean, context: TermContext, first: number): Fragment {
  const own = unshared(term)
  return new TermCompiler(context, numbered(own, first)).condition(own, negative)
}

/** A value as SQL, in the dialect's form of its type; its values are numbered likewise. */
export function compileValue(term: Term, context: TermContext, first: number): Fragment {
  const own = unshared(term)
  return new TermCompiler(context, numbered(own, first)).value(own)
}

/** A constant that stands at two places is one object there in some terms, and the statement is for others that have two. */
function unshared(term: Term): Term {
  return JSON.parse(JSON.stringify(term)) as Term
}

function numbered(term: Term, first: number): Places {
  return new Map(placesOf(term).map((place, index) => [place, first + index]))
}

const orders = ['<', '<=', '>', '>=']
const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' }

class TermCompiler {
  readonly #context: TermContext
  readonly #places: Places

  constructor(context: TermContext, places: Places) {
    this.#context = context
    this.#places = places
  }

  condition(term: Term, negative: boolean): Fragment {
    if ('value' in term) return constant((term.value === true) !== negative)
    if ('fold' in term && (term.fold === 'exists' || term.fold === 'all')) return this.#exists(term, negative)
    if ('op' in term) {
      const { op, of } = term
      const [a, b, c] = of
      if (op === 'not' && a) return this.condition(a, !negative)
      if (op === 'and' || op === 'or') return this.#group(of, negative, (op === 'and') !== negative)
      if (op === 'if' && a && b && c) return this.#choice(a, b, c, negative)
      if (op !== 'coalesce') return this.#test(term, negative)
    }
    const found = fragment`${this.value(term)} = ${this.#context.terms.truth.yes}`
    return negative ? fragment`(${found}) is not true` : found
  }

  /** A value in the dialect's form of its type; a condition is yes or no. */
  value(term: Term): Fragment {
    const { terms } = this.#context
    if ('value' in term) return this.#constant(term)
    if ('column' in term) return this.#column(term)
    if ('list' in term) throw invalid('a list where one value is expected')
    if ('fold' in term) return this.#fold(term)
    const { op, of, type } = term
    const [a, b, c] = of
    if (op === 'coalesce') return fragment`coalesce(${joined(of.map((one) => this.value(one)), ', ')})`
    if (op === 'if' && a && b && c) return fragment`case when ${this.condition(a, false)} then ${this.value(b)} else ${this.value(c)} end`
    if (type === 'boolean') return fragment`case when ${this.condition(term, false)} then ${terms.truth.yes} else ${terms.truth.no} end`
    const make = this.#op([op, ...of.map(scalarOf)].join(' '))
    if (!make) throw invalid(`${JSON.stringify(op)} of ${of.map(scalarOf).join(' and ')}, which databases do not compute`)
    return make(...of.map((one) => this.value(one)))
  }

  /** Only what the dialect itself has: the name is the caller's. */
  #op(name: string): TermDialect['ops'][string] | undefined {
    const { ops } = this.#context.terms
    return Object.hasOwn(ops, name) ? ops[name] : undefined
  }

  #group(of: readonly Term[], negative: boolean, all: boolean): Fragment {
    if (of.length === 0) return constant(all)
    return joined(of.map((one) => fragment`(${this.condition(one, negative)})`), all ? ' and ' : ' or ')
  }

  #choice(condition: Term, then: Term, otherwise: Term, negative: boolean): Fragment {
    return fragment`((${this.condition(condition, false)}) and (${this.condition(then, negative)})) or ((${this.condition(condition, true)}) and (${this.condition(otherwise, negative)}))`
  }

  #test(term: Extract<Term, { readonly op: string }>, negative: boolean): Fragment {
    const { terms } = this.#context
    const { op, of } = term
    const [a, b] = of
    if (!a || !b) throw invalid(`${JSON.stringify(op)} of ${of.length} terms`)
    const indexed = this.#leaf(op, a, b, negative) ?? this.#leaf(mirrored[op] ?? '', b, a, negative)
    if (indexed) return indexed
    if (op === '==' || op === '!=') return this.#equal(a, b, (op === '!=') !== negative)
    if (op === 'in') return this.#in(a, b, negative)
    if (op === 'hasWord' || op === 'isWord') return this.#hasWord(a, b, op === 'isWord', negative)
    const type = scalarOf(a)
    const make = this.#op(`${op} ${type} ${scalarOf(b)}`)
    const found = orders.includes(op) ? fragment`${terms.comparable(type, this.value(a))} ${op} ${terms.comparable(type, this.value(b))}` : make?.(this.value(a), this.value(b))
    if (!found) throw invalid(`${JSON.stringify(op)} of ${type} and ${scalarOf(b)}, which databases do not compute`)
    return negative ? fragment`(${found}) is not true` : found
  }

  #equal(a: Term, b: Term, negative: boolean): Fragment {
    const { terms } = this.#context
    for (const [one, other] of [[a, b], [b, a]] as const) if ('value' in one && one.value === null) return fragment`${this.value(other)} is ${negative ? 'not ' : ''}null`
    const type = scalarOf(a)
    const same = terms.same(terms.comparable(type, this.value(a)), terms.comparable(type, this.value(b)))
    return negative ? fragment`not (${same})` : same
  }

  #hasWord(text: Term, word: Term, whole: boolean, negative: boolean): Fragment {
    const { word: words, constant: form } = this.#context.terms
    const index = this.#places.get(word)
    if (index === undefined || scalarOf(text) !== 'text') throw invalid('"hasWord" or "isWord" of what is no text, or with a word that is no constant')
    const pattern = { sql: form('text').place, bindings: [new Parameter(index, 'match', bound((value) => words.bind(value, whole)))] }
    const found = words.matches(this.value(text), pattern)
    return negative ? fragment`(${found}) is not true` : found
  }

  #in(one: Term, list: Term, negative: boolean): Fragment {
    if (!('list' in list)) throw invalid('"in" of what is no list')
    return this.#group(list.list.map((other) => ({ op: '==', of: [one, other], type: 'boolean' })), negative, negative)
  }

  /** A column beside constants is compared as a filter would, which can use an index. */
  #leaf(op: string, left: Term, right: Term, negative: boolean): Fragment | undefined {
    if (!('column' in left) || left.type === 'json') return undefined
    const { column, of } = left
    const place = { column, ...(of === undefined ? {} : { of }) }
    const constants = 'list' in right ? right.list : [right]
    if (!constants.every((one): one is Constant => 'value' in one && typeof one.value !== 'boolean')) return undefined
    const type = left.type === 'integer' && !constants.every((one) => one.value === null || isWhole(one)) ? 'decimal' : left.type
    const values = constants.map(({ value }) => value)
    const indexes = constants.flatMap((one) => this.#places.get(one) ?? [])
    const filter = leafOf(op, place, type, values, 'list' in right)
    return filter && this.#context.leaf(negative ? { not: filter } : filter, indexes)
  }

  #constant(term: Constant): Fragment {
    const { truth, constant: form, nothing } = this.#context.terms
    if (term.value === null) return nothing(scalarOf(term))
    if (typeof term.value === 'boolean') return fragment`${term.value ? truth.yes : truth.no}`
    const index = this.#places.get(term)
    if (index === undefined) throw new TypeError('Compiled a term: found a constant without a place')
    const { place, bind } = form(scalarOf(term))
    return { sql: place, bindings: [new Parameter(index, 'match', bound(bind))] }
  }

  #column(term: Extract<Term, { readonly column: string }>): Fragment {
    const found = this.#context.resolve(term)
    if (!found.codec) throw new TypeError(`Compiled a term: found column ${JSON.stringify(term.column)} without a type`)
    return this.#context.terms.column(found, found.codec)
  }

  #exists({ fold, over, where }: Fold, negative: boolean): Fragment {
    const all = fold === 'all'
    const rows = this.#context.subquery(over, (context) => this.#inside(context, (inner) => ({ selected: fragment`1`, where: inner.condition(where, all) })))
    return all === negative ? fragment`exists (${rows})` : fragment`not exists (${rows})`
  }

  #fold({ fold, over, where, of }: Fold): Fragment {
    const { terms } = this.#context
    if (fold === 'exists' || fold === 'all') throw invalid(`"${fold}" where a value is expected`)
    const made = (inner: TermCompiler): ReturnType<Inside['made']> => {
      const condition = inner.condition(where, false)
      if (fold === 'count' || of === undefined) return { selected: fragment`count(*)`, where: condition }
      const value = inner.#ofRows(of, over)
      return { selected: fold === 'sum' ? terms.sum(scalarOf(of), value) : (fold === 'min' ? terms.least : terms.greatest)(terms.comparable(scalarOf(of), value), value), where: condition }
    }
    return fragment`(${this.#context.subquery(over, (context) => this.#inside(context, made))})`
  }

  /** A value of each row. Where it names none of their columns, databases would aggregate the rows outside. */
  #ofRows(of: Term, { on }: Fold['over']): Fragment {
    const value = this.value(of)
    const owns = (column: Reference): boolean => this.#context.owns(column)
    if (columnsOf(of).some(owns)) return value
    const own = on.flatMap(({ left, right }) => [left, right]).find(owns) ?? on[0]?.right
    if (own === undefined) throw invalid('rows of another table that nothing relates to')
    return fragment`case when ${{ sql: '??', bindings: [this.#context.resolve(own).token] }} is null then ${value} else ${value} end`
  }

  #inside(context: TermContext, made: (inner: TermCompiler) => ReturnType<Inside['made']>): Inside {
    const inner = new TermCompiler(context, this.#places)
    return { condition: (term) => inner.condition(term, false), made: () => made(inner) }
  }
}

function leafOf(op: string, place: { readonly column: string; readonly of?: string }, type: LogicalType, values: readonly (string | boolean | null)[], isList: boolean): Filter | undefined {
  const [value = null] = values
  if (isList) return op === 'in' ? { ...place, type, in: values } : undefined
  if (op === 'startsWith' && typeof value === 'string' && value.length <= 1_000) return { ...place, startsWith: value }
  if (op === '==' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>=') return { ...place, type, op, value }
  return undefined
}

function columnsOf(term: Term): readonly Reference[] {
  return 'column' in term ? [term] : partsOf(term).flatMap(columnsOf)
}

const numbers: readonly LogicalType[] = ['integer', 'decimal', 'float']

/** The type that the operators know. */
export function scalarOf(term: Term): Scalar {
  const { type } = term
  if (typeof type !== 'string') return 'text'
  if ((numbers as readonly string[]).includes(type)) return 'number'
  return type === 'json' || type === 'uuid' || type === 'bytes' ? 'text' : (type as Scalar)
}

function bound(bind: (value: string) => Bound): Pick<Codec, 'match' | 'store'> {
  const match = (value: Value): Bound => (typeof value === 'string' ? bind(value) : null)
  return { match, store: match }
}

function constant(value: boolean): Fragment {
  return { sql: value ? '1 = 1' : '1 = 0', bindings: [] }
}

function invalid(found: string): StorageError {
  return new StorageError('PLAN_INVALID', `Read a term: found ${found}`)
}
