import { Client, Query } from 'pg'
import type { ClientConfig, QueryArrayConfig, QueryArrayResult } from 'pg'
import type { Bound } from '../../codec.ts'
import { limits } from '../../limits.ts'
import type { Raw } from '../../logical.ts'
import type { Described, ServerConnection } from '../../server-connection.ts'
import { Session } from '../../session.ts'
import type { Answer } from '../../work.ts'
import { CopyIn } from './copy-in.ts'
import { CopyOut } from './copy-out.ts'
import { isOutdated } from './failures.ts'
import { RowParser } from './row-parser.ts'
import { RowQuery } from './row-query.ts'
import type { Prepared } from './row-query.ts'
import { decoderOf } from './values.ts'

// So many statements a connection remembers; then it is not used again, since the server keeps them until it ends.
const rememberedStatements = 500
const session = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set bytea_output = 'hex'; set extra_float_digits = 1; set standard_conforming_strings = on; set client_min_messages = 'warning'`
// A value comes as PostgreSQL writes it, and is read by the codec of its column.
const asTheyCome = { getTypeParser: () => (value: string) => value } as const

/** One connection to PostgreSQL with its prepared statements, in UTC. */
export class PgConnection implements ServerConnection {
  readonly session: Session
  readonly #client: Client
  readonly #config: ClientConfig
  readonly #parser = new RowParser()
  readonly #prepared = new Map<string, Prepared>()
  #names = 0
  #process = 0

  private constructor(client: Client, config: ClientConfig) {
    this.#client = client
    this.#config = config
    this.session = new Session((sql) => client.query(sql), 'begin isolation level repeatable read')
    // Without a listener a connection that breaks while nobody uses it would end the process.
    client.on('error', () => this.session.break())
    client.on('end', () => this.session.break())
  }

  static async open(config: ClientConfig): Promise<PgConnection> {
    const connection = new PgConnection(new Client({ ...config, types: asTheyCome }), config)
    try {
      await connection.#client.connect()
      connection.#parser.readFrom(connection.#client.connection.stream)
      await connection.#client.query(session)
      connection.#process = Number((await connection.run('select pg_backend_pid()', [])).rows[0]?.[0])
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  get usable(): boolean {
    return !this.session.broken && this.#names < rememberedStatements
  }

  async run(sql: string, values: readonly Bound[]): Promise<Answer> {
    const rows: (readonly Raw[])[] = []
    const affected = await this.read(sql, values, (some) => void rows.push(...some))
    return { rows, affected }
  }

  async read(sql: string, values: readonly Bound[], take: (rows: readonly (readonly Raw[])[]) => void): Promise<number> {
    const known = this.#prepared.get(sql)
    const prepared = known ?? { name: `caruso_${this.#names++}`, text: sql, isKnown: false }
    const affected = await this.#sent(() => this.#client.query(new RowQuery(prepared, values, take, this.#parser)).done())
    // Whether the server knows it after a failure is not known: the next time it has another name.
    if (known === undefined) this.#prepared.set(sql, { ...prepared, isKnown: true })
    return affected
  }

  async describe(sql: string, values: readonly Bound[]): Promise<Described> {
    const rows: Raw[][] = []
    const query = new Query<Raw[]>(extended(sql, values))
    // To whom a row is told, the driver keeps none.
    query.on('row', (row) => {
      if (rows.length <= limits.rows) rows.push(row)
    })
    const { promise, resolve, reject } = Promise.withResolvers<QueryArrayResult>()
    query.on('end', resolve)
    query.on('error', reject)
    const { rowCount, fields } = await this.#sent(async () => {
      this.#client.query(query)
      return await promise
    })
    return { rows, affected: rowCount ?? 0, columns: fields.map(({ name }) => name), decoders: fields.map(({ dataTypeID }) => decoderOf(dataTypeID)) }
  }

  /** A cursor of the database, read as the consumer goes on. */
  async *stream(sql: string, values: readonly Bound[]): AsyncGenerator<readonly (readonly Raw[])[], void> {
    await this.#query(`declare caruso_rows no scroll cursor for ${sql}`, values)
    for (let size = 64; ; ) {
      const { rows } = await this.#query(`fetch forward ${size} from caruso_rows`, [])
      if (rows.length > 0) yield rows
      if (rows.length < size) break
      // As many as fit into a batch, by those that came.
      const length = rows.reduce((sum, row) => sum + row.reduce<number>((all, value) => all + (typeof value === 'string' ? value.length : 8), 0), 0)
      size = Math.max(1, Math.min(limits.batchRows, Math.floor((limits.batchText * rows.length) / Math.max(length, 1))))
    }
    await this.#query('close caruso_rows', [])
  }

  /** Sends rows by a `copy … from stdin`. */
  async copyIn(sql: string, lines: Uint8Array): Promise<void> {
    this.session.requireWhole()
    await this.#client.query(new CopyIn(sql, lines)).done
  }

  /** The lines of a `copy … to stdout`, which takes less than half of what rows do. */
  copyOut(sql: string): AsyncIterable<readonly string[]> {
    this.session.requireWhole()
    return this.#client.query(new CopyOut(sql)).lines()
  }

  async kill(): Promise<void> {
    const other = await PgConnection.open({ ...this.#config, connectionTimeoutMillis: 2_000 })
    try {
      await other.run('select pg_cancel_backend($1)', [this.#process])
    } finally {
      await other.close()
    }
  }

  async close(): Promise<void> {
    if (this.session.broken) return this.drop()
    this.session.break()
    await this.#client.end()
  }

  drop(): void {
    this.session.break()
    this.#client.connection.stream.destroy()
  }

  /** What is not remembered. */
  async #query(text: string, values: readonly Bound[]): Promise<QueryArrayResult<Raw[]>> {
    return await this.#sent(() => this.#client.query<Raw[]>(extended(text, values)))
  }

  async #sent<T>(send: () => Promise<T>): Promise<T> {
    this.session.requireWhole()
    try {
      return await send()
    } catch (error) {
      if (isOutdated(error)) this.session.break()
      throw error
    }
  }
}

/** Without the mode the driver sends what has no values as a script, which may be several statements. */
function extended(text: string, values: readonly Bound[]): QueryArrayConfig & { readonly queryMode: 'extended' } {
  return { text, values: [...values], queryMode: 'extended', rowMode: 'array' }
}
