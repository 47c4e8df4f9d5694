import type { Connection, Submittable } from 'pg'
import type { Bound } from '../../codec.ts'
import type { Raw } from '../../logical.ts'
import type { RowParser } from './row-parser.ts'

// So many rows are handed over together while more of them come.
const batchRows = 64

/** A statement that a connection may have been told before, under a name. */
export interface Prepared {
  readonly name: string
  readonly text: string
  /** The server knows the name. */
  readonly isKnown: boolean
}

/**
 * A prepared statement whose rows are handed over as the server sends them. The driver's own would ask each time what the
 * columns are, which is known, make a list of each row and keep them all to the end, where most of the work would be left
 * to do at once; and the collector would move every value twice.
 */
export class RowQuery implements Submittable {
  readonly #prepared: Prepared
  readonly #values: readonly Bound[]
  #take: ((rows: readonly (readonly Raw[])[]) => void) | undefined
  readonly #parser: RowParser
  readonly #ended = Promise.withResolvers<number>()
  #rows: (readonly Raw[])[] = []
  #affected = 0
  #refused: { readonly reason: unknown } | undefined

  /** @param parser reads the rows of the connection */
  constructor(prepared: Prepared, values: readonly Bound[], take: (rows: readonly (readonly Raw[])[]) => void, parser: RowParser) {
    this.#parser = parser
    this.#prepared = prepared
    this.#values = values
    this.#take = take
  }

  /** Until all rows are handed over; answers how many were found or changed, and fails with what the server or the taker says. */
  async done(): Promise<number> {
    try {
      const affected = await this.#ended.promise
      this.#handOver()
      if (this.#refused) throw this.#refused.reason
      return affected
    } finally {
      // The driver's queries keep each other from the collector of young objects; what was read must not be kept with them.
      this.#take = undefined
    }
  }

  /** The driver calls this and what follows; of an error that is answered it knows that the server has nothing to do. */
  submit(connection: Connection): Error | undefined {
    const { name, text, isKnown } = this.#prepared
    // All messages go out together.
    connection.stream.cork()
    try {
      if (!isKnown) connection.parse({ name, text, types: [] }, true)
      connection.bind({ statement: name, values: this.#values.map(textOf) }, true)
      connection.execute({}, true)
      connection.sync()
      this.#parser.taker = (fields) => this.#add(fields)
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      connection.stream.uncork()
    }
  }

  /** Where the driver parses the rows. */
  handleDataRow({ fields }: { readonly fields: readonly Raw[] }): void {
    this.#add(fields)
  }

  /** As in `UPDATE 3` and `INSERT 0 3`, https://www.postgresql.org/docs/current/protocol-message-formats.html (CommandComplete). */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#affected = Number(/ (\d+)$/.exec(text)?.[1] ?? 0)
  }

  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    this.#parser.taker = undefined
    this.#ended.resolve(this.#affected)
  }

  handleError(error: Error): void {
    this.#parser.taker = undefined
    this.#ended.reject(error)
  }

  #add(fields: readonly Raw[]): void {
    if (this.#rows.push(fields) === batchRows) this.#handOver()
  }

  #handOver(): void {
    const rows = this.#rows
    this.#rows = []
    if (this.#refused) return
    try {
      this.#take?.(rows)
    } catch (reason) {
      // The connection is of use only when the server has sent everything.
      this.#refused = { reason }
    }
  }
}

function textOf(value: Bound): string | Buffer | null {
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
}
