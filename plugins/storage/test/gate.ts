import { once } from 'node:events'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Gate {
  readonly port: number
  /** How many connections lead through it. */
  readonly connections: number
  open(): Promise<void>
  /** Nobody can connect any more, and every connection is cut. */
  close(): void
  /** Takes connections, and says nothing on any until `flow`. */
  hold(): void
  flow(): void
}

/** A port that leads to a server while it is open; closed when the test ends. */
export async function gate(to: number): Promise<Gate> {
  const ways = new Set<readonly [Socket, Socket]>()
  let held = false
  const set = (sockets: readonly Socket[]): void => {
    for (const socket of sockets) {
      if (held) socket.pause()
      else socket.resume()
    }
  }
  const lead = (near: Socket): void => {
    const way = [near, connect(to, '127.0.0.1')] as const
    ways.add(way)
    for (const [one, other] of [way, [way[1], near]] as const) {
      one.on('data', (bytes) => other.write(bytes))
      one.on('end', () => other.end())
      one.on('error', () => other.destroy())
      one.on('close', () => {
        other.destroy()
        ways.delete(way)
      })
    }
    set(way)
  }
  const all = (): Socket[] => [...ways].flat()
  let server: Server
  const listen = async (port: number): Promise<void> => {
    server = createServer({ allowHalfOpen: true }, lead).listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const address = server!.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const close = (): void => {
    for (const socket of all()) socket.destroy()
    server.close()
  }
  onTestFinished(close)
  return {
    port,
    get connections() {
      return ways.size
    },
    open: () => listen(port),
    close,
    hold: () => set(((held = true), all())),
    flow: () => set(((held = false), all())),
  }
}
