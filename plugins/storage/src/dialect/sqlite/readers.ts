import { StorageError } from '../../errors.ts'
import { InUse } from '../../in-use.ts'
import type { Connection } from './connection.ts'

const most = 32

/** Connections for reading; each is used by one reader at a time, because one that is being read from can do nothing else. */
export class Readers {
  readonly #open: () => Connection
  readonly #keep: number
  readonly #idle: Connection[] = []
  readonly #leased = new InUse<Connection>()

  /** At most `keep` are kept open while nobody reads. */
  constructor(open: () => Connection, keep: number) {
    this.#open = open
    this.#keep = keep
  }

  get leased(): number {
    return this.#leased.size
  }

  lease(): Connection {
    if (this.#leased.size >= most) throw new StorageError('SOURCE_BUSY', `Opened one more reader: ${most} are open already`)
    const connection = this.#idle.pop() ?? this.#open()
    this.#leased.add(connection)
    return connection
  }

  release(connection: Connection): void {
    if (!this.#leased.delete(connection)) return
    if (this.#idle.length < this.#keep) this.#idle.push(connection)
    else connection.close()
  }

  /** Uses a reader for one synchronous piece of work. */
  use<T>(work: (connection: Connection) => T): T {
    const connection = this.lease()
    try {
      return work(connection)
    } finally {
      this.release(connection)
    }
  }

  close(): void {
    for (const connection of [...this.#idle.splice(0), ...this.#leased]) {
      this.#leased.delete(connection)
      connection.close()
    }
  }
}
