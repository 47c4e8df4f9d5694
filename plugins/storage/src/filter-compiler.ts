import type { Knex } from 'knex'
import type { Filter } from './contract.ts'
import { filterNode } from './filter-shape.ts'
import { Parameter } from './sql-builder.ts'
import type { Names, SqlDialect } from './sql-builder.ts'

/** What a filter is compiled with: the builder's names, and how a column of the plan is found among them. */
export interface FilterContext {
  readonly knex: Knex
  readonly dialect: SqlDialect
  readonly names: Names
  /** The token of a column that exists. */
  resolve(column: { readonly column: string; readonly of?: string }): string
}

/**
 * Adds a filter to a statement; its values are numbered from `first` in the order of `filterShape`.
 *
 * SQL's conditions have three values, ours two. Negation is therefore pushed down to the comparisons, each of which has
 * a negative form that is true where the column is null; what remains is and/or, where null counts as false anyway.
 */
export function compileFilter(builder: Knex.QueryBuilder, filter: Filter, context: FilterContext, first: number): void {
  new FilterCompiler(context, first).add(builder, filter, false)
}

const opposite = { '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const

class FilterCompiler {
  readonly #context: FilterContext
  #next: number

  constructor(context: FilterContext, first: number) {
    this.#context = context
    this.#next = first
  }

  add(builder: Knex.QueryBuilder, filter: Filter, negative: boolean): void {
    const node = filterNode(filter)
    switch (node.kind) {
      case 'not':
        return this.add(builder, node.child, !negative)
      case 'and':
      case 'or':
        return this.#group(builder, node.children, negative, (node.kind === 'and') !== negative)
      case 'compare':
        return this.#compare(builder, this.#context.resolve(node.leaf), negative ? opposite[node.leaf.op] : node.leaf.op, node.leaf.value === null, negative)
      case 'in':
        return this.#in(builder, this.#context.resolve(node.leaf), node.values.length, node.withNull, negative)
      case 'startsWith':
        return this.#startsWith(builder, this.#context.resolve(node.leaf), negative)
      case 'isNull':
        return isNull(builder, this.#context.resolve(node.leaf), node.isNull !== negative)
    }
  }

  #group(builder: Knex.QueryBuilder, children: readonly Filter[], negative: boolean, all: boolean): void {
    if (children.length === 0) return constant(builder, all)
    for (const child of children) {
      const add = this.#nested((inner) => this.add(inner, child, negative))
      if (all) builder.where(add)
      else builder.orWhere(add)
    }
  }

  #compare(builder: Knex.QueryBuilder, column: string, op: keyof typeof opposite, withNull: boolean, negative: boolean): void {
    if (op === '==' || op === '!=') {
      if (withNull) return isNull(builder, column, op === '==')
      const value = this.#value()
      if (op === '==') builder.where(column, '=', value)
      else orNull(builder.where(column, '<>', value), column)
      return
    }
    if (withNull) return constant(builder, negative)
    builder.where(column, op, this.#value())
    if (negative) orNull(builder, column)
  }

  #in(builder: Knex.QueryBuilder, column: string, count: number, withNull: boolean, negative: boolean): void {
    if (count === 0) return withNull ? isNull(builder, column, !negative) : constant(builder, negative)
    const values = Array.from({ length: count }, () => this.#value())
    if (!negative) {
      builder.whereIn(column, values)
      if (withNull) orNull(builder, column)
      return
    }
    builder.whereNotIn(column, values)
    if (withNull) builder.whereNotNull(column)
    else orNull(builder, column)
  }

  #startsWith(builder: Knex.QueryBuilder, column: string, negative: boolean): void {
    const { knex, dialect, names } = this.#context
    builder.where(knex.raw(negative ? dialect.notStartsWith : dialect.startsWith, [column, this.#value(true)]).queryContext(names.list))
    if (negative) orNull(builder, column)
  }

  #nested(add: (builder: Knex.QueryBuilder) => void): (builder: Knex.QueryBuilder) => void {
    return (builder) => {
      builder.queryContext(this.#context.names.list)
      add(builder)
    }
  }

  #value(prefix = false): Knex.Value {
    // Knex passes on what it does not know, so the place of the value arrives among the bindings; its types do not say so.
    return new Parameter(this.#next++, prefix) as object as Knex.Value
  }
}

function isNull(builder: Knex.QueryBuilder, column: string, positive: boolean): void {
  if (positive) builder.whereNull(column)
  else builder.whereNotNull(column)
}

function orNull(builder: Knex.QueryBuilder, column: string): void {
  builder.orWhereNull(column)
}

function constant(builder: Knex.QueryBuilder, value: boolean): void {
  builder.whereRaw(value ? '1 = 1' : '1 = 0')
}
