import { Query } from 'pg'
import type { QueryConfig } from 'pg'
import type { Raw } from '../../logical.ts'

// So many rows are handed over together while more of them come.
const batchRows = 64

/**
 * A statement whose rows are handed over as the server sends them. The driver's own would make a list of each and keep
 * them all to the end, where most of the work would be left to do at once; and the collector would move every value twice.
 */
export class RowQuery extends Query {
  readonly #ended: Promise<void>
  readonly #take: (rows: readonly (readonly Raw[])[]) => void
  #rows: (readonly Raw[])[] = []
  #refused: { readonly reason: unknown } | undefined

  constructor(config: QueryConfig, take: (rows: readonly (readonly Raw[])[]) => void) {
    super(config)
    this.#take = take
    this.#ended = new Promise((resolve, reject) => {
      this.once('error', reject)
      this.once('end', () => resolve())
    })
  }

  /** Until all rows are handed over; fails with what the server or the taker says. */
  async done(): Promise<void> {
    await this.#ended
    this.#handOver()
    if (this.#refused) throw this.#refused.reason
  }

  /** The driver calls this for each row. */
  handleDataRow({ fields }: { readonly fields: readonly Raw[] }): void {
    if (this.#rows.push(fields) === batchRows) this.#handOver()
  }

  #handOver(): void {
    const rows = this.#rows
    this.#rows = []
    if (this.#refused) return
    try {
      this.#take(rows)
    } catch (reason) {
      // The connection is of use only when the server has sent everything.
      this.#refused = { reason }
    }
  }
}
