import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const command = join(import.meta.dirname, '../../packages/cli/bin/caruso.js')

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly output: string
  readonly errors: string
}

/** A `caruso` that runs in a process of its own. */
export class CarusoProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<Ended>
  #output = ''
  #errors = ''

  constructor(folder: string, ...args: string[]) {
    this.#child = spawn(process.execPath, [command, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env } })
    this.#child.stdout?.on('data', (text: Buffer) => (this.#output += text.toString()))
    this.#child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()))
    this.#ended = once(this.#child, 'close').then(([code, signal]: (number | string | null)[]) => ({ code: typeof code === 'number' ? code : null, signal: typeof signal === 'string' ? signal : null, output: this.#output, errors: this.#errors }))
  }

  /** Runs `caruso up` in a folder; resolves when it says that it is ready. */
  static async up(folder: string): Promise<CarusoProcess> {
    const up = new CarusoProcess(folder, 'up', '--json')
    await up.wrote('"event":"ready"')
    return up
  }

  /** Runs `caruso host NAME --join URL` in a folder; resolves when it says that it is ready. */
  static async host(folder: string, name: string, url: string): Promise<CarusoProcess> {
    const host = new CarusoProcess(folder, 'host', name, '--join', url, '--json')
    await host.wrote('"event":"ready"')
    return host
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get ended(): Promise<Ended> {
    return this.#ended
  }

  /** Resolves when the words were written to standard output. */
  async wrote(words: string): Promise<void> {
    const over = this.#ended.then(({ code, signal, errors }) => {
      throw new Error(`Waited for caruso to write ${words}: it ended by ${code ?? signal}: ${errors}`)
    })
    while (!this.#output.includes(words)) await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), over])
    over.catch(() => this.#errors)
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#child.kill(signal)
    return await this.#ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill()
  }
}
