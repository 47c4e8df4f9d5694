import type { Connection, Submittable } from 'pg'

// So many lines are kept while nobody takes them; then the socket waits.
const mostKept = 20_000
const fewKept = 5_000

/** The answers of the server to a `copy … to stdout`: one line for each row, as it writes them. */
export class CopyOut implements Submittable {
  readonly #sql: string
  #stream: Connection['stream'] | undefined
  #kept: string[] = []
  #wake: (() => void) | undefined
  #ended = false
  #failed: Error | undefined

  constructor(sql: string) {
    this.#sql = sql
  }

  submit(connection: Connection): void {
    this.#stream = connection.stream
    connection.query(this.#sql)
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // Without the end of the line.
    if (this.#kept.push(chunk.toString('utf8', 0, chunk.length - 1)) === mostKept) this.#stream?.pause()
    this.#wake?.()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#end()
  }

  handleError(error: Error): void {
    this.#end(error)
  }

  /** As they come, to the end. */
  async *lines(): AsyncGenerator<readonly string[], void> {
    for (;;) {
      if (this.#failed !== undefined) throw this.#failed
      if (this.#kept.length < fewKept && !this.#ended) {
        this.#stream?.resume()
        await new Promise<void>((resolve) => (this.#wake = resolve))
        this.#wake = undefined
        continue
      }
      if (this.#kept.length === 0) return
      const lines = this.#kept
      this.#kept = []
      yield lines
    }
  }

  #end(error?: Error): void {
    this.#ended = true
    this.#failed = error
    this.#wake?.()
  }
}
