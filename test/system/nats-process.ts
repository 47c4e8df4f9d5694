import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Debian's nats-server in a process of its own, which can be killed and started again at the same port. */
export class NatsProcess implements AsyncDisposable {
  readonly #program: string
  #child: ChildProcess | undefined
  #port = -1

  constructor(program: string) {
    this.#program = program
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`
  }

  async start(): Promise<void> {
    const child = spawn(this.#program, ['-a', '127.0.0.1', '-p', String(this.#port)], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#child = child
    if (child.stderr === null) throw new Error('nats-server has no stderr')
    const lines = createInterface({ input: child.stderr })
    for await (const line of lines) {
      const port = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (port !== undefined) this.#port = Number(port)
      if (line.includes('Server is ready')) break
    }
    child.stderr.resume()
  }

  async kill(): Promise<void> {
    if (this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
