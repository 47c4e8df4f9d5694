import { codeOf } from '@caruso/contract'
import type { Call } from '@caruso/contract'
import type { Change } from './alter/change.ts'
import { alterServer, planOnServer } from './alter/server.ts'
import type { ServerAlter } from './alter/server.ts'
import { Catalogue } from './catalogue.ts'
import type { Table } from './catalogue.ts'
import { requireFew } from './collect-rows.ts'
import { Compiler } from './compiler.ts'
import type { Plan, Row, PlainStep, StepResult, TableDescription } from './contract.ts'
import type { DataSource, OwnSql } from './data-source.ts'
import { StorageError } from './errors.ts'
import { inBatches } from './in-batches.ts'
import { digestOf, firstAnswer, keptFor, keysTable, once } from './keys.ts'
import type { KeyStatements } from './keys.ts'
import { limits } from './limits.ts'
import { requireNames } from './own-keyword.ts'
import { patiently } from './patience.ts'
import type { Waiting } from './patience.ts'
import { rowReader } from './row-reader.ts'
import { ServerCatalogue } from './server-catalogue.ts'
import type { ServerConnection } from './server-connection.ts'
import { ServerConnections } from './server-connections.ts'
import type { Connecting } from './server-connections.ts'
import { bindValues, loadKnex } from './sql-builder.ts'
import type { SqlDialect } from './sql-builder.ts'
import { searchIndexesIn } from './search-index.ts'
import type { SearchIndex } from './search-index.ts'
import { requireKey } from './sidecar-key.ts'
import type { Sidecar } from './sidecar.ts'
import { runSteps } from './steps.ts'
import { requireSize } from './transaction-size.ts'
import { workLater } from './work.ts'

type Rows = readonly Row[]

/** What a dialect with a server brings. */
export interface Server extends Connecting {
  readonly kind: string
  readonly dialect: SqlDialect
  readonly keys: KeyStatements & { readonly create: string; readonly forget: string }
  tables(connection: ServerConnection): Promise<readonly Table[]>
  /** All tables and views, inside a transaction that reads. */
  describe(connection: ServerConnection): AsyncIterable<TableDescription>
  /** What makes a table beside another. */
  sidecar(sidecar: Sidecar): readonly string[]
  readonly alter: ServerAlter
  /** A statement of a caller's own with its values. @throws StorageError `SQL_REFUSED` */
  own(own: OwnSql): string
  explain(error: unknown, tried: string, details?: Readonly<Record<string, unknown>>): unknown
}

export interface ServerSourceOptions {
  readonly readonly: boolean
  /** Connections at most. */
  readonly connections: number
}

/** What a call does in one transaction. */
interface Transaction {
  readonly steps: readonly PlainStep[]
  readonly about: string
  readonly call: Call
  readonly tried: string
}

/** So old a catalogue is asked for again in any case. */
const askedAgainAfter = 60_000
const pruneEvery = 256

/** A database server: plans, transactions with their keys, and what tables it was last seen to have. */
export class ServerSource implements DataSource {
  readonly name: string
  readonly kind: string
  readonly readonly: boolean
  readonly #server: Server
  readonly #most: number
  readonly #connections: ServerConnections
  readonly #known = new ServerCatalogue()
  readonly #catalogue: Catalogue
  #compiler: Promise<Compiler> | undefined
  #keys: Promise<void> | undefined
  #keyed = 0

  constructor(name: string, server: Server, { readonly, connections }: ServerSourceOptions) {
    this.name = name
    this.kind = server.kind
    this.readonly = readonly
    this.#server = server
    this.#most = connections
    this.#connections = new ServerConnections(name, server, connections)
    this.#catalogue = new Catalogue(name, this.#known, () => void this.#compiler?.then((compiler) => compiler.forget()))
  }

  async query(plan: Plan, call: Call): Promise<Rows> {
    const tried = this.#title('Queried', plan)
    const limit = Math.min(plan.limit ?? Infinity, limits.rows + 1)
    const rows = await this.#compiled(call, tried, (compiler) => compiler.select(plan, limit), async ({ statement, values }, connection) => {
      const found: Row[][] = []
      await connection.read(statement.sql, bindValues(this.#server.dialect, statement, values), (some) => void found.push(statement.rows(some)))
      return ([] as Row[]).concat(...found)
    })
    requireFew(rows, tried)
    return rows
  }

  async *stream(plan: Plan, call: Call): AsyncGenerator<Rows, void> {
    const tried = this.#title('Streamed', plan)
    const { statement, values } = await this.#compile(call, (compiler) => compiler.select(plan, plan.limit))
    const { dialect } = this.#server
    yield* this.#connections.reading(call, tried, async function* (connection) {
      for await (const rows of connection.stream(statement.sql, bindValues(dialect, statement, values))) yield statement.rows(rows)
    })
  }

  async *describe(call: Call): AsyncGenerator<readonly TableDescription[], void> {
    yield* this.#connections.reading(call, `Described data source "${this.name}"`, (connection) => inBatches(this.#server.describe(connection)))
  }

  async transact(steps: readonly PlainStep[], about: string | undefined, call: Call): Promise<readonly StepResult[]> {
    const tried = `Changed data source "${this.name}"`
    this.#requireWritable(tried)
    requireSize(tried, steps)
    if (call.key !== undefined) await this.#keysReady(call, tried)
    const work: Transaction = { steps, about: about ?? (call.key === undefined ? '' : digestOf(steps)), call, tried }
    return this.#compiled(call, tried, (compiler) => compiler, (compiler, connection) => patiently(call, () => this.#attempt(compiler, connection, work)))
  }

  async remembered(key: string, about: string, call: Call): Promise<readonly StepResult[] | undefined> {
    const tried = `Looked for a remembered key in data source "${this.name}"`
    this.#requireWritable(tried)
    await this.#keysReady(call, tried)
    return this.#connections.use(call, tried, (connection) => workLater(firstAnswer(this.#server.keys, { component: call.caller.component, key }, about), (sql) => (values) => connection.run(sql, values)))
  }

  async sql(own: OwnSql, call: Call): Promise<{ readonly rows: Rows; readonly affected: number }> {
    const tried = `Ran a statement on data source "${this.name}"`
    if (own.write) this.#requireWritable(tried)
    const sql = this.#server.own(own)
    return this.#connections.use(call, tried, async (connection) => {
      await connection.session.begin(own.write ? 'write' : 'read')
      const { columns, decoders, rows: found, affected } = await connection.describe(sql, own.values.map(this.#server.dialect.encode))
      // What cannot be answered must not have been done.
      if (found.length > limits.rows) throw new StorageError('LIMIT_EXCEEDED', `${tried}: found more than ${limits.rows} rows, so set a limit`)
      const rows = rowReader(requireNames(columns), decoders).rows(found)
      if (!own.write) return { rows, affected: 0 }
      await connection.session.commit(tried)
      await this.#see(connection)
      return { rows, affected }
    })
  }

  async searchIndexes(call: Call): Promise<readonly SearchIndex[]> {
    if (this.#known.age > askedAgainAfter) await this.#ask(call)
    return searchIndexesIn(this.#catalogue)
  }

  async sidecar(sidecar: Sidecar, call: Call): Promise<void> {
    const tried = `Made a table beside ${JSON.stringify(sidecar.table)} of data source "${this.name}"`
    this.#requireWritable(tried)
    await this.#ask(call)
    requireKey(this.#catalogue, sidecar, tried)
    if (this.#catalogue.has(sidecar.name)) return
    try {
      await this.#connections.use(call, tried, async (connection) => {
        await connection.session.begin('write')
        for (const statement of this.#server.sidecar(sidecar)) await connection.run(statement, [])
        await connection.session.commit(tried)
      })
    } catch (error) {
      await this.#ask(call)
      // Of two that make it at once, one is refused.
      if (!this.#catalogue.has(sidecar.name)) throw error
    }
    await this.#ask(call)
  }

  async alter(changes: readonly Change[], run: boolean, call: Call): Promise<readonly (readonly string[])[]> {
    const tried = `Altered data source "${this.name}"`
    const { alter, dialect, describe, explain } = this.#server
    if (run) this.#requireWritable(tried)
    await this.#ask(call)
    const looked = { dialect, column: (table: string, name: string) => this.#catalogue.column(this.#catalogue.table(table), name) }
    const plan = await this.#connections.use(call, tried, (connection) => planOnServer(connection, alter, describe(connection), changes, looked))
    if (!run) return plan.statements
    await this.#connections.use(call, tried, async (connection) => {
      try {
        await alterServer(connection, alter, plan, looked, { tried, explain })
      } finally {
        await connection.session.rollback()
        await this.#see(connection)
      }
    })
    return plan.statements
  }

  async check(): Promise<void> {
    await this.#connections.use(this.#connections.ownPatience(), `Checked data source "${this.name}"`, (connection) => connection.run('select 1', []))
  }

  async close(): Promise<void> {
    await this.#connections.close()
  }

  /** One try of a transaction on a connection that stays with the call. */
  async #attempt(compiler: Compiler, connection: ServerConnection, { steps, about, call, tried }: Transaction): Promise<readonly StepResult[]> {
    const { dialect, keys, explain } = this.#server
    const { session } = connection
    try {
      await session.begin('write')
      const results = await workLater(once(keys, call, about, () => runSteps({ compiler, dialect, explain }, steps)), (sql) => async (values) => {
        try {
          return await connection.run(sql, values)
        } catch (error) {
          throw explain(error, tried)
        }
      })
      await session.commit(tried)
      return results
    } catch (error) {
      await session.rollback()
      throw explain(error, tried)
    }
  }

  /** Compiles and uses; once more with what the server says now, if a name was missing; if a table was changed meanwhile, until no connection is left that remembers it as it was. */
  async #compiled<T, R>(call: Waiting, tried: string, compile: (compiler: Compiler) => T, use: (compiled: T, connection: ServerConnection) => Promise<R>): Promise<R> {
    for (let again = 0; ; again++) {
      try {
        const compiled = await this.#compile(call, compile)
        return await this.#connections.use(call, tried, (connection) => use(compiled, connection))
      } catch (error) {
        if (again >= (codeOf(error) === 'TABLE_CHANGED' ? this.#most : 1) || !(await this.#mayHaveChanged(error, call))) throw error
      }
    }
  }

  async #compile<T>(call: Waiting, compile: (compiler: Compiler) => T): Promise<T> {
    if (this.#known.age > askedAgainAfter) await this.#ask(call)
    this.#compiler ??= loadKnex(this.#server.dialect).then((knex) => new Compiler(knex, this.#server.dialect, this.#catalogue))
    const compiler = await this.#compiler
    try {
      return compile(compiler)
    } catch (error) {
      if (!(await this.#mayHaveChanged(error, call))) throw error
      return compile(compiler)
    }
  }

  async #mayHaveChanged(error: unknown, call: Waiting): Promise<boolean> {
    const code = codeOf(error)
    // What the server misses was in the catalogue a moment ago; what the catalogue misses may never have been there.
    const missing = (code === 'TABLE_UNKNOWN' || code === 'COLUMN_UNKNOWN') && ((error instanceof Error && error.cause !== undefined) || this.#known.isStale)
    if (!missing && code !== 'TABLE_CHANGED') return false
    await this.#ask(call)
    return true
  }

  /** Asks the server what tables there are. */
  async #ask(call: Waiting): Promise<void> {
    await this.#connections.use(call, `Read the catalogue of data source "${this.name}"`, (connection) => this.#look(connection))
  }

  /** Looks what has become of the tables by what was done, which stays as it is: where that cannot be seen now, the next call asks. */
  async #see(connection: ServerConnection): Promise<void> {
    await this.#look(connection).catch(() => this.#known.outdate())
  }

  async #look(connection: ServerConnection): Promise<void> {
    const begun = performance.now()
    const tables = await this.#server.tables(connection)
    this.#known.set(tables.filter(({ name }) => name !== keysTable), performance.now() - begun)
    this.#catalogue.refresh(0)
  }

  /** There is a table of keys, without those that are too old: they are looked for at the first call with a key and now and then, outside of its transaction. */
  async #keysReady(call: Waiting, tried: string): Promise<void> {
    const { create, forget } = this.#server.keys
    // Many wait for this, so no single one's call may end it.
    const make = async (): Promise<void> => void (await this.#connections.use(this.#connections.ownPatience(), tried, (connection) => connection.run(create, [])))
    // Of two that make it at once, PostgreSQL refuses one, now with the one code and now with the other.
    this.#keys ??= make().catch(make)
    try {
      await this.#keys
    } catch (error) {
      this.#keys = undefined
      throw error
    }
    if (this.#keyed++ % pruneEvery === 0) await this.#connections.use(call, tried, (connection) => connection.run(forget, [BigInt(Date.now() - keptFor)]))
  }

  #requireWritable(tried: string): void {
    if (this.readonly) throw new StorageError('SOURCE_READONLY', `${tried}: it is configured as read-only`)
  }

  #title(tried: string, plan: Plan): string {
    return `${tried} ${JSON.stringify(plan.from)} of data source "${this.name}"`
  }
}
