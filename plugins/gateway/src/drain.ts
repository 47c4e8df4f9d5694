import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** Milliseconds in which a client that uses its connection is told to open another one. */
const grace = 500
/** Milliseconds that requests may go on which were accepted before. */
const limit = 10_000

/** Ends a web server whose listening socket is somebody else's, without breaking a request. */
export class Drain {
  readonly #server: Server
  readonly #connections = new Set<Socket>()
  readonly #responses = new Set<ServerResponse>()
  #changed: () => void = () => undefined
  #ending = false

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket: Socket) => this.#track(this.#connections, socket))
    server.on('request', (_request, response: ServerResponse) => this.#track(this.#responses, response))
    // Node watches over slow and idle connections from this event on, which nobody else will emit: we never listen.
    server.emit('listening')
  }

  /** Whether clients are to be told that their connection closes after this answer. */
  get ending(): boolean {
    return this.#ending
  }

  /**
   * Answers what was accepted. A connection that is in use closes after its next answer; the others close after
   * half a second, because closing one at once may cross a request on its way.
   */
  async end(): Promise<void> {
    this.#ending = true
    await this.#until(() => this.#connections.size === 0, grace)
    this.#server.closeIdleConnections()
    await this.#until(() => this.#responses.size === 0, limit)
    this.#server.closeAllConnections()
  }

  #track<T extends Socket | ServerResponse>(set: Set<T>, one: T): void {
    set.add(one)
    one.once('close', () => {
      set.delete(one)
      this.#changed()
    })
  }

  async #until(reached: () => boolean, milliseconds: number): Promise<void> {
    if (reached()) return
    const over = new AbortController()
    const happened = new Promise<void>((resolve) => {
      this.#changed = () => {
        if (reached()) resolve()
      }
    })
    try {
      await Promise.race([happened, delay(milliseconds, undefined, { signal: over.signal })])
    } finally {
      over.abort()
    }
  }
}
