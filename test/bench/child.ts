import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { monotonic } from './clock.ts'

interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

const exitLimit = 8_000
// Those of packages/cli/bin/caruso.js that decide how much memory a host takes.
const hostFlags = ['--max-semi-space-size=16', '--v8-pool-size=2', '--no-allocation-site-pretenuring']

/** A process of a benchmark that answers commands (see `serveCommands`). It ends with this process, whatever happens to it. */
export class Child implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #title: string
  readonly #pending = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  readonly #exited: Promise<number>
  #nextId = 0

  private constructor(file: string, parameters: readonly string[], flags: readonly string[]) {
    this.#title = [file, ...parameters].join(' ')
    // What a child prints is progress, and progress goes to stderr.
    this.#process = spawn(process.execPath, [...flags, file, ...parameters], { stdio: ['ignore', 2, 2, 'ipc'] })
    this.#process.on('message', (message) => this.#answered(message as Reply))
    this.#exited = once(this.#process, 'exit').then(() => this.#ended())
  }

  /** Starts a file of this folder; resolves when it is ready for commands. */
  static async start(file: string, ...parameters: string[]): Promise<Child> {
    return await Child.#ready(new Child(new URL(file, import.meta.url).pathname, parameters, process.execArgv))
  }

  /** Starts it with that flag of a host that decides where new objects lie, and with Node's own space for young ones. */
  static async startAllYoung(file: string, ...parameters: string[]): Promise<Child> {
    return await Child.#ready(new Child(new URL(file, import.meta.url).pathname, parameters, [...process.execArgv, '--no-allocation-site-pretenuring']))
  }

  /** Starts a file that lies beside built packages, so that nothing comes from the sources. */
  static async startBuilt(file: string, ...parameters: string[]): Promise<Child> {
    return await Child.#ready(new Child(file, parameters, []))
  }

  /** The same with the flags of V8 that `caruso` gives itself, for what runs an assembly. */
  static async startHost(file: string, ...parameters: string[]): Promise<Child> {
    return await Child.#ready(new Child(file, parameters, hostFlags))
  }

  /** Starts a file of this folder with those flags. */
  static async startAsHost(file: string, ...parameters: string[]): Promise<Child> {
    return await Child.#ready(new Child(new URL(file, import.meta.url).pathname, parameters, [...process.execArgv, ...hostFlags]))
  }

  static async #ready(child: Child): Promise<Child> {
    await child.ask('ready')
    return child
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async ask(command: string, input: object = {}): Promise<unknown> {
    const id = this.#nextId++
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#process.send({ id, command, input }, (error) => {
        if (error !== null) reject(error)
      })
    })
  }

  /** Kills it without a word; resolves to when it was killed and when it was seen to be gone (ms, monotonic). */
  async kill(): Promise<{ killed: number; gone: number }> {
    const killed = monotonic()
    this.#process.kill('SIGKILL')
    return { killed, gone: await this.#exited }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    if (this.#process.connected) this.#process.disconnect()
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), exitLimit)
    await this.#exited
    clearTimeout(limit)
  }

  #answered({ id, result, error }: Reply): void {
    const waiting = this.#pending.get(id)
    this.#pending.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(`${this.#title}: ${error}`))
  }

  #ended(): number {
    const gone = monotonic()
    for (const { reject } of this.#pending.values()) reject(new Error(`${this.#title}: it ended (${this.#process.exitCode ?? this.#process.signalCode})`))
    this.#pending.clear()
    return gone
  }
}
