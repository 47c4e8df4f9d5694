import { createConnection } from 'mysql2'
import type { Connection as Driver, ConnectionOptions, FieldPacket, ResultSetHeader } from 'mysql2'
import type { Connection } from 'mysql2/promise'
import type { Bound } from '../../codec.ts'
import { limits } from '../../limits.ts'
import type { Raw } from '../../logical.ts'
import { requireNames } from '../../own-keyword.ts'
import type { Described, ServerConnection } from '../../server-connection.ts'
import type { Answer } from '../../steps.ts'
import { decoderOf } from './values.ts'

// Strict, so that no value is cut or replaced in silence; a stream may be read as slowly as its call allows.
const session = `set session time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', net_write_timeout = 3600`
const isolation = 'set session transaction isolation level repeatable read'

/** One connection to MySQL or MariaDB with its prepared statements, in UTC. */
export class MysqlConnection implements ServerConnection {
  readonly #driver: Driver
  readonly #client: Connection
  readonly #config: ConnectionOptions
  #broken = false
  #inTransaction = false

  private constructor(config: ConnectionOptions) {
    this.#driver = createConnection(config)
    this.#client = this.#driver.promise()
    this.#config = config
    this.#driver.on('error', () => (this.#broken = true))
    this.#driver.on('end', () => (this.#broken = true))
  }

  static async open(config: ConnectionOptions): Promise<MysqlConnection> {
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
    return !this.#broken
  }

  async run(sql: string, values: readonly Bound[]): Promise<Answer> {
    const [result] = await this.#execute(sql, values)
    return Array.isArray(result) ? { rows: result, affected: result.length } : { rows: [], affected: result.affectedRows, generated: result.insertId }
  }

  async describe(sql: string, values: readonly Bound[]): Promise<Described> {
    const [result, fields] = await this.#execute(sql, values)
    this.#client.unprepare(sql)
    if (!Array.isArray(result)) return { rows: [], affected: result.affectedRows, columns: [], decoders: [] }
    return { rows: result, affected: result.length, columns: requireNames(fields.map(({ name }) => name)), decoders: fields.map(({ columnType }) => decoderOf(columnType ?? -1)) }
  }

  /** The rows as the server sends them; the connection takes no more while the consumer pauses. */
  async *stream(sql: string, values: readonly Bound[]): AsyncGenerator<readonly (readonly Raw[])[], void> {
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
      if (!whole) this.#abandon()
    }
  }

  async begin(kind: 'read' | 'write'): Promise<void> {
    await this.#client.query(`start transaction ${kind === 'read' ? 'read only' : 'read write'}`)
    this.#inTransaction = true
  }

  async commit(): Promise<void> {
    this.#inTransaction = false
    await this.#client.query('commit')
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return
    this.#inTransaction = false
    try {
      await this.#client.query('rollback')
    } catch {
      // The server rolls back what a connection leaves that has ended.
      this.#broken = true
    }
  }

  async cancel(): Promise<void> {
    this.#broken = true
    // When it has ended already, or the server cannot be reached, what is left is to abandon the connection.
    await Promise.allSettled([this.#kill()])
    // Whoever reads a stream is told at once, and not when the server has sent what it had begun to send.
    this.#abandon()
  }

  async close(): Promise<void> {
    if (this.#broken) return this.#driver.destroy()
    this.#broken = true
    await this.#client.end()
  }

  async #kill(): Promise<void> {
    const other = await MysqlConnection.open({ ...this.#config, connectTimeout: 2_000 })
    await other.#client.query(`kill query ${this.#driver.threadId}`)
    await other.close()
  }

  #abandon(): void {
    this.#broken = true
    this.#inTransaction = false
    this.#driver.destroy()
  }

  async #execute(sql: string, values: readonly Bound[]): Promise<[Raw[][] | ResultSetHeader, FieldPacket[]]> {
    // Told to stop between two statements, the server would not stop the second.
    if (this.#broken) throw Object.assign(new Error('nobody waits for the statement'), { code: 'PROTOCOL_CONNECTION_LOST' })
    return await this.#client.execute({ sql, rowsAsArray: true }, bound(values)) as [Raw[][] | ResultSetHeader, FieldPacket[]]
  }
}

function bound(values: readonly Bound[]): (string | number | bigint | Buffer | null)[] {
  return [...values]
}
