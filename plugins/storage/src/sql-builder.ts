import type { Knex } from 'knex'
import type { Column } from './catalogue.ts'
import type { Bound, Codec, Decoder } from './codec.ts'
import type { LogicalType, Value } from './contract.ts'
import type { Fragment } from './fragment.ts'
import type { TermDialect } from './term-dialect.ts'

/** What is done with a value before it takes its place in a statement. */
export type Use = 'match' | 'store' | 'prefix'

/** The place of a value in a statement, by its index among the values of the plan. */
export class Parameter {
  readonly index: number
  readonly use: Use
  /** How its column keeps it; without, the dialect's own way. */
  readonly codec: Pick<Codec, 'match' | 'store'> | undefined
  /** Where it is many values, which go to the database as one: the indexes of all, and how they do. */
  readonly list: { readonly of: readonly number[]; bind(values: readonly Bound[]): Bound } | undefined

  constructor(index: number, use: Use, codec?: Pick<Codec, 'match' | 'store'>, list?: Parameter['list']) {
    this.index = index
    this.use = use
    this.codec = codec
    this.list = list
  }
}

/** One statement: its text, and for each of its places a parameter or a fixed value. */
export interface Statement {
  readonly sql: string
  readonly bindings: readonly (Parameter | number)[]
}

/** What compiling needs to know of a dialect. */
export interface SqlDialect {
  /** Knex's name of it. */
  readonly client: string
  quote(name: string): string
  /** The driver can make rows by the names of their values, as quickly as lists of them. */
  readonly makesRows?: true
  /** Equality to which null is a value. */
  readonly same: string
  /** How the values of many rows go to the database as lists; without, an update has one row, and an insert a place for each value. */
  readonly together?: Together
  /** How many whole numbers go to the database as one value; without, each has a place. */
  readonly numbers?: NumberList
  /** How several texts that are equal as their bytes are go to the database as one value; without, each has a place. */
  readonly texts?: Pick<NumberList, 'among' | 'bind'>
  /** The condition, over one column and one value, that a text starts with it; the value comes as `prefix` makes it. */
  readonly startsWith: string
  readonly notStartsWith: string
  prefix(text: string): string
  /** A value as the driver takes it where the column does not say how. */
  encode(value: Value): Bound
  /** How a column is handled as a type, or as what it is; undefined to take what the database holds. */
  codec(column: Column, type: LogicalType | undefined): Codec | undefined
  aggregate(fn: 'sum' | 'avg' | 'min' | 'max', codec: Aggregated | undefined): Aggregation
  readonly terms: TermDialect
  /** How a count is read. */
  readonly counted: Decoder
  /** What follows a direction so that nulls come first going up, where the database would do otherwise. */
  readonly nulls?: { readonly asc: string; readonly desc: string }
  /** How the number of a limit is written, where that is not as a value. */
  readonly limit?: string
  /** What ends the statement of a check where a transaction would otherwise look at rows as they were when it began. */
  readonly checkLock?: string
  /** An insert can answer the keys; otherwise the database tells the last one it generated. */
  readonly returning: boolean
  /** What follows an insert so that its rows take the place of those that have their key; names as they are quoted. */
  replacing(key: readonly string[], columns: readonly string[]): string
  /** Rows that one insert may have. */
  readonly insertRows: number
}

/** Values of many rows in one statement, as a table `given` whose columns are `p0`, `p1` and so on, each a text or null; the parts are SQL. */
export interface Together {
  /** The table of so many columns. */
  given(columns: number): string
  /** Such a value as the column takes it. */
  assigned(value: string, column: Column): string
  /** All values of one column, as they are bound. */
  bind(values: readonly Bound[]): Bound
}

/** Several values as one, `?`: what follows a column that is one of them or none of them, and how they are bound. */
export interface NumberList {
  readonly among: string
  /** The same where an index begins with the column, if that is another. */
  readonly amongIndexed?: string
  readonly notAmong: string
  bind(numbers: readonly Bound[]): Bound
}

/** What an aggregate is of, a column or a term, `??`. */
export type Aggregated = Pick<Codec, 'type' | 'compare' | 'read'>

/** How an aggregate of a column, `??`, is made and read, and what is ordered by where that is not its value. */
export interface Aggregation {
  readonly sql: string
  readonly compare?: string
  readonly codec: Decoder
}

/**
 * Knex as a maker of SQL, and no more: it never connects. Running is left to each dialect, because Knex prepares every
 * statement anew and reads a stream into memory before its first row.
 *
 * No name from outside reaches Knex, which would split `a.b`, read `a as b` and take a question mark for a value: it
 * sees tokens (`n0`), and the names of the catalogue are put into what it made. Loaded when the first plan is compiled,
 * since it costs 20 MB.
 */
export async function loadKnex(dialect: SqlDialect): Promise<Knex> {
  const { default: knex } = await import('knex')
  return knex({ client: dialect.client, useNullAsDefault: true, wrapIdentifier: (token: string) => (token === '*' ? token : `{${token}}`) })
}

/** A fragment as the text of a statement, in which what `place` says stands for each value. */
export function toText({ sql, bindings }: Fragment, names: Names, dialect: SqlDialect, place: (value: Parameter) => string): string {
  let at = 0
  const text = sql.replace(/\?\??/g, () => {
    const binding = bindings[at++]
    if (binding === undefined) throw new TypeError(`Compiled a plan: found ${bindings.length} bindings for the places of ${JSON.stringify(sql)}`)
    return binding instanceof Parameter ? place(binding) : binding.split('.').map((token) => `{${token}}`).join('.')
  })
  return names.fill(text, dialect)
}

/** The names that one statement uses, by token. */
export class Names {
  readonly #list: string[] = []

  token(name: string): string {
    const known = this.#list.indexOf(name)
    return `n${known === -1 ? this.#list.push(name) - 1 : known}`
  }

  /** Puts the names in the places of their tokens. */
  fill(sql: string, dialect: SqlDialect): string {
    return sql.replace(/\{([^{}]*)\}/g, (_, token: string) => {
      const name = this.#list[Number(token.slice(1))]
      if (!/^n\d+$/.test(token) || name === undefined) throw new TypeError(`Compiled a plan: found the name ${JSON.stringify(token)}, expected a token of the plan`)
      return dialect.quote(name)
    })
  }
}

/** They stand for numbers of rows, which Knex wants to see as numbers; the only others among its bindings are 0, 1 and -1. */
export const limitMark = 987_654_321
export const offsetMark = 987_654_322

/** The statement that Knex made; parameters take the places of the marks. */
export function toStatement(builder: Knex.QueryBuilder, names: Names, dialect: SqlDialect, marks: ReadonlyMap<unknown, Parameter> = new Map()): Statement {
  const { sql, bindings } = builder.toSQL().toNative()
  return Object.freeze({ sql: names.fill(sql, dialect), bindings: Object.freeze(bindings.map((binding: unknown) => marks.get(binding) ?? toBinding(binding))) })
}

/** A fragment for Knex, which passes on what it does not know: parameters arrive among the bindings, though its types do not say so. */
export function toRaw(knex: Knex, { sql, bindings }: Fragment): Knex.Raw {
  return knex.raw(sql, bindings as readonly unknown[] as readonly Knex.Value[])
}

/** The values of a plan in the order of the statement's places. */
export function bindValues(dialect: SqlDialect, { bindings }: Statement, values: readonly Value[]): Bound[] {
  return bindings.map((binding) => (typeof binding === 'number' ? BigInt(binding) : bindValue(dialect, binding, values)))
}

/** The values of many plans of one statement, a list for each of its places. */
export function bindLists(dialect: SqlDialect, { bindings }: Pick<Statement, 'bindings'>, rows: readonly (readonly Value[])[]): Bound[] {
  return bindings.map((binding) => dialect.together?.bind(rows.map((values) => (typeof binding === 'number' ? BigInt(binding) : bindValue(dialect, binding, values)))) ?? null)
}

/** The value of a plan that takes a place. @throws StorageError `VALUE_INVALID`, `LIMIT_EXCEEDED` */
export function bindValue(dialect: SqlDialect, { index, codec, use, list }: Parameter, values: readonly Value[]): Bound {
  if (list && codec) return list.bind(listOf(list.of, codec, values))
  const value = values[index] ?? null
  if (use === 'prefix') return dialect.encode(dialect.prefix(typeof value === 'string' ? value : ''))
  return codec ? codec[use](value) : dialect.encode(value)
}

/** Without those at the end that only fill the list up, for the database would look at each. A whole number is its own text. */
function listOf(of: readonly number[], { match }: Pick<Codec, 'match'>, values: readonly Value[]): Bound[] {
  const found = of.map((at) => values[at] ?? null)
  while (found.length > 1 && found.at(-1) === found.at(-2)) found.pop()
  return found.map((value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : match(value)))
}

function toBinding(binding: unknown): Parameter | number {
  if (binding instanceof Parameter || typeof binding === 'number') return binding
  throw new TypeError(`Compiled a plan: found the value ${String(binding)} in the SQL, expected parameters only`)
}
