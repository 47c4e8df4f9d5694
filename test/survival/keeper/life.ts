import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** The life of one instance as a witness in another process follows it, who may hold it at each step and end its thread. */
export class Life {
  readonly id = randomUUID()
  readonly #socket: Socket
  readonly #steps: (() => void)[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    // Without its witness it is held by nobody.
    socket.once('close', () => this.#steps.splice(0).forEach((goOn) => goOn()))
    createInterface({ input: socket }).on('line', (line) => {
      if (line === 'end') process.exit(1)
      this.#steps.shift()?.()
    })
  }

  static async begin(port: number, version: string): Promise<Life> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const life = new Life(socket)
    socket.write(`${JSON.stringify({ id: life.id, version, pid: process.pid })}\n`)
    return life
  }

  /** Tells the witness of a step; resolves when it lets the instance go on. */
  async reach(step: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#steps.push(resolve)
    this.#socket.write(`${JSON.stringify({ step })}\n`)
    await promise
  }

  async end(): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.end()
    await closed
  }
}
