import type { Knex } from 'knex'
import type { Catalogue, Table } from './catalogue.ts'
import type { Filter } from './contract.ts'
import { StorageError } from './errors.ts'
import { compileFilter } from './filter-compiler.ts'
import type { FilterContext } from './filter-compiler.ts'
import { Names, Parameter, toStatement } from './sql-builder.ts'
import type { SqlDialect, Statement } from './sql-builder.ts'

/** The statement that inserts one row, and the key columns it answers. */
export interface Insert extends Statement {
  readonly key: readonly string[]
}

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

  /** The values are numbered as the columns are given. */
  insert(name: string, columns: readonly string[]): Insert {
    const table = this.#catalogue.table(name)
    const names = new Names()
    const builder = this.#from(table, names).insert(this.#assignments(table, names, columns))
    if (table.key.length > 0) builder.returning(table.key.map((column) => names.token(column)))
    return Object.freeze({ ...toStatement(builder), key: table.key })
  }

  /** The values are numbered as the columns are given, then those of the filter. */
  update(name: string, columns: readonly string[], where: Filter): Statement {
    if (columns.length === 0) throw new StorageError('PLAN_INVALID', `Read an update of table ${JSON.stringify(name)}: it sets no column`)
    const table = this.#catalogue.table(name)
    const names = new Names()
    const builder = this.#from(table, names).update(this.#assignments(table, names, columns))
    compileFilter(builder, where, this.#context(table, names), columns.length)
    return toStatement(builder)
  }

  remove(name: string, where: Filter): Statement {
    const table = this.#catalogue.table(name)
    const names = new Names()
    const builder = this.#from(table, names).delete()
    compileFilter(builder, where, this.#context(table, names), 0)
    return toStatement(builder)
  }

  #from(table: Table, names: Names): Knex.QueryBuilder {
    return this.#knex(names.token(table.name)).queryContext(names.list)
  }

  #assignments(table: Table, names: Names, columns: readonly string[]): Record<string, Parameter> {
    return Object.fromEntries(columns.map((column, index) => [names.token(this.#catalogue.column(table, column).name), new Parameter(index)]))
  }

  #context(table: Table, names: Names): FilterContext {
    return {
      knex: this.#knex,
      dialect: this.#dialect,
      names,
      resolve: ({ column, of }) => {
        if (of !== undefined && of !== table.name) throw new StorageError('TABLE_UNKNOWN', `Looked up ${JSON.stringify(of)} in a change of table ${JSON.stringify(table.name)}: a change sees no other table`)
        return names.token(this.#catalogue.column(table, column).name)
      },
    }
  }
}
