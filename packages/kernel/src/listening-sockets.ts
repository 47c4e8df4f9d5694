import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Ownership } from './scope.ts'

interface Listening {
  readonly socket: Server
  readonly waiting: Socket[]
  handler: Server | undefined
  closing: NodeJS.Timeout | undefined
}

/** Milliseconds a port stays open, its connections waiting, while no instance serves it. */
const patience = 10_000

/** The listening sockets of a host. They outlive the instances that serve them, so a swap refuses no connection. */
export class ListeningSockets {
  readonly #listening = new Map<string, Listening>()

  /** Serves a port by `server` until the owner's scope ends; resolves to the port. */
  async listen(owner: Ownership, component: string, server: Server, at: { readonly port: number; readonly host: string }): Promise<number> {
    const key = `${component} ${at.host} ${at.port}`
    const listening = this.#listening.get(key) ?? (await this.#open(key, at))
    if (owner.signal.aborted) {
      // Who was given up meanwhile must not take the port from whoever serves it.
      if (listening.handler === undefined) this.#closeLater(key, listening)
      owner.signal.throwIfAborted()
    }
    clearTimeout(listening.closing)
    listening.handler = server
    for (const socket of listening.waiting.splice(0)) handOver(server, socket)
    owner.own(undefined, () => {
      if (listening.handler !== server) return
      listening.handler = undefined
      this.#closeLater(key, listening)
    })
    return (listening.socket.address() as AddressInfo).port
  }

  close(): void {
    for (const key of [...this.#listening.keys()]) this.#close(key)
  }

  async #open(key: string, at: { readonly port: number; readonly host: string }): Promise<Listening> {
    const socket = createServer({ noDelay: true }, (connection) => {
      // A client may go before anybody serves it; without a listener its error would end the host.
      connection.on('error', () => connection.destroy())
      if (listening.handler === undefined) listening.waiting.push(connection.pause())
      else handOver(listening.handler, connection)
    })
    const listening: Listening = { socket, waiting: [], handler: undefined, closing: undefined }
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.listen(at.port, at.host, () => {
        socket.off('error', reject)
        resolve()
      })
    })
    this.#listening.set(key, listening)
    return listening
  }

  #closeLater(key: string, listening: Listening): void {
    clearTimeout(listening.closing)
    listening.closing = setTimeout(() => this.#close(key), patience).unref()
  }

  #close(key: string): void {
    const listening = this.#listening.get(key)
    if (listening === undefined) return
    this.#listening.delete(key)
    clearTimeout(listening.closing)
    for (const socket of listening.waiting) socket.destroy()
    // It calls back when the last connection has ended; the port is free at once, which is what matters here.
    listening.socket.close()
  }
}

function handOver(server: Server, socket: Socket): void {
  if (socket.destroyed) return
  server.emit('connection', socket)
  socket.resume()
}
