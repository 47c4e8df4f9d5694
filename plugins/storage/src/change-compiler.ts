import type { Knex } from 'knex'
import type { Catalogue, Table } from './catalogue.ts'
import type { Decoder } from './codec.ts'
import type { Filter, LogicalType } from './contract.ts'
import { StorageError } from './errors.ts'
import { compileFilter, compileSame } from './filter-compiler.ts'
import { joined } from './fragment.ts'
import type { Fragment } from './fragment.ts'
import { Scope } from './scope.ts'
import { Names, Parameter, toRaw, toStatement, toText } from './sql-builder.ts'
import type { SqlDialect, Statement, Together } from './sql-builder.ts'
import type { UpdateRows } from './update-rows.ts'

/** The statement that inserts rows, and the key of each, which it answers where the dialect can. */
export interface Insert extends Statement {
  /** Each value is a list of a column's values of all rows. */
  readonly lists: boolean
  readonly key: readonly string[]
  /** The key of each row comes from the statement, or where it is `generated` from the driver; else it is what was given. */
  readonly told: 'returned' | 'generated' | 'given'
  readonly decoders: readonly Decoder[]
}

/** What updates one row of its key after the other, and where the dialect can, many at once. */
export interface RowStatements {
  readonly each: Statement
  /** Each value is a list of the values of all rows. */
  readonly together?: { readonly sql: string; readonly bindings: readonly Parameter[] }
}

export type Types = Readonly<Record<string, LogicalType>>

/** Makes the SQL of the steps of a transaction; every name is looked up in the catalogue. */
export class ChangeCompiler {
  readonly #knex: Knex
  readonly #dialect: SqlDialect
  readonly #catalogue: Catalogue

  constructor(knex: Knex, dialect: SqlDialect, catalogue: Catalogue) {
    this.#knex = knex
    this.#dialect = dialect
    this.#catalogue = catalogue
  }

  /** The values are numbered row by row, as the columns are given; in lists, as the columns are. */
  insert(name: string, columns: readonly string[], types: Types, rows: number, replace: boolean): Insert {
    const table = this.#catalogue.table(name)
    const { together } = this.#dialect
    const statement = together && rows > 1 && columns.length > 0 ? this.#insertLists(table, columns, types, together) : this.#insertRows(table, columns, types, rows)
    const key = table.key.map((column) => this.#catalogue.column(table, column))
    const replacing = replace ? ` ${this.#replacing(table, columns)}` : ''
    const told = this.#told(table, replace)
    const returning = told === 'returned' && key.length > 0 ? ` returning ${key.map((column) => this.#dialect.quote(column.name)).join(', ')}` : ''
    return Object.freeze({ ...statement, sql: statement.sql + replacing + returning, lists: together !== undefined && rows > 1 && columns.length > 0, key: table.key, told, decoders: key.map((column) => this.#dialect.codec(column, own(types, column.name))) })
  }

  /** A row that takes another's place is not the one inserted last. */
  #told({ numbered = false }: Table, replace: boolean): Insert['told'] {
    if (!this.#dialect.returning) return 'given'
    return numbered && !replace ? 'generated' : 'returned'
  }

  #insertRows(table: Table, columns: readonly string[], types: Types, rows: number): Statement {
    const names = new Names()
    const given = Array.from({ length: rows }, (_, row) => this.#assignments(table, names, columns, types, row * columns.length))
    return toStatement(this.#knex(names.token(table.name)).insert(rows === 1 ? given[0] : given), names, this.#dialect)
  }

  #insertLists(table: Table, columns: readonly string[], types: Types, together: Together): Statement {
    const found = columns.map((name) => this.#catalogue.column(table, name))
    const values = found.map((column, index) => together.assigned(`given.p${index}`, column))
    const into = found.map(({ name }) => this.#dialect.quote(name))
    const sql = `insert into ${this.#dialect.quote(table.name)} (${into.join(', ')}) select ${values.join(', ')} from ${together.given(columns.length)}`
    return { sql, bindings: found.map((column, index) => new Parameter(index, 'store', this.#dialect.codec(column, own(types, column.name)))) }
  }

  /** The values are numbered as the columns are given, then those of the filter. */
  update(name: string, columns: readonly string[], types: Types, where: Filter): Statement {
    if (columns.length === 0) throw new StorageError('PLAN_INVALID', `Read an update of table ${JSON.stringify(name)}: it sets no column`)
    const table = this.#catalogue.table(name)
    const names = new Names()
    const builder = this.#knex(names.token(table.name)).update(this.#assignments(table, names, columns, types, 0))
    return toStatement(this.#where(builder, table, names, where, columns.length), names, this.#dialect)
  }

  /** The values are numbered as in a row of the step. Undefined where the conditions leave open which row it is, or are none of every value. */
  updateRow({ update: name, columns, types = {}, same: seen }: UpdateRows): RowStatements | undefined {
    const table = this.#catalogue.table(name)
    const names = new Names()
    const scope = this.#scope(table, names)
    const found = seen.map((same) => scope.resolve(same))
    if (columns.length === 0 || table.key.length === 0 || !table.key.every((key) => found.some(({ column }) => column.name === key)) || found.some(({ codec }) => codec?.type === 'json')) return undefined
    const conditions = joined(seen.map((same, index) => compileSame(same, scope, columns.length + index)), ' and ')
    const assignments = this.#assignments(table, names, columns, types, 0)
    const builder = this.#knex(names.token(table.name)).update(assignments).whereRaw(toRaw(this.#knex, conditions))
    const together = this.#together(table, names, Object.values(assignments), columns, conditions)
    return Object.freeze({ each: toStatement(builder, names, this.#dialect), ...(together === undefined ? {} : { together }) })
  }

  #together(table: Table, names: Names, assigned: readonly Parameter[], columns: readonly string[], conditions: Fragment): RowStatements['together'] {
    const { together, quote } = this.#dialect
    if (together === undefined) return undefined
    const given: Parameter[] = []
    const place = (parameter: Parameter): string => `given.p${given.push(parameter) - 1}`
    const set = assigned.map((parameter, index) => {
      const column = this.#catalogue.column(table, columns[index] ?? '')
      return `${quote(column.name)} = ${together.assigned(place(parameter), column)}`
    })
    const where = toText(conditions, names, this.#dialect, place)
    return { sql: `update ${quote(table.name)} set ${set.join(', ')} from ${together.given(given.length)} where ${where}`, bindings: given }
  }

  remove(name: string, where: Filter): Statement {
    const table = this.#catalogue.table(name)
    const names = new Names()
    return toStatement(this.#where(this.#knex(names.token(table.name)).delete(), table, names, where, 0), names, this.#dialect)
  }

  #replacing({ name, key }: Table, columns: readonly string[]): string {
    if (key.length === 0 || !key.every((column) => columns.includes(column))) throw new StorageError('PLAN_INVALID', `Read an insert into ${JSON.stringify(name)} that replaces: it must name the columns of the primary key`)
    const others = columns.filter((column) => !key.includes(column))
    const quoted = (names: readonly string[]): string[] => names.map((column) => this.#dialect.quote(column))
    return this.#dialect.replacing(quoted(key), quoted(others.length === 0 ? key : others))
  }

  #where(builder: Knex.QueryBuilder, table: Table, names: Names, where: Filter, first: number): Knex.QueryBuilder {
    return builder.whereRaw(toRaw(this.#knex, compileFilter(where, this.#scope(table, names), first)))
  }

  #scope(table: Table, names: Names): Scope {
    const scope = new Scope(this.#dialect, this.#catalogue, names, `a change of ${JSON.stringify(table.name)}`)
    scope.add(table.name, table.name, { named: false })
    return scope
  }

  #assignments(table: Table, names: Names, columns: readonly string[], types: Types, first: number): Record<string, Parameter> {
    return Object.fromEntries(
      columns.map((name, index) => {
        const column = this.#catalogue.column(table, name)
        return [names.token(column.name), new Parameter(first + index, 'store', this.#dialect.codec(column, own(types, name)))]
      }),
    )
  }
}

function own(types: Types, column: string): LogicalType | undefined {
  return Object.hasOwn(types, column) ? types[column] : undefined
}
