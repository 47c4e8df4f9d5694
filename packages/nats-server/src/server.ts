import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { removeConnectionFile, writeConnectionFile } from './connection-file.ts'
import { Connection, type ConnectionSetting } from './connection.ts'
import { NatsServerError } from './errors.ts'
import { FlushQueue } from './flush-queue.ts'
import { createLimits, type Limits } from './limits.ts'
import { Router } from './router.ts'
import { createToken } from './token.ts'

/** All optional; the limits have nats-server's defaults. */
export interface NatsServerOptions extends Partial<Limits> {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Only `127.0.0.1`: anything else is refused. */
  readonly host?: string
  /** Random if not given. */
  readonly token?: string
  /** Where `nats.json` is written while the server runs. */
  readonly connectionFolder?: string
}

/** Counters since the start, and what is open now. Bytes are those of headers and bodies. */
export interface NatsServerStats {
  readonly connections: number
  readonly subscriptions: number
  readonly inMsgs: number
  readonly outMsgs: number
  readonly inBytes: number
  readonly outBytes: number
  /** Clients closed because they read too slowly. */
  readonly slowConsumers: number
  /** Connections that were not accepted, for want of room or of file descriptors. */
  readonly refused: number
}

/** A running server. */
export interface NatsServer {
  readonly url: string
  readonly port: number
  readonly token: string
  stats(): NatsServerStats
  /** Gives clients what is pending, closes them, and removes the connection file; resolves when no socket is left. */
  close(): Promise<void>
}

const loopback = '127.0.0.1'
/** Clients choose features by this: core protocol with headers and "no responders", as of that release. */
const protocolVersion = '2.9.0'

/**
 * Starts a server on loopback; resolves when it listens.
 * @throws NatsServerError `INVALID_OPTION`, `LISTEN_FAILED`, `CONNECTION_FILE`
 */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const { port = 0, host = loopback, token = createToken(), connectionFolder } = options
  if (host !== loopback) throw new NatsServerError('INVALID_OPTION', `Cannot listen on host "${host}": only ${loopback} is served`)
  if (token === '') throw new NatsServerError('INVALID_OPTION', 'Cannot start the NATS server with token "": it is empty')
  const server = new LoopbackServer(createLimits(options), token, connectionFolder)
  await server.listen(port)
  return server
}

class LoopbackServer implements NatsServer {
  readonly token: string
  readonly #id = randomUUID()
  readonly #listener: Server
  readonly #setting: ConnectionSetting
  readonly #folder: string | undefined
  readonly #connections = new Set<Connection>()
  #port = 0
  #clientId = 0
  #refused = 0
  #closing: Promise<void> | undefined

  constructor(limits: Limits, token: string, folder: string | undefined) {
    this.token = token
    this.#folder = folder
    this.#setting = { limits, token, router: new Router(), flushQueue: new FlushQueue() }
    this.#listener = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  get port(): number {
    return this.#port
  }

  get url(): string {
    return `nats://${loopback}:${this.#port}`
  }

  async listen(port: number): Promise<void> {
    try {
      this.#listener.listen(port, loopback)
      await once(this.#listener, 'listening')
    } catch (cause) {
      const found = cause instanceof Error ? cause.message : String(cause)
      throw new NatsServerError('LISTEN_FAILED', `Cannot listen on port "${port}": ${found}`, { cause })
    }
    // From here on an error means that one connection was not accepted (no file descriptors): the others go on.
    this.#listener.on('error', () => this.#refused++)
    const address = this.#listener.address()
    if (typeof address === 'object' && address !== null) this.#port = address.port
    await this.#publishDetails()
  }

  stats(): NatsServerStats {
    const { inMsgs, outMsgs, inBytes, outBytes, slowConsumers, sublist } = this.#setting.router
    const open = { connections: this.#connections.size, subscriptions: sublist.size, refused: this.#refused }
    return { ...open, inMsgs, outMsgs, inBytes, outBytes, slowConsumers }
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  async #publishDetails(): Promise<void> {
    if (this.#folder === undefined) return
    try {
      await writeConnectionFile(this.#folder, this)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#setting.limits.maxConnections) {
      this.#refused++
      socket.on('error', () => socket.destroy())
      socket.end("-ERR 'maximum connections exceeded'\r\n", () => socket.destroy())
      return
    }
    const connection = new Connection(socket, this.#setting)
    this.#connections.add(connection)
    socket.on('close', () => this.#connections.delete(connection))
    connection.greet(this.#info())
  }

  #info(): string {
    const { maxPayload } = this.#setting.limits
    return JSON.stringify({
      server_id: this.#id, server_name: 'caruso', version: protocolVersion, proto: 1, host: loopback, port: this.#port,
      headers: true, auth_required: true, max_payload: maxPayload, client_id: ++this.#clientId, client_ip: loopback,
    })
  }

  async #shutDown(): Promise<void> {
    const closed = once(this.#listener, 'close')
    this.#listener.close()
    const connections = [...this.#connections]
    for (const connection of connections) connection.close()
    await Promise.all([closed, ...connections.map((connection) => connection.closed)])
    this.#setting.flushQueue.close()
    if (this.#folder !== undefined) await removeConnectionFile(this.#folder, this)
  }
}
