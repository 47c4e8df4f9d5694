import type { Call } from '@caruso/contract'
import type { Bound } from 'better-sqlite3'
import { setImmediate } from 'node:timers/promises'
import type { Row } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import { limits } from '../../limits.ts'
import { cancelled, isOver } from '../../patience.ts'
import type { Select } from '../../select-compiler.ts'

const sliceMilliseconds = 4

/** Rows of a running statement, read in slices that leave the event loop to others. It holds its connection until it ends. */
export class Cursor {
  readonly #rows: IterableIterator<Bound[]>
  readonly #row: Select['row']
  readonly #call: Call
  readonly #release: () => void
  readonly #cancel = (): void => this.end()
  #next: IteratorResult<Bound[]>
  #ended = false
  #watching = false

  /** Reads the first row at once, so that what prevents reading is told here. */
  constructor(rows: IterableIterator<Bound[]>, row: Select['row'], call: Call, release: () => void) {
    this.#next = rows.next()
    this.#rows = rows
    this.#row = row
    this.#call = call
    this.#release = release
  }

  /** The rows in batches, none empty; the cursor has ended when this returns. */
  async *batches(): AsyncGenerator<readonly Row[], void> {
    try {
      while (!this.#next.done) {
        const batch = this.#slice()
        // Whoever pauses now may never come back.
        if (!this.#next.done && !this.#watching) this.#watch()
        yield batch
        if (!this.#next.done) await setImmediate()
      }
    } finally {
      this.end()
    }
  }

  /** Ends the statement and gives the connection back; safe to call while a consumer pauses. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    if (this.#watching) this.#call.signal.removeEventListener('abort', this.#cancel)
    try {
      this.#rows.return?.()
    } finally {
      this.#release()
    }
  }

  #watch(): void {
    this.#watching = true
    this.#call.signal.addEventListener('abort', this.#cancel, { once: true })
  }

  #slice(): Row[] {
    if (isOver(this.#call)) throw cancelled(this.#call)
    if (this.#ended) throw new StorageError('SOURCE_CLOSED', 'Read the next rows: the data source was closed')
    const end = performance.now() + sliceMilliseconds
    const batch: Row[] = []
    // One row however late it is: a thread may stand still between two looks at the clock.
    for (let size = 0; !this.#next.done && batch.length < limits.batchRows && size < limits.batchText && (batch.length === 0 || performance.now() < end); ) {
      const values = this.#next.value
      for (const value of values) size += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8
      batch.push(this.#row(values))
      this.#next = this.#rows.next()
    }
    return batch
  }
}
