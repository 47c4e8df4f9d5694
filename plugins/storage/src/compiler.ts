import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import type { Catalogue } from './catalogue.ts'
import { ChangeCompiler } from './change-compiler.ts'
import type { Insert, RowStatements, Types } from './change-compiler.ts'
import type { Filter, Plan, Value } from './contract.ts'
import { filterShape } from './filter-shape.ts'
import { compileSelect } from './select-compiler.ts'
import type { Select } from './select-compiler.ts'
import type { SqlDialect, Statement } from './sql-builder.ts'
import type { UpdateRows } from './update-rows.ts'

/** A statement with the values of one plan. */
export interface Bound<S extends Statement> {
  readonly statement: S
  readonly values: readonly Value[]
}

const remembered = 500

/** The statements of one data source, made once per shape of a plan: what differs in values only shares its statement. */
export class Compiler {
  readonly #knex: Knex
  readonly #dialect: SqlDialect
  readonly #catalogue: Catalogue
  readonly #changes: ChangeCompiler
  readonly #selects = remembering<Select>()
  readonly #inserts = remembering<Insert>()
  readonly #others = remembering<Statement>()
  readonly #rows = remembering<{ readonly found: RowStatements | undefined }>()

  constructor(knex: Knex, dialect: SqlDialect, catalogue: Catalogue) {
    this.#knex = knex
    this.#dialect = dialect
    this.#catalogue = catalogue
    this.#changes = new ChangeCompiler(knex, dialect, catalogue)
  }

  select(plan: Plan, limit: number | undefined): Bound<Select> {
    this.#catalogue.refresh()
    const { from, as, columns, joins, where, group, aggregates, order, offset } = plan
    const values: Value[] = []
    const computed = columns?.map((entry) => (typeof entry === 'object' && 'term' in entry ? [filterShape({ term: entry.term }, values), entry.as] : entry))
    const figures = aggregates?.map(({ term, ...rest }) => (term === undefined ? rest : [filterShape({ term }, values), rest]))
    const joined = joins?.map(({ where: term, ...join }) => [join, term ? filterShape({ term }, values) : ''])
    const filter = where ? filterShape(where, values) : ''
    const conditions = values.length
    if (limit !== undefined) values.push(limit)
    if (offset !== undefined) values.push(offset)
    const shape = JSON.stringify([from, as, computed, joined, filter, group, figures, order, limit !== undefined, offset !== undefined])
    const statement = this.#selects.memo(shape, { context: () => compileSelect(this.#knex, this.#dialect, this.#catalogue, plan, { conditions, limited: limit !== undefined }) })
    return { statement, values }
  }

  insert(table: string, columns: readonly string[], types: Types, rows: number, replace: boolean): Insert {
    const shape = this.#dialect.together ? rows > 1 : rows
    return this.#inserts.memo(JSON.stringify([table, columns, types, shape, replace]), { context: () => this.#changes.insert(table, columns, types, rows, replace) })
  }

  /** The values are those of the filter. */
  update(table: string, columns: readonly string[], types: Types, where: Filter): Bound<Statement> {
    const values: Value[] = []
    const shape = JSON.stringify(['update', table, columns, types, filterShape(where, values)])
    return { statement: this.#others.memo(shape, { context: () => this.#changes.update(table, columns, types, where) }), values }
  }

  /** The statements of all rows of a step; see `ChangeCompiler.updateRow`. */
  updateRow(step: UpdateRows): RowStatements | undefined {
    const shape = JSON.stringify([step.update, step.columns, step.types, step.same])
    return this.#rows.memo(shape, { context: () => ({ found: this.#changes.updateRow(step) }) }).found
  }

  remove(table: string, where: Filter): Bound<Statement> {
    const values: Value[] = []
    const shape = JSON.stringify(['remove', table, filterShape(where, values)])
    return { statement: this.#others.memo(shape, { context: () => this.#changes.remove(table, where) }), values }
  }

  /** Forgets every statement: the tables have changed. */
  forget(): void {
    this.#selects.clear()
    this.#inserts.clear()
    this.#others.clear()
    this.#rows.clear()
  }

  /** How many shapes are remembered. */
  get size(): number {
    return this.#selects.size + this.#inserts.size + this.#others.size + this.#rows.size
  }
}

/** What was used last, by its shape; what is not there is made by what is handed in. */
function remembering<T extends object>(): LRUCache<string, T, () => T> {
  return new LRUCache<string, T, () => T>({ max: remembered, memoMethod: (_key, _stale, { context: make }) => make() })
}
