import { StorageError } from './errors.ts'
import { InUse } from './in-use.ts'
import { cancelled, isOver } from './patience.ts'
import type { Waiting } from './patience.ts'

/** A connection to a server as the pool sees it. */
export interface Pooled {
  /** It can be used again: it is not broken, and remembers no more than it should. */
  readonly usable: boolean
  /** Says goodbye to the server, unless it is broken. */
  close(): Promise<void>
  /** Closes it at once. */
  drop(): void
}

const longestGoodbye = 2_000
const longestWait = 10_000
const longestIdle = 30_000
// Who reads slowly must not keep all others from reading and writing.
const longShare = 0.5

interface Waiter<C> {
  readonly long: boolean
  take(connection: C): void
  fail(error: unknown): void
}

/**
 * The connections of one data source: opened when they are needed, none kept for more than half a minute without use.
 * Who finds all in use waits in line, for at most ten seconds. At most half of them are lent for long, to streams.
 */
export class Pool<C extends Pooled> {
  readonly #name: string
  readonly #most: number
  readonly #mostLong: number
  readonly #open: () => Promise<C>
  /** The one that came back last is lent first. */
  readonly #idle: { readonly connection: C; readonly since: number }[] = []
  #tidying: NodeJS.Timeout | undefined
  readonly #lent = new InUse<C>()
  /** Of those the ones that are lent for long. */
  readonly #lentLong = new InUse<C>()
  readonly #waiting: Waiter<C>[] = []
  readonly #closing = new Set<C>()
  readonly #left = Promise.withResolvers<void>()
  #opening = { all: 0, long: 0 }
  #closed = false

  constructor(name: string, most: number, open: () => Promise<C>) {
    this.#name = name
    this.#most = most
    this.#mostLong = Math.max(1, Math.floor(most * longShare))
    this.#open = open
  }

  /**
   * A connection for one piece of work, to be given back.
   *
   * @throws StorageError `SOURCE_BUSY` when none was free in time, `SOURCE_UNAVAILABLE`, `CANCELLED`, `SOURCE_CLOSED`
   */
  async lend(call: Waiting, long = false): Promise<C> {
    if (this.#closed) throw new StorageError('SOURCE_CLOSED', `Used data source "${this.#name}": it is closed`)
    if (isOver(call)) throw cancelled(call)
    const connection = this.#mayLend(long) ? await this.#lendNow(long) : await this.#wait(call, long)
    if (!this.#closed && !isOver(call)) return connection
    // It took so long to open that nobody waits any more.
    this.giveBack(connection)
    throw this.#closed ? this.#closedMeanwhile() : cancelled(call)
  }

  giveBack(connection: C): void {
    if (!this.#lent.delete(connection)) return
    this.#lentLong.delete(connection)
    if (connection.usable && !this.#closed) {
      this.#idle.push({ connection, since: performance.now() })
      this.#tidying ??= setTimeout(() => this.#tidy(), longestIdle).unref()
    } else this.#close(connection)
    this.#serveNext()
  }

  /** Closes the idle ones, and waits for the others, which are closed as they come back: whoever has one ends it first. */
  async close(): Promise<void> {
    this.#closed = true
    for (const waiter of this.#waiting.splice(0)) waiter.fail(this.#closedMeanwhile())
    clearTimeout(this.#tidying)
    for (const { connection } of this.#idle.splice(0)) this.#close(connection)
    this.#leave()
    await this.#left.promise
  }

  #mayLend(long: boolean): boolean {
    return this.#lent.size + this.#opening.all < this.#most && (!long || this.#lentLong.size + this.#opening.long < this.#mostLong)
  }

  async #lendNow(long: boolean): Promise<C> {
    const kept = this.#idle.pop()
    if (kept) {
      if (kept.connection.usable) {
        return this.#lentFor(kept.connection, long)
      }
      this.#close(kept.connection)
      return this.#lendNow(long)
    }
    this.#opening = { all: this.#opening.all + 1, long: this.#opening.long + Number(long) }
    try {
      return this.#lentFor(await this.#open(), long)
    } finally {
      this.#opening = { all: this.#opening.all - 1, long: this.#opening.long - Number(long) }
      if (this.#waiting.length > 0) queueMicrotask(() => this.#serveNext())
      this.#leave()
    }
  }

  #lentFor(connection: C, long: boolean): C {
    this.#lent.add(connection)
    if (long) this.#lentLong.add(connection)
    return connection
  }

  #wait(call: Waiting, long: boolean): Promise<C> {
    return new Promise((resolve, reject) => {
      const since = Date.now()
      let left = false
      const leave = (): void => {
        left = true
        clearTimeout(timer)
        if (call.cancellable) call.signal.removeEventListener('abort', abort)
        const place = this.#waiting.indexOf(waiter)
        if (place !== -1) this.#waiting.splice(place, 1)
      }
      const waiter: Waiter<C> = {
        long,
        take: (connection) => {
          // It was opened for somebody who has given up meanwhile.
          if (left) return this.giveBack(connection)
          leave()
          resolve(connection)
        },
        fail: (error) => {
          leave()
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      }
      const abort = (): void => waiter.fail(cancelled(call))
      const waits = Math.min(longestWait, call.deadline - since)
      const timer = setTimeout(() => waiter.fail(this.#busy(Date.now() - since, long)), waits)
      if (call.cancellable) call.signal.addEventListener('abort', abort, { once: true })
      this.#waiting.push(waiter)
    })
  }

  #serveNext(): void {
    const next = this.#waiting.findIndex(({ long }) => this.#mayLend(long))
    const [waiter] = next === -1 ? [] : this.#waiting.splice(next, 1)
    if (waiter) this.#lendNow(waiter.long).then(waiter.take, waiter.fail)
  }

  /** Closes those that nobody has used for long, and comes back when the next one may be. */
  #tidy(): void {
    const now = performance.now()
    // They stand in the order in which they came back.
    const fresh = this.#idle.findIndex(({ since }) => now - since < longestIdle)
    for (const { connection } of this.#idle.splice(0, fresh === -1 ? this.#idle.length : fresh)) this.#close(connection)
    const [oldest] = this.#idle
    this.#tidying = oldest === undefined ? undefined : setTimeout(() => this.#tidy(), longestIdle - (now - oldest.since)).unref()
  }

  #close(connection: C): void {
    this.#closing.add(connection)
    // A server that has stopped to answer is not waited for.
    const timer = setTimeout(() => gone(), longestGoodbye)
    const gone = (): void => {
      clearTimeout(timer)
      connection.drop()
      this.#closing.delete(connection)
      this.#leave()
    }
    connection.close().then(gone, gone)
  }

  /** Lets `close` end when nothing is open any more. */
  #leave(): void {
    if (this.#closed && this.#opening.all + this.#lent.size + this.#closing.size === 0) this.#left.resolve()
  }

  #closedMeanwhile(): StorageError {
    return new StorageError('SOURCE_CLOSED', `Waited for a connection to data source "${this.#name}": it was closed`)
  }

  #busy(waited: number, long: boolean): StorageError {
    const what = long ? `the ${this.#mostLong} that streams may hold` : `all ${this.#most}`
    return new StorageError('SOURCE_BUSY', `Waited ${waited} ms for a connection to data source "${this.#name}": ${what} are in use`)
  }
}
