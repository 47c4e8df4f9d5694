import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { testToken } from './servers.ts'

/** A socket that remembers what it read, byte for byte (latin1), without the INFO line. */
export class RawClient {
  readonly socket: Socket
  readonly closed: Promise<unknown>
  #received = ''
  #watch: () => void = () => undefined

  private constructor(socket: Socket) {
    this.socket = socket
    this.closed = once(socket, 'close')
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1')
      this.#watch()
    })
    // A reset is one of the ways in which a server may close; `closed` tells it.
    socket.on('error', () => this.#watch())
    socket.on('close', () => this.#watch())
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const client = new RawClient(socket)
    await once(socket, 'connect')
    return client
  }

  /** Connects, authenticates and turns `verbose` off unless the options say otherwise. */
  static async ready(port: number, options: Record<string, unknown> = {}): Promise<RawClient> {
    const client = await RawClient.connect(port)
    const asked = { verbose: false, pedantic: false, headers: true, no_responders: true, auth_token: testToken, ...options }
    client.send(`CONNECT ${JSON.stringify(asked)}\r\n`)
    return client
  }

  get received(): string {
    return this.#received.replace(/^INFO .*\r\n/, '')
  }

  get info(): unknown {
    const json = /^INFO (.*)\r\n/.exec(this.#received)?.[1]
    return json === undefined ? undefined : JSON.parse(json)
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  /** Resolves when `text` has come, after the first `from` characters; rejects when the socket closed without it. */
  async until(text: string, from = 0): Promise<string> {
    while (!this.received.includes(text, from)) {
      if (this.socket.destroyed) throw new Error(`Waited for ${JSON.stringify(text)}: closed after ${JSON.stringify(this.received)}`)
      await new Promise<void>((resolve) => { this.#watch = resolve })
    }
    return this.received
  }

  /** What came before the PONG that answers a PING sent now. */
  async exchange(bytes: string): Promise<string> {
    const from = this.received.length
    this.send(`${bytes}PING\r\n`)
    const text = await this.until('PONG\r\n', from)
    return text.slice(from, text.indexOf('PONG\r\n', from))
  }

  async end(): Promise<void> {
    this.socket.destroy()
    await this.closed
  }
}
