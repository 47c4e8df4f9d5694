import type { Call } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import type { Bound, Statement } from 'better-sqlite3'
import { statSync } from 'node:fs'
import type { Change } from '../../alter/change.ts'
import { planChanges } from '../../alter/plan.ts'
import { Catalogue } from '../../catalogue.ts'
import { collectRows, requireFew } from '../../collect-rows.ts'
import { Compiler } from '../../compiler.ts'
import type { Bound as BoundPlan } from '../../compiler.ts'
import type { SourceConfig } from '../../config.ts'
import type { Plan, Row, PlainStep, StepResult, TableDescription } from '../../contract.ts'
import type { DataSource, OwnSql } from '../../data-source.ts'
import { StorageError } from '../../errors.ts'
import { inBatches } from '../../in-batches.ts'
import { InUse } from '../../in-use.ts'
import { digestOf, firstAnswer, once } from '../../keys.ts'
import { limits } from '../../limits.ts'
import { patiently } from '../../patience.ts'
import { rowReader } from '../../row-reader.ts'
import type { Select } from '../../select-compiler.ts'
import { bindValues, loadKnex } from '../../sql-builder.ts'
import { searchIndexesIn, type SearchIndex } from '../../search-index.ts'
import { requireKey } from '../../sidecar-key.ts'
import type { Sidecar } from '../../sidecar.ts'
import { runSteps } from '../../steps.ts'
import { requireSize } from '../../transaction-size.ts'
import { work } from '../../work.ts'
import { alterSqlite, previewSqlite } from './alter.ts'
import { sqliteCatalogue } from './catalogue-reader.ts'
import { comesTogether } from './comes-together.ts'
import type { Connection } from './connection.ts'
import { Cursor } from './cursor.ts'
import { describeTables } from './describe.ts'
import { sqliteDialect } from './dialect.ts'
import { explaining, missesName, toStorageError } from './failures.ts'
import { createKeys, sqliteKeys } from './keys.ts'
import { openSqlite } from './open.ts'
import type { Connections } from './open.ts'
import { Pages } from './pages.ts'
import { bindOwn, columnsOf, prepareOwn } from './own-sql.ts'
import type { ReaderThread } from './reader-thread.ts'
import { sidecarStatements } from './sidecar.ts'

type Rows = readonly Row[]

// About what SQLite reads in the time that a slice may take.
const largeFile = 4 * 1024 * 1024
// Milliseconds after which it is asked whether there are indexes for searches, if nothing else was asked.
const indexesAskedAfter = 60_000

/** Opens a SQLite database as a data source. */
export async function openSource(name: string, config: SourceConfig, log: Log): Promise<DataSource> {
  return new SqliteSource(name, await openSqlite(name, config, log))
}

/** It reads and writes on the calling thread: long reads in slices, a transaction in one. Aggregates and streams of a large file have a thread. */
class SqliteSource implements DataSource {
  readonly name: string
  readonly kind = 'sqlite'
  readonly readonly: boolean
  readonly #connections: Connections
  readonly #catalogue: Catalogue
  readonly #pages: Pages
  readonly #cursors = new InUse<Cursor>()
  #loading: Promise<Compiler> | undefined
  #compiler: Compiler | undefined
  #closed = false

  constructor(name: string, connections: Connections) {
    this.name = name
    this.readonly = connections.writer === undefined
    this.#connections = connections
    this.#catalogue = new Catalogue(name, sqliteCatalogue(connections.short), () => this.#compiler?.forget())
    this.#pages = new Pages(connections, this.#catalogue)
  }

  async query(plan: Plan, call: Call): Promise<Rows> {
    try {
      return await this.#query(plan, call)
    } catch (error) {
      // Another process may have changed the tables since they were looked at.
      if (!missesName(error) || !this.#catalogue.refresh(0)) throw error
      return await this.#query(plan, call)
    }
  }

  async #query(plan: Plan, call: Call): Promise<Rows> {
    const compiler = await this.#ready()
    const tried = this.#title('Queried', plan)
    const limit = Math.min(plan.limit ?? Infinity, limits.rows + 1)
    const thread = comesTogether(plan) ? this.#threadIfLarge() : undefined
    if (thread) return collectRows(this.#onThread(thread, await this.#patiently(call, tried, () => compiler.select(plan, limit)), call, tried), tried)
    const byRow = async (): Promise<Rows> => collectRows(this.#batches(await this.#cursor(compiler, plan, limit, call, tried), tried), tried)
    const found = await this.#pages.read({ compiler, plan, limit, patiently: (work) => this.#patiently(call, tried, work) }, byRow)
    requireFew(found, tried)
    return found
  }

  async *stream(plan: Plan, call: Call): AsyncGenerator<Rows, void> {
    const compiler = await this.#ready()
    const tried = this.#title('Streamed', plan)
    const thread = this.#threadIfLarge()
    if (thread) return yield* this.#onThread(thread, await this.#patiently(call, tried, () => compiler.select(plan, plan.limit)), call, tried)
    yield* this.#batches(await this.#cursor(compiler, plan, plan.limit, call, tried), tried)
  }

  async transact(steps: readonly PlainStep[], about: string | undefined, call: Call): Promise<readonly StepResult[]> {
    const tried = `Changed data source "${this.name}"`
    requireSize(tried, steps)
    const compiler = await this.#ready()
    return this.#patiently(call, tried, () => {
      const writer = this.#writer(tried)
      const context = { compiler, dialect: sqliteDialect, explain: toStorageError }
      return this.#immediate(writer, () => {
        // Who has the lock sees the tables as they stay to the end.
        this.#catalogue.refresh(0)
        if (call.key !== undefined) writer.prepare(createKeys).run([])
        return work(once(sqliteKeys, call, about ?? (call.key === undefined ? '' : digestOf(steps)), () => runSteps(context, steps)), (sql) => explaining(writer.runner(sql), tried))
      })
    })
  }

  async remembered(key: string, about: string, call: Call): Promise<readonly StepResult[] | undefined> {
    const tried = `Looked for a remembered key in data source "${this.name}"`
    return this.#patiently(call, tried, () => {
      const writer = this.#writer(tried)
      writer.prepare(createKeys).run([])
      return work(firstAnswer(sqliteKeys, { component: call.caller.component, key }, about), (sql) => writer.runner(sql))
    })
  }

  async sql(own: OwnSql, call: Call): Promise<{ readonly rows: Rows; readonly affected: number }> {
    const tried = `Ran a statement on data source "${this.name}"`
    const found = await this.#patiently(call, tried, () => {
      const columns = this.#connections.short((connection) => {
        const statement = prepareOwn(connection, own)
        return statement.readonly && statement.reader ? columnsOf(statement) : undefined
      })
      return columns ? this.#open((connection) => connection.prepare(own.sql), rowReader(columns, []).row, bindOwn(own), call) : this.#write(own, tried)
    })
    return found instanceof Cursor ? { rows: await collectRows(this.#batches(found, tried), tried), affected: 0 } : found
  }

  async *describe(call: Call): AsyncGenerator<readonly TableDescription[], void> {
    const tried = `Described data source "${this.name}"`
    yield* inBatches(describeTables((work) => this.#patiently(call, tried, () => this.#connections.short(work))))
  }

  async searchIndexes(call: Call): Promise<readonly SearchIndex[]> {
    return this.#patiently(call, `Looked for indexes of data source "${this.name}"`, () => {
      // Whoever uses the source sees sooner that there is one; nobody else needs it.
      this.#catalogue.refresh(indexesAskedAfter)
      return searchIndexesIn(this.#catalogue)
    })
  }

  async sidecar(sidecar: Sidecar, call: Call): Promise<void> {
    const tried = `Made a table beside ${JSON.stringify(sidecar.table)} of data source "${this.name}"`
    await this.#patiently(call, tried, () => {
      const writer = this.#writer(tried)
      requireKey(this.#catalogue, sidecar, tried)
      if (!this.#catalogue.has(sidecar.name)) writer.immediate(() => writer.execute(sidecarStatements(sidecar, writer).join(';')))
    })
  }

  async alter(changes: readonly Change[], run: boolean, call: Call): Promise<readonly (readonly string[])[]> {
    const tried = `Altered data source "${this.name}"`
    if (run) this.#writer(tried)
    const described: TableDescription[] = []
    for await (const table of describeTables((work) => this.#patiently(call, tried, () => this.#connections.short(work)))) described.push(table)
    return this.#patiently(call, tried, () => {
      this.#catalogue.refresh(0)
      const planned = planChanges(changes, described, { dialect: sqliteDialect, column: (table, name) => this.#catalogue.column(this.#catalogue.table(table), name) })
      if (!run) return this.#connections.short((connection) => previewSqlite(connection, planned, tried))
      try {
        return alterSqlite(this.#writer(tried), planned, tried)
      } finally {
        this.#catalogue.refresh(0)
      }
    })
  }

  check(): void {
    this.#requireOpen()
    this.#connections.short((connection) => connection.all('select 1'))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#connections.thread?.close()
    await this.#connections.checkpoints?.close()
    for (const cursor of this.#cursors) cursor.end()
    this.#connections.readers.close()
    this.#connections.writer?.close()
  }

  #ready(): Promise<Compiler> {
    this.#requireOpen()
    this.#loading ??= loadKnex(sqliteDialect).then((knex) => (this.#compiler = new Compiler(knex, sqliteDialect, this.#catalogue)))
    return this.#loading
  }

  #cursor(compiler: Compiler, plan: Plan, limit: number | undefined, call: Call, tried: string): Promise<Cursor> {
    return this.#patiently(call, tried, () => {
      const { statement, values } = compiler.select(plan, limit)
      return this.#open((connection) => connection.prepare(statement.sql), statement.row, bindValues(sqliteDialect, statement, values), call)
    })
  }

  /** Begins a read that gives the event loop back now and then, on a connection of its own. */
  #open(prepare: (connection: Connection) => Statement, row: Select['row'], bound: readonly Bound[], call: Call): Cursor {
    const { readers } = this.#connections
    const connection = readers.lease()
    try {
      const cursor: Cursor = new Cursor(prepare(connection).iterate(bound), row, call, () => {
        this.#cursors.delete(cursor)
        readers.release(connection)
      })
      this.#cursors.add(cursor)
      return cursor
    } catch (error) {
      readers.release(connection)
      throw error
    }
  }

  /** A small file is read in a few milliseconds, sooner than a thread answers. */
  #threadIfLarge(): ReaderThread | undefined {
    const { thread, path } = this.#connections
    return thread !== undefined && path !== undefined && statSync(path).size > largeFile ? thread : undefined
  }

  async *#onThread(thread: ReaderThread, { statement, values }: BoundPlan<Select>, call: Call, tried: string): AsyncGenerator<Rows, void> {
    try {
      for await (const rows of thread.rows(statement.sql, bindValues(sqliteDialect, statement, values), call)) {
        yield statement.rows(rows)
      }
    } catch (error) {
      throw toStorageError(error, tried)
    }
  }

  async *#batches(cursor: Cursor, tried: string): AsyncGenerator<Rows, void> {
    try {
      yield* cursor.batches()
    } catch (error) {
      throw toStorageError(error, tried)
    }
  }

  #write(own: OwnSql, tried: string): { readonly rows: Rows; readonly affected: number } {
    const writer = this.#writer(tried)
    return this.#immediate(writer, () => {
      const statement = prepareOwn(writer, own)
      if (!statement.reader) return { rows: [], affected: statement.run(bindOwn(own)).changes }
      const columns = columnsOf(statement)
      const rows = rowReader(columns, []).rows(statement.all(bindOwn(own)))
      if (rows.length > limits.rows) throw new StorageError('LIMIT_EXCEEDED', `${tried}: found more than ${limits.rows} rows in its answer`)
      return { rows, affected: Number(writer.all('select changes()')[0]?.[0]) }
    })
  }

  #immediate<T>(writer: Connection, work: () => T): T {
    const result = writer.immediate(work)
    this.#connections.checkpoints?.look()
    return result
  }

  async #patiently<T>(call: Call, tried: string, work: () => T): Promise<T> {
    return patiently(call, () => {
      this.#requireOpen()
      try {
        return work()
      } catch (error) {
        throw toStorageError(error, tried)
      }
    })
  }

  #writer(tried: string): Connection {
    const { writer } = this.#connections
    if (!writer) throw new StorageError('SOURCE_READONLY', `${tried}: it is configured as read-only`)
    return writer
  }

  #requireOpen(): void {
    if (this.#closed) throw new StorageError('SOURCE_CLOSED', `Used data source "${this.name}": it is closed`)
  }

  #title(tried: string, plan: Plan): string {
    return `${tried} ${JSON.stringify(plan.from)} of data source "${this.name}"`
  }
}
