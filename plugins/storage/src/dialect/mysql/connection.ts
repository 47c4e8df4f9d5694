import { createConnection } from 'mysql2'
import type { Connection as Driver, FieldPacket, ResultSetHeader } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import type { Socket } from 'node:net'
import type { Bound } from '../../codec.ts'
import { limits } from '../../limits.ts'
import type { Raw } from '../../logical.ts'
import type { Described, ServerConnection } from '../../server-connection.ts'
import { Session } from '../../session.ts'
import type { Answer } from '../../work.ts'
import type { MysqlConfig } from './open.ts'
import { decoderOf } from './values.ts'

// Strict, so that no value is cut or replaced in silence; a stream may be read as slowly as its call allows.
const session = `set session time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', net_write_timeout = 3600`
const isolation = 'set session transaction isolation level repeatable read'

// MySQL prepares none of these, which have no values.
const unprepared = /^\s*(create|drop)\s+trigger\b/i

/** One connection to MySQL or MariaDB with its prepared statements, in UTC. */
export class MysqlConnection implements ServerConnection {
  readonly session: Session
  readonly #socket: Socket
  readonly #driver: Driver
  readonly #client: Connection
  readonly #config: MysqlConfig

  private constructor(config: MysqlConfig) {
    const { openSocket, ...options } = config
    this.#socket = openSocket()
    this.#driver = createConnection({ ...options, stream: this.#socket })
    this.#client = this.#driver.promise()
    this.#config = config
    this.session = new Session((sql) => this.#client.query(sql), 'start transaction')
    this.#driver.on('error', () => this.session.break())
    this.#driver.on('end', () => this.session.break())
  }

  static async open(config: MysqlConfig): Promise<MysqlConnection> {
    const connection = new MysqlConnection(config)
    try {
      await connection.#client.connect()
      await connection.#client.query(session)
      await connection.#client.query(isolation)
      return connection
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  get usable(): boolean {
    return !this.session.broken
  }

  async run(sql: string, values: readonly Bound[]): Promise<Answer> {
    const [result] = await this.#execute(sql, values)
    return Array.isArray(result) ? { rows: result, affected: result.length } : { rows: [], affected: result.affectedRows, generated: result.insertId }
  }

  async read(sql: string, values: readonly Bound[], take: (rows: readonly (readonly Raw[])[]) => void): Promise<void> {
    take((await this.run(sql, values)).rows)
  }

  async describe(sql: string, values: readonly Bound[]): Promise<Described> {
    const [result, fields] = await this.#execute(sql, values)
    this.#client.unprepare(sql)
    if (!Array.isArray(result)) return { rows: [], affected: result.affectedRows, columns: [], decoders: [] }
    return { rows: result, affected: result.length, columns: fields.map(({ name }) => name), decoders: fields.map(({ columnType }) => decoderOf(columnType ?? -1)) }
  }

  /** The rows as the server sends them; the connection takes no more while the consumer pauses. */
  async *stream(sql: string, values: readonly Bound[]): AsyncGenerator<readonly (readonly Raw[])[], void> {
    this.session.requireWhole()
    const rows = this.#driver.execute({ sql, rowsAsArray: true }, bound(values)).stream({ highWaterMark: limits.batchRows })
    let batch: Raw[][] = []
    let size = 0
    let whole = false
    try {
      for await (const row of rows as AsyncIterable<Raw[]>) {
        batch.push(row)
        for (const value of row) size += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
        if (batch.length < limits.batchRows && size < limits.batchText) continue
        yield batch
        ;[batch, size] = [[], 0]
      }
      whole = true
      if (batch.length > 0) yield batch
    } finally {
      // What the server still sends would be taken for the answer to the next statement.
      if (!whole) this.drop()
    }
  }

  async kill(): Promise<void> {
    const other = await MysqlConnection.open({ ...this.#config, connectTimeout: 2_000 })
    try {
      await other.#client.query(`kill query ${this.#driver.threadId}`)
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
    this.#socket.destroy()
  }

  async #execute(sql: string, values: readonly Bound[]): Promise<[Raw[][] | ResultSetHeader, FieldPacket[]]> {
    this.session.requireWhole()
    if (unprepared.test(sql)) return await this.#client.query({ sql, rowsAsArray: true }) as [Raw[][] | ResultSetHeader, FieldPacket[]]
    return await this.#client.execute({ sql, rowsAsArray: true }, bound(values)) as [Raw[][] | ResultSetHeader, FieldPacket[]]
  }
}

function bound(values: readonly Bound[]): (string | number | bigint | Buffer | null)[] {
  return [...values]
}
