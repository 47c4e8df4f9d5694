import type { Knex } from 'knex'
import type { Catalogue, Table } from './catalogue.ts'
import type { Decoder } from './codec.ts'
import type { LogicalType, Plan, Term } from './contract.ts'
import { StorageError } from './errors.ts'
import { compileFilter } from './filter-compiler.ts'
import type { Reference, Resolved } from './filter-compiler.ts'
import { fragment } from './fragment.ts'
import type { Fragment } from './fragment.ts'
import { isSummable } from './is-summable.ts'
import { rowReader } from './row-reader.ts'
import type { RowReader } from './row-reader.ts'
import { Scope } from './scope.ts'
import { limitMark, Names, offsetMark, Parameter, toRaw, toStatement } from './sql-builder.ts'
import type { Aggregated, Aggregation, SqlDialect, Statement } from './sql-builder.ts'
import { compileTerm, compileValue, scalarOf } from './term-compiler.ts'
import type { Scalar } from './term-dialect.ts'
import { placesOf } from './term-shape.ts'

/** A plan's statement, and what makes its rows of what it gives. */
export interface Select extends Statement, RowReader {
  /** How many values a row has. */
  readonly width: number
  /** Whether the statement gives each value the name that it has in rows. */
  readonly byName: boolean
}

interface Selected extends Reference {
  readonly as?: string
}

/** What a row has that no column holds: its term, its name, and the place among what is selected, counting from 1. */
interface Computed {
  readonly term: Term
  readonly as: string
  readonly position: number
  /** The number of its first value. */
  readonly first: number
}

type Group = NonNullable<Plan['group']>[number]

type Aggregate = NonNullable<Plan['aggregates']>[number]

/** What an aggregate is of. */
interface Aggregating {
  readonly value: Fragment
  readonly codec: Aggregated | undefined
  /** What different values are counted by. */
  readonly group: string
}

/**
 * Makes the SQL of a plan. Its values are numbered in this order: those of what is computed, of the aggregates, of the joins, of the filter, `limit`, `offset`.
 *
 * @throws StorageError `TABLE_UNKNOWN`, `COLUMN_UNKNOWN`, `COLUMN_AMBIGUOUS`, `PLAN_INVALID`
 */
export function compileSelect(knex: Knex, dialect: SqlDialect, catalogue: Catalogue, plan: Plan, values: { readonly conditions: number; readonly limited: boolean }): Select {
  return new SelectCompiler(knex, dialect, catalogue, plan).compile(values.conditions, values.limited)
}

class SelectCompiler {
  readonly #knex: Knex
  readonly #dialect: SqlDialect
  readonly #plan: Plan
  readonly #names = new Names()
  readonly #scope: Scope
  readonly #columns: string[] = []
  readonly #decoders: Decoder[] = []
  readonly #aggregations: (Aggregation | undefined)[] = []
  readonly #computed: readonly Computed[]
  #byName = false

  constructor(knex: Knex, dialect: SqlDialect, catalogue: Catalogue, plan: Plan) {
    this.#knex = knex
    this.#dialect = dialect
    this.#plan = plan
    let first = 0
    this.#computed = (plan.columns ?? []).flatMap((entry, index) => {
      if (typeof entry !== 'object' || !('term' in entry)) return []
      const found = { ...entry, position: index + 1, first }
      first += sizeOf([entry.term])
      return [found]
    })
    this.#scope = new Scope(dialect, catalogue, this.#names, `a plan over ${JSON.stringify(plan.from)}`)
  }

  compile(conditionValues: number, limited: boolean): Select {
    const { from, as, where, group, aggregates, offset } = this.#plan
    const place = this.#scope.add(from, as)
    const builder = this.#knex({ [place.token]: this.#names.token(place.table.name) })
    const before = this.#join(builder, sizeOf([...this.#computed, ...(aggregates ?? [])].flatMap(({ term }) => term ?? [])))
    this.#select(builder, place.table)
    if (where) builder.whereRaw(this.#raw(compileFilter(where, this.#scope, before)))
    for (const entry of group ?? []) builder.groupByRaw(this.#raw('computed' in entry ? { sql: String(this.#named(entry.computed).position), bindings: [] } : grouping(this.#resolve(entry))))
    this.#order(builder)
    if (limited) builder.limit(limitMark)
    if (offset !== undefined) builder.offset(offsetMark)
    const marks = new Map([[limitMark, new Parameter(conditionValues, 'match')], [offsetMark, new Parameter(conditionValues + (limited ? 1 : 0), 'match')]])
    const { sql, bindings } = toStatement(builder, this.#names, this.#dialect, marks)
    return Object.freeze({ sql: limited ? this.#withLimit(sql) : sql, bindings, ...rowReader(this.#columns, this.#decoders), width: this.#columns.length, byName: this.#byName })
  }

  /** Knex writes a limit in one way only, at the end. */
  #withLimit(sql: string): string {
    const { limit = '?' } = this.#dialect
    return sql.replace(/limit \?(?=$| offset \?$)/, () => `limit ${limit}`)
  }

  /** The number of the first value after those of the joins. */
  #join(builder: Knex.QueryBuilder, first: number): number {
    let next = first
    for (const { table, as, kind, on, where } of this.#plan.joins ?? []) {
      const place = this.#scope.add(table, as, { outer: kind === 'left' })
      const joined = { [place.token]: this.#names.token(place.table.name) }
      const equal = this.#scope.equalities(on)
      const condition = this.#raw(where ? fragment`${equal} and (${compileTerm(where, false, this.#scope, next)})` : equal)
      if (where) next += sizeOf([where])
      const clause = (join: Knex.JoinClause): void => void join.on(condition)
      if (kind === 'left') builder.leftJoin(joined, clause)
      else builder.innerJoin(joined, clause)
    }
    return next
  }

  #select(builder: Knex.QueryBuilder, table: Table): void {
    const { columns, joins, group, aggregates } = this.#plan
    const grouped = group !== undefined || aggregates !== undefined
    if (columns === undefined && !grouped && joins !== undefined) throw this.#invalid('it joins tables, so it must name its columns')
    const groups = grouped ? (group ?? []) : undefined
    const selected: NonNullable<Plan['columns']> = columns ?? groups?.flatMap((entry) => ('computed' in entry ? [] : [entry])) ?? [...table.columns.keys()]
    this.#byName = this.#dialect.makesRows === true && !grouped && selected.length <= widestByName && selected.every(isNamed)
    for (const entry of selected) {
      if (typeof entry === 'object' && 'term' in entry) this.#compute(builder, this.#named(entry.as), groups)
      else this.#column(builder, typeof entry === 'string' ? { column: entry } : entry, groups)
    }
    let first = sizeOf(this.#computed.map(({ term }) => term))
    for (const [index, aggregate] of (aggregates ?? []).entries()) {
      this.#aggregate(builder, index, aggregate, first)
      if (aggregate.term) first += sizeOf([aggregate.term])
    }
    if (this.#columns.length === 0) throw this.#invalid('it asks for no column')
  }

  #column(builder: Knex.QueryBuilder, reference: Selected, groups: readonly Group[] | undefined): void {
    const found = this.#resolve(reference)
    const group = groups?.find((entry): entry is Reference => 'column' in entry && this.#resolve(entry).token === found.token)
    if (groups && !group) throw this.#invalid(`column ${JSON.stringify(reference.column)} is neither grouped by nor aggregated`)
    if (group && group.type !== reference.type) throw this.#invalid(`column ${JSON.stringify(reference.column)} is grouped by as another type than it is read as`)
    const name = nameOf(reference)
    this.#name(name, found.codec)
    const value = groups ? groupedValue(found) : plainValue(found)
    builder.select(this.#raw(this.#byName ? fragment`${value} as ${{ sql: '??', bindings: [this.#names.token(name)] }}` : value))
  }

  #compute(builder: Knex.QueryBuilder, { term, as, position, first }: Computed, groups: readonly Group[] | undefined): void {
    if (groups && !groups.some((entry) => 'computed' in entry && entry.computed === as)) throw this.#invalid(`what is computed as ${JSON.stringify(as)} is neither grouped by nor aggregated`)
    const { terms } = this.#dialect
    const value = compileValue(term, this.#scope, first)
    this.#name(as, terms.decoder(logical(scalarOf(term))))
    builder.select(this.#raw(fragment`${groups ? terms.grouped(scalarOf(term), value) : value} as ${{ sql: '??', bindings: [this.#names.token(`c${position}`)] }}`))
  }

  /** @param first the number of the first value of its term */
  #aggregate(builder: Knex.QueryBuilder, index: number, aggregate: Aggregate, first: number): void {
    const { fn, column, term, distinct, as } = aggregate
    if (column !== undefined && term !== undefined) throw this.#invalid(`aggregate ${JSON.stringify(as)} says both a column and a term`)
    if (column === undefined && term === undefined && (fn !== 'count' || distinct)) throw this.#invalid(`aggregate ${JSON.stringify(as)} must say of which column`)
    if (fn !== 'count' && distinct) throw this.#invalid(`aggregate ${JSON.stringify(as)} is distinct, which only count can be`)
    const type = term === undefined ? aggregate.type : scalarOf(term)
    if ((fn === 'sum' || fn === 'avg') && type !== undefined && !isSummable(type)) throw this.#invalid(`${fn} of what is ${type}, as aggregate ${JSON.stringify(as)} asks: only numbers and durations have one`)
    const { value, codec, group } = term === undefined ? this.#aggregatedColumn(aggregate) : this.#aggregatedTerm(term, first)
    const aggregation = fn === 'count' ? undefined : this.#dialect.aggregate(fn, codec)
    const { sql } = aggregation ?? { sql: distinct ? `count(distinct ${group})` : 'count(??)' }
    builder.select(this.#raw(fragment`${filled(sql, value)} as ${{ sql: '??', bindings: [this.#names.token(`a${index}`)] }}`))
    this.#aggregations.push(aggregation)
    this.#name(as, fn === 'count' ? this.#dialect.counted : aggregation?.codec)
  }

  #aggregatedColumn(aggregate: Aggregate): Aggregating {
    const { fn, column, type } = aggregate
    if (column === undefined) return { value: { sql: '*', bindings: [] }, codec: undefined, group: '??' }
    const { column: found, codec, token } = this.#resolve({ ...aggregate, column })
    if ((fn === 'sum' || fn === 'avg') && found.text && type === undefined) throw this.#invalid(`${fn} of column ${JSON.stringify(column)}, which holds text: the database would round it`)
    return { value: { sql: '??', bindings: [token] }, codec, group: codec?.group ?? codec?.compare ?? '??' }
  }

  #aggregatedTerm(term: Term, first: number): Aggregating {
    const { terms } = this.#dialect
    const [type, value] = [scalarOf(term), compileValue(term, this.#scope, first)]
    // Numbers of SQLite are made comparable by the aggregate itself, which reads them as they are.
    return { value: type === 'text' ? terms.grouped(type, value) : value, codec: { ...terms.decoder(logical(type)), compare: '??' }, group: terms.grouped(type, { sql: '??', bindings: [] }).sql }
  }

  #order(builder: Knex.QueryBuilder): void {
    const { order, aggregates, group } = this.#plan
    for (const entry of order ?? []) {
      const { column, of, desc } = entry
      const aggregate = of === undefined ? (aggregates ?? []).findIndex(({ as }) => as === column) : -1
      if (aggregate !== -1) {
        this.#orderBy(builder, { sql: this.#aggregations[aggregate]?.compare ?? '??', bindings: [this.#names.token(`a${aggregate}`)] }, desc, true)
        continue
      }
      const computed = of === undefined ? this.#computed.find(({ as }) => as === column) : undefined
      if (computed) {
        this.#orderBy(builder, this.#comparable(computed), desc, true)
        continue
      }
      const found = this.#resolve(entry)
      if ((group ?? aggregates) !== undefined && !group?.some((grouped) => 'column' in grouped && this.#resolve(grouped).token === found.token)) {
        throw this.#invalid(`it orders by column ${JSON.stringify(column)}, which is neither grouped by nor aggregated`)
      }
      this.#orderBy(builder, { sql: found.codec?.compare ?? '??', bindings: [found.token] }, desc, found.column.nullable || this.#scope.hasOuter)
    }
  }

  /** What is computed in a form that orders as its values do. */
  #comparable({ term, position, first }: Computed): Fragment {
    const type = scalarOf(term)
    const { group, aggregates } = this.#plan
    const name = { sql: '??', bindings: [this.#names.token(`c${position}`)] }
    if ((group ?? aggregates) !== undefined) return this.#dialect.terms.ordered(type, name)
    return type === 'text' || type === 'number' ? this.#dialect.terms.comparable(type, compileValue(term, this.#scope, first)) : name
  }

  #orderBy(builder: Knex.QueryBuilder, { sql, bindings }: Fragment, desc = false, nullable: boolean): void {
    const direction = desc ? 'desc' : 'asc'
    const nulls = nullable ? (this.#dialect.nulls?.[direction] ?? '') : ''
    builder.orderByRaw(this.#raw({ sql: `${sql} ${direction}${nulls}`, bindings }))
  }

  #raw(fragment: Fragment): Knex.Raw {
    return toRaw(this.#knex, fragment)
  }

  #named(name: string): Computed {
    const found = this.#computed.find(({ as }) => as === name)
    if (!found) throw this.#invalid(`it groups by ${JSON.stringify(name)}, which is computed nowhere among its columns`)
    return found
  }

  #resolve(column: Reference): Resolved {
    return this.#scope.resolve(column)
  }

  #name(name: string, decoder: Decoder): void {
    // Rows are plain objects, on which this name would not become a property.
    if (name === '__proto__') throw this.#invalid('no value of a row can be named "__proto__"')
    if (this.#columns.includes(name)) throw this.#invalid(`two values of its rows are named ${JSON.stringify(name)}: give one of them another name with "as"`)
    this.#columns.push(name)
    this.#decoders.push(decoder)
  }

  #invalid(found: string): StorageError {
    return new StorageError('PLAN_INVALID', `Read a plan over ${JSON.stringify(this.#plan.from)}: ${found}`)
  }
}

/** A driver's row of more values is a table of hashes. */
const widestByName = 128

/** Whether the name of a value can stand in SQL as it is, and is not one that what is computed may have there. */
function isNamed(entry: NonNullable<Plan['columns']>[number]): boolean {
  if (typeof entry === 'object' && 'term' in entry) return false
  const name = nameOf(typeof entry === 'string' ? { column: entry } : entry)
  return name.isWellFormed() && !name.includes('\0')
}

function nameOf({ as, column }: Selected): string {
  return as ?? column
}

/** What the values of a term are read as; durations are numbers of microseconds. */
function logical(type: Scalar): LogicalType {
  return type === 'number' || type === 'duration' ? 'decimal' : type
}

/** SQL of one value, `??`, with that in each of its places. */
function filled(sql: string, value: Fragment): Fragment {
  const [head = '', ...rest] = sql.split('??')
  return { sql: [head, ...rest].join(value.sql), bindings: rest.flatMap(() => value.bindings) }
}

/** How many values terms have. */
function sizeOf(terms: readonly Term[]): number {
  return terms.reduce((size, term) => size + placesOf(term).length, 0)
}

function plainValue({ token, codec }: Resolved): Fragment {
  return { sql: codec?.select ?? '??', bindings: [token] }
}

function grouping({ token, codec }: Resolved): Fragment {
  return { sql: codec?.group ?? codec?.compare ?? '??', bindings: [token] }
}

function groupedValue(column: Resolved): Fragment {
  const { sql, bindings } = grouping(column)
  return { sql: column.codec?.grouped ?? sql, bindings }
}
