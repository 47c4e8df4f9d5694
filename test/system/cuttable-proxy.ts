import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { once } from 'node:events'

/** A way through the network to a TCP server that can be cut: nothing passes and nobody is told, as when a cable is pulled. */
export class CuttableProxy implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(url: string): Promise<CuttableProxy> {
    const proxy = new CuttableProxy(createServer((near) => proxy.#join(near, connect(Number(new URL(url).port), '127.0.0.1'))))
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  /** Lets through what waits and what comes, or where the connections did not outlive the cut, new ones. */
  heal(how: 'connections live' | 'connections died'): void {
    this.#isCut = false
    for (const socket of [...this.#sockets]) {
      if (how === 'connections live') socket.resume()
      else socket.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.heal('connections died')
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from)
      from.on('data', (bytes) => to.write(bytes))
      // The other end sees its partner go; what broke it is what the test did.
      from.on('error', () => from.destroy())
      from.once('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isCut) from.pause()
    }
  }
}
