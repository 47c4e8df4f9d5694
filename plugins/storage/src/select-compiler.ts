import type { Knex } from 'knex'
import type { Catalogue, Column, Table } from './catalogue.ts'
import type { Plan } from './contract.ts'
import { didYouMean } from './did-you-mean.ts'
import { StorageError } from './errors.ts'
import { compileFilter } from './filter-compiler.ts'
import { limitMark, Names, offsetMark, Parameter, toStatement } from './sql-builder.ts'
import type { SqlDialect, Statement } from './sql-builder.ts'

/** A plan's statement and the names of the values in each of its rows. */
export interface Select extends Statement {
  readonly columns: readonly string[]
}

interface Reference {
  readonly column: string
  readonly of?: string
}

interface Selected extends Reference {
  readonly as?: string
}

interface Place {
  /** The name of the table inside the statement. */
  readonly token: string
  readonly table: Table
}

/**
 * Makes the SQL of a plan. `limit` and `offset` are values too, numbered after the filter's.
 *
 * @throws StorageError `TABLE_UNKNOWN`, `COLUMN_UNKNOWN`, `COLUMN_AMBIGUOUS`, `PLAN_INVALID`
 */
export function compileSelect(knex: Knex, dialect: SqlDialect, catalogue: Catalogue, plan: Plan, values: { readonly filter: number; readonly limited: boolean }): Select {
  return new SelectCompiler(knex, dialect, catalogue, plan).compile(values.filter, values.limited)
}

const add = {
  count: (builder, column) => builder.count(column),
  sum: (builder, column) => builder.sum(column),
  avg: (builder, column) => builder.avg(column),
  min: (builder, column) => builder.min(column),
  max: (builder, column) => builder.max(column),
} as const satisfies Record<string, (builder: Knex.QueryBuilder, column: Record<string, string>) => unknown>

class SelectCompiler {
  readonly #knex: Knex
  readonly #dialect: SqlDialect
  readonly #catalogue: Catalogue
  readonly #plan: Plan
  readonly #names = new Names()
  readonly #places = new Map<string, Place>()
  readonly #columns: string[] = []

  constructor(knex: Knex, dialect: SqlDialect, catalogue: Catalogue, plan: Plan) {
    this.#knex = knex
    this.#dialect = dialect
    this.#catalogue = catalogue
    this.#plan = plan
  }

  compile(filterValues: number, limited: boolean): Select {
    const { from, as, where, group, offset } = this.#plan
    const place = this.#place(from, as)
    const builder = this.#knex({ [place.token]: this.#names.token(place.table.name) }).queryContext(this.#names.list)
    this.#join(builder)
    this.#select(builder, place.table)
    if (where) compileFilter(builder, where, { knex: this.#knex, dialect: this.#dialect, names: this.#names, resolve: (column) => this.#resolve(column).token }, 0)
    for (const column of group ?? []) builder.groupBy(this.#resolve(column).token)
    this.#order(builder)
    if (limited) builder.limit(limitMark)
    if (offset !== undefined) builder.offset(offsetMark)
    const marks = new Map([[limitMark, new Parameter(filterValues)], [offsetMark, new Parameter(filterValues + (limited ? 1 : 0))]])
    return Object.freeze({ ...toStatement(builder, marks), columns: Object.freeze(this.#columns) })
  }

  #place(name: string, as = name): Place {
    const table = this.#catalogue.table(name)
    if (this.#places.has(as)) throw this.#invalid(`two tables are named ${JSON.stringify(as)}: give one of them another name with "as"`)
    // The name in the statement is ours; the caller's is only a key of this map.
    const place = { token: this.#names.token(`t${this.#places.size}`), table }
    this.#places.set(as, place)
    return place
  }

  #join(builder: Knex.QueryBuilder): void {
    for (const { table, as, kind, on } of this.#plan.joins ?? []) {
      const place = this.#place(table, as)
      const joined = { [place.token]: this.#names.token(place.table.name) }
      const pairs = on.map(({ left, right }) => [this.#resolve(left).token, this.#resolve(right).token] as const)
      const clause = (join: Knex.JoinClause): void => {
        for (const [left, right] of pairs) join.on(left, '=', right)
      }
      if (kind === 'left') builder.leftJoin(joined, clause)
      else builder.innerJoin(joined, clause)
    }
  }

  #select(builder: Knex.QueryBuilder, table: Table): void {
    const { columns, joins, group, aggregates } = this.#plan
    const grouped = group !== undefined || aggregates !== undefined
    if (columns === undefined && !grouped && joins !== undefined) throw this.#invalid('it joins tables, so it must name its columns')
    const selected = columns ?? (grouped ? (group ?? []) : [...table.columns.keys()])
    const groups = new Set(group?.map((column) => this.#resolve(column).token))
    for (const entry of selected) {
      const reference: Selected = typeof entry === 'string' ? { column: entry } : entry
      const { token } = this.#resolve(reference)
      if (grouped && !groups.has(token)) throw this.#invalid(`column ${JSON.stringify(reference.column)} is neither grouped by nor aggregated`)
      this.#name(reference.as ?? reference.column)
      builder.select(token)
    }
    for (const [index] of (aggregates ?? []).entries()) this.#aggregate(builder, index)
    if (this.#columns.length === 0) throw this.#invalid('it asks for no column')
  }

  #aggregate(builder: Knex.QueryBuilder, index: number): void {
    const aggregate = this.#plan.aggregates?.[index]
    if (!aggregate) return
    const { fn, column, of, distinct, as } = aggregate
    this.#name(as)
    const name = this.#names.token(`a${index}`)
    if (column === undefined) {
      if (fn !== 'count' || distinct) throw this.#invalid(`aggregate ${JSON.stringify(as)} must say of which column`)
      builder.count({ [name]: '*' })
      return
    }
    const found = this.#resolve({ column, ...(of === undefined ? {} : { of }) })
    if ((fn === 'sum' || fn === 'avg') && found.column.text) throw this.#invalid(`${fn} of column ${JSON.stringify(column)}, which holds text: the database would round it`)
    if (distinct && fn !== 'count') throw this.#invalid(`aggregate ${JSON.stringify(as)} is distinct, which only count can be`)
    if (distinct) builder.countDistinct({ [name]: found.token })
    else add[fn](builder, { [name]: found.token })
  }

  #order(builder: Knex.QueryBuilder): void {
    const { order, aggregates, group } = this.#plan
    for (const { column, of, desc } of order ?? []) {
      const aggregate = of === undefined ? (aggregates ?? []).findIndex(({ as }) => as === column) : -1
      const token = aggregate === -1 ? this.#resolve({ column, ...(of === undefined ? {} : { of }) }).token : this.#names.token(`a${aggregate}`)
      if (aggregate === -1 && (group ?? aggregates) !== undefined && !group?.some((grouped) => this.#resolve(grouped).token === token)) {
        throw this.#invalid(`it orders by column ${JSON.stringify(column)}, which is neither grouped by nor aggregated`)
      }
      builder.orderBy(token, desc ? 'desc' : 'asc')
    }
  }

  #resolve({ column, of }: Reference): { readonly token: string; readonly column: Column } {
    const place = of === undefined ? this.#placeWith(column) : this.#places.get(of)
    if (!place) {
      throw new StorageError('TABLE_UNKNOWN', `Looked up ${JSON.stringify(of)} among the tables of a plan: there are ${[...this.#places.keys()].map((name) => JSON.stringify(name)).join(', ')}${didYouMean(of ?? '', this.#places.keys())}`)
    }
    const found = this.#catalogue.column(place.table, column)
    return { token: `${place.token}.${this.#names.token(found.name)}`, column: found }
  }

  /** The only table with such a column; without any, the first, whose columns the error then suggests. */
  #placeWith(column: string): Place | undefined {
    const found = [...this.#places].filter(([, { table }]) => table.columns.has(column))
    if (found.length > 1) {
      throw new StorageError('COLUMN_AMBIGUOUS', `Looked up column ${JSON.stringify(column)}: the tables ${found.map(([name]) => JSON.stringify(name)).join(' and ')} have one, so say which with "of"`)
    }
    return found[0]?.[1] ?? this.#places.values().next().value
  }

  #name(name: string): void {
    // Rows are plain objects, on which this name would not become a property.
    if (name === '__proto__') throw this.#invalid('no value of a row can be named "__proto__"')
    if (this.#columns.includes(name)) throw this.#invalid(`two values of its rows are named ${JSON.stringify(name)}: give one of them another name with "as"`)
    this.#columns.push(name)
  }

  #invalid(found: string): StorageError {
    return new StorageError('PLAN_INVALID', `Read a plan over ${JSON.stringify(this.#plan.from)}: ${found}`)
  }
}
