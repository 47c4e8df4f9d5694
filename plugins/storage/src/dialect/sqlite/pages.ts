import { setImmediate } from 'node:timers/promises'
import type { Catalogue } from '../../catalogue.ts'
import type { Bound, Compiler } from '../../compiler.ts'
import type { Plan, Row, Value } from '../../contract.ts'
import type { Select } from '../../select-compiler.ts'
import { bindValues } from '../../sql-builder.ts'
import type { Connection } from './connection.ts'
import { sqliteDialect } from './dialect.ts'
import type { Connections } from './open.ts'
import { pageKeyOf, planAfter } from './page-key.ts'

type Rows = readonly Row[]

// So many values are read and made rows of in less than a millisecond, while they still are in the processor's cache.
const valuesOfPage = 7_000
// A column is looked up once for all rows of a page, so that few rows of many columns would take three times as long.
const leastRows = 20
const sliceMilliseconds = 4

/** A plan whose rows are wanted, as many as the limit. */
export interface Reading {
  readonly compiler: Compiler
  readonly plan: Plan
  readonly limit: number
  /** Does a piece of the work, again where another's lock prevents it. */
  readonly patiently: <T>(work: () => T) => Promise<T>
}

/** Reads all rows of plans on the calling thread, a page in one go, which takes two thirds of the time that rows take one by one. */
export class Pages {
  readonly #connections: Connections
  readonly #catalogue: Catalogue
  /** Statements that had more rows than a page the last time. */
  readonly #long = new WeakSet<Select>()
  /** Statements among whose rows were whole numbers that the driver's numbers do not hold. */
  readonly #exact = new WeakSet<Select>()

  constructor(connections: Connections, catalogue: Catalogue) {
    this.#connections = connections
    this.#catalogue = catalogue
  }

  /**
   * All rows: one page, or more where each page can begin after the key that the one before ended with.
   *
   * @param byRow reads what has more than a page and cannot begin so
   */
  async read(reading: Reading, byRow: () => Promise<Rows>): Promise<Rows> {
    const { compiler, plan, limit, patiently } = reading
    const size = Math.max(leastRows, Math.floor(valuesOfPage / (plan.columns?.length ?? this.#catalogue.table(plan.from).columns.size)))
    const isPage = limit <= size
    const first = await patiently(() => compiler.select(plan, Math.min(size, limit)))
    if (isPage || !this.#long.has(first.statement)) {
      const found = await patiently(() => this.#connections.short((connection) => this.#all(connection, first)))
      if (isPage || found.length < size) return found
      this.#long.add(first.statement)
    }
    const several = await this.#several(reading, first, size)
    if (several !== undefined) return several
    const found = await byRow()
    if (found.length < size) this.#long.delete(first.statement)
    return found
  }

  /** In one transaction, so that all pages are of one state; the event loop is given back now and then. */
  async #several({ compiler, plan, limit, patiently }: Reading, first: Bound<Select>, size: number): Promise<Rows | undefined> {
    const { readers, path } = this.#connections
    const key = pageKeyOf(plan, this.#catalogue.table(plan.from))
    if (key === undefined || path === undefined) return undefined
    const reader = await patiently(() => readers.lease())
    const pages: Rows[] = []
    try {
      reader.begin()
      const { statement, values } = compiler.select(planAfter(plan, key, 0), size)
      const given = values.slice(0, -2)
      for (let page = first, left = limit, end = performance.now() + sliceMilliseconds; ; ) {
        const next = page
        const found = await patiently(() => this.#all(reader, next))
        pages.push(found)
        left -= found.length
        if (found.length < size || left <= 0) return ([] as Row[]).concat(...pages)
        const last: Value = found.at(-1)?.[key.name] ?? null
        page = { statement, values: [...given, last, Math.min(size, left)] }
        if (performance.now() < end) continue
        await setImmediate()
        end = performance.now() + sliceMilliseconds
      }
    } finally {
      reader.end()
      readers.release(reader)
    }
  }

  /** The driver makes the rows, unless they have values that it would change. */
  #all(connection: Connection, { statement, values }: Bound<Select>): Rows {
    const bound = bindValues(sqliteDialect, statement, values)
    if (statement.byName && !this.#exact.has(statement)) {
      const rows = statement.inPlace(connection.objects(statement.sql, bound))
      if (rows) return rows
      this.#exact.add(statement)
    }
    return statement.rows(connection.all(statement.sql, bound))
  }
}
