import type { MessagePort } from 'node:worker_threads'
import type { Pipe } from './pipe-wire.ts'

/** Whole messages between two threads. */
export class PortPipe implements Pipe {
  readonly #port: MessagePort
  #open = true

  constructor(port: MessagePort) {
    this.#port = port
    port.once('close', () => {
      this.#open = false
    })
  }

  get open(): boolean {
    return this.#open
  }

  listen(received: (message: string) => void, closed: () => void): void {
    this.#port.once('close', closed)
    this.#port.on('message', (message: unknown) => {
      // Whatever is no text was not sent by a pipe.
      if (typeof message === 'string') received(message)
      else this.close()
    })
  }

  send(message: string): void {
    this.#port.postMessage(message)
  }

  close(): void {
    this.#open = false
    this.#port.close()
  }
}
