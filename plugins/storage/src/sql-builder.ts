import type { Knex } from 'knex'

/** The place of a value in a statement, by its index among the values of the plan. */
export class Parameter {
  readonly index: number
  /** The value is the beginning of a text, which the dialect turns into what its condition compares with. */
  readonly prefix: boolean

  constructor(index: number, prefix = false) {
    this.index = index
    this.prefix = prefix
  }
}

/** One statement: its text, and for each of its question marks a parameter or a fixed value. */
export interface Statement {
  readonly sql: string
  readonly bindings: readonly (Parameter | number)[]
}

/** What compiling needs to know of a dialect. */
export interface SqlDialect {
  /** Knex's name of it. */
  readonly client: string
  quote(name: string): string
  /** The condition, over one column and one value, that a text starts with it; the parameter is marked as a prefix. */
  readonly startsWith: string
  readonly notStartsWith: string
}

/**
 * Knex as a maker of SQL, and no more: it never connects. Running is left to each dialect, because Knex prepares every
 * statement anew and reads a stream into memory before its first row.
 *
 * No name from outside reaches Knex, which would split `a.b` and read `a as b`: it sees tokens (`n0`), and the names of
 * the catalogue are put in by the dialect's quoting. Loaded when the first plan is compiled, since it costs 20 MB.
 */
export async function loadKnex(dialect: SqlDialect): Promise<Knex> {
  const { default: knex } = await import('knex')
  return knex({
    client: dialect.client,
    useNullAsDefault: true,
    wrapIdentifier: (token: string, _original: unknown, names: unknown) => (token === '*' ? token : dialect.quote(nameOf(token, names))),
  })
}

/** The names that one statement uses, by token. */
export class Names {
  readonly list: string[] = []

  token(name: string): string {
    const known = this.list.indexOf(name)
    return `n${known === -1 ? this.list.push(name) - 1 : known}`
  }
}

/** They stand for numbers of rows, which Knex wants to see as numbers; the only others among its bindings are 0, 1 and -1. */
export const limitMark = 987_654_321
export const offsetMark = 987_654_322

/** The statement that Knex made; parameters take the places of the marks. */
export function toStatement(builder: Knex.QueryBuilder, marks: ReadonlyMap<unknown, Parameter> = new Map()): Statement {
  const { sql, bindings } = builder.toSQL().toNative()
  return Object.freeze({ sql, bindings: Object.freeze(bindings.map((binding: unknown) => marks.get(binding) ?? toBinding(binding))) })
}

function toBinding(binding: unknown): Parameter | number {
  if (binding instanceof Parameter || typeof binding === 'number') return binding
  throw new TypeError(`Compiled a plan: found the value ${String(binding)} in the SQL, expected parameters only`)
}

function nameOf(token: string, names: unknown): string {
  const name: unknown = Array.isArray(names) ? names[Number(token.slice(1))] : undefined
  if (typeof name !== 'string') throw new TypeError(`Compiled a plan: found the name ${JSON.stringify(token)}, expected a token of the plan`)
  return name
}
