import { setTimeout as pause } from 'node:timers/promises'
import { DeadlineWatch } from './deadline-watch.ts'
import { StorageError } from './errors.ts'
import { cancelled, isOver } from './patience.ts'
import type { Waiting } from './patience.ts'
import { Pool } from './pool.ts'
import type { ServerConnection } from './server-connection.ts'

const checkedWithin = 5_000
const stoppedWithin = 2_000

/** What opens a connection to a server, and says what its failures are. */
export interface Connecting {
  connect(): Promise<ServerConnection>
  explain(error: unknown, tried: string): unknown
}

/** The connections to a server, of which each call borrows one: what it does there ends with the call. */
export class ServerConnections {
  readonly #server: Connecting
  readonly #pool: Pool<ServerConnection>
  readonly #watch = new DeadlineWatch()
  readonly #ended = new AbortController()

  /** @param most connections at most */
  constructor(name: string, server: Connecting, most: number) {
    this.#server = server
    this.#pool = new Pool(name, most, () => server.connect())
  }

  /** Does one piece of work. */
  async use<T>(call: Waiting, tried: string, work: (connection: ServerConnection) => Promise<T>): Promise<T> {
    const connection = await this.#lend(call, tried, false)
    const stop = this.#watched(connection, call)
    try {
      return await work(connection)
    } catch (error) {
      throw isOver(call) && connection.session.broken ? cancelled(call) : this.#server.explain(error, tried)
    } finally {
      await stop()
      await this.#end(connection)
    }
  }

  /** What a long read gives, piece by piece, in one transaction on a connection that stays with it. */
  async *reading<T>(call: Waiting, tried: string, read: (connection: ServerConnection) => AsyncIterable<T>): AsyncGenerator<T, void> {
    const connection = await this.#lend(call, tried, true)
    const stop = this.#watched(connection, call)
    try {
      await connection.session.begin('read')
      for await (const piece of read(connection)) {
        yield piece
        if (this.#ended.signal.aborted) throw new StorageError('SOURCE_CLOSED', 'Read the next rows: the data source was closed')
        if (isOver(call)) throw cancelled(call)
      }
    } catch (error) {
      throw isOver(call) ? cancelled(call) : this.#server.explain(error, tried)
    } finally {
      await stop()
      await this.#end(connection)
    }
  }

  /** For what no single call waits for. */
  ownPatience(): Waiting {
    return { deadline: Date.now() + checkedWithin, cancellable: false, signal: this.#ended.signal }
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#watch[Symbol.dispose]()
    await this.#pool.close()
  }

  async #lend(call: Waiting, tried: string, long: boolean): Promise<ServerConnection> {
    try {
      return await this.#pool.lend(call, long)
    } catch (error) {
      throw this.#server.explain(error, tried)
    }
  }

  /** What a call began ends with it. */
  async #end(connection: ServerConnection): Promise<void> {
    try {
      await connection.session.rollback()
    } finally {
      this.#pool.giveBack(connection)
    }
  }

  /** Stops what the connection does when nobody waits for it any more; returns what ends the watch. */
  #watched(connection: ServerConnection, call: Waiting): () => Promise<void> | undefined {
    let stopping: Promise<void> | undefined
    const stop = (): void => void (stopping ??= this.#stop(connection))
    const unwatch = this.#watch.add(call.deadline, stop)
    if (call.cancellable) call.signal.addEventListener('abort', stop, { once: true })
    return () => {
      unwatch()
      if (call.cancellable) call.signal.removeEventListener('abort', stop)
      return stopping
    }
  }

  /** It is given back here too, since whoever pauses between two batches may never come back. */
  async #stop(connection: ServerConnection): Promise<void> {
    connection.session.break()
    // When it has ended already, or the server does not answer, what is left is to close it.
    await Promise.race([Promise.allSettled([connection.kill()]), pause(stoppedWithin, undefined, { ref: false })])
    this.#pool.giveBack(connection)
  }
}
