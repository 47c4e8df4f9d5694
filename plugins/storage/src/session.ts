import { messageOf } from '@caruso/contract'
import { StorageError } from './errors.ts'

/** The transaction of a connection to a server, and whether the connection can still be used; the same for every server. */
export class Session {
  readonly #say: (sql: string) => Promise<unknown>
  readonly #begin: string
  #broken = false
  #open = false

  /** @param begin what begins a transaction, before `read only` or `read write` */
  constructor(say: (sql: string) => Promise<unknown>, begin: string) {
    this.#say = say
    this.#begin = begin
  }

  /** The connection has ended, or nobody waits for it any more. */
  get broken(): boolean {
    return this.#broken
  }

  break(): void {
    this.#broken = true
  }

  /** Before each statement: told to stop between two, the server would not stop the second. @throws StorageError `SOURCE_UNAVAILABLE` */
  requireWhole(): void {
    if (this.#broken) throw new StorageError('SOURCE_UNAVAILABLE', 'Sent a statement: its connection has ended')
  }

  async begin(kind: 'read' | 'write'): Promise<void> {
    this.requireWhole()
    await this.#say(`${this.#begin} ${kind === 'read' ? 'read only' : 'read write'}`)
    this.#open = true
  }

  /** @throws StorageError `SOURCE_UNAVAILABLE` */
  async commit(tried: string): Promise<void> {
    this.requireWhole()
    this.#open = false
    try {
      await this.#say('commit')
    } catch (error) {
      if (!this.#broken) throw error
      throw new StorageError('SOURCE_UNAVAILABLE', `${tried}: the connection was lost while it was committed, so it is not known whether it was: ${messageOf(error)}`, { cause: error })
    }
  }

  /** Undoes what is open, if anything is; the server does by itself for a connection that has ended. */
  async rollback(): Promise<void> {
    if (!this.#open || this.#broken) return
    this.#open = false
    try {
      await this.#say('rollback')
    } catch {
      this.#broken = true
    }
  }
}
