import type { Connection, Submittable } from 'pg'

/** The answers of the server to a `copy … from stdin`, of which the driver knows but the way. */
export class CopyIn implements Submittable {
  readonly done: Promise<void>
  readonly #sql: string
  readonly #lines: Uint8Array
  readonly #resolve: () => void
  readonly #reject: (error: Error) => void

  constructor(sql: string, lines: Uint8Array) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#sql = sql
    this.#lines = lines
    this.done = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  submit(connection: Connection): void {
    connection.query(this.#sql)
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(Buffer.from(this.#lines.buffer, this.#lines.byteOffset, this.#lines.byteLength))
    connection.endCopyFrom()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#resolve()
  }

  handleError(error: Error): void {
    this.#reject(error)
  }
}

/** What the driver's types leave out. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}
