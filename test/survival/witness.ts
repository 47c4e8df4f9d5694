import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** Milliseconds for which two may seem to be active when one of them was killed: until its end is heard of. */
const hearingLimit = 50

/** One instance as its witness knows it. */
export interface WitnessedLife {
  readonly id: string
  readonly version: string
  readonly pid: number
  /** The last step that it told: starts, proves, begins, stops, leaves. */
  step: string
  /** Since when what may run in one instance only runs in it. */
  activeSince: number | undefined
  /** Ends its thread at once; in a process of its own, or inline, that would be the process. */
  end(): void
}

/** Follows the lives of instances in other processes, holds them at their steps, and sees when two are active at once. */
export class Witness implements AsyncDisposable {
  readonly #server: Server
  readonly #lives = new Map<string, WitnessedLife>()
  readonly #sockets = new Set<Socket>()
  readonly #pids = new Set<number>()
  readonly #complaints: string[] = []
  /** Told each step; the instance waits there until it resolves. */
  reached: (life: WitnessedLife) => Promise<void> = () => Promise.resolve()

  private constructor() {
    this.#server = createServer((socket) => this.#follow(socket))
  }

  static async begin(): Promise<Witness> {
    const witness = new Witness()
    witness.#server.listen(0, '127.0.0.1')
    await once(witness.#server, 'listening')
    return witness
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The instances that live. */
  get lives(): readonly WitnessedLife[] {
    return [...this.#lives.values()]
  }

  /** Every process in which an instance has lived. */
  get pids(): readonly number[] {
    return [...this.#pids]
  }

  /** What was wrong since it was asked last. */
  takeComplaints(): string[] {
    return this.#complaints.splice(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #follow(socket: Socket): void {
    this.#sockets.add(socket)
    let life: WitnessedLife | undefined
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (life === undefined) return
      this.#inactive(life)
      this.#lives.delete(life.id)
    })
    const lines = createInterface({ input: socket })
    // The end of a killed process; its socket closes all the same.
    lines.on('error', () => socket.destroy())
    lines.on('line', (line) => {
      if (life === undefined) life = this.#born(JSON.parse(line) as Pick<WitnessedLife, 'id' | 'version' | 'pid'>, socket)
      else void this.#step(life, (JSON.parse(line) as { step: string }).step).then(() => socket.write('go\n'))
    })
  }

  #born(born: Pick<WitnessedLife, 'id' | 'version' | 'pid'>, socket: Socket): WitnessedLife {
    const life: WitnessedLife = { ...born, step: '', activeSince: undefined, end: () => socket.write('end\n') }
    this.#lives.set(life.id, life)
    this.#pids.add(life.pid)
    return life
  }

  async #step(life: WitnessedLife, step: string): Promise<void> {
    life.step = step
    if (step === 'begins') life.activeSince = performance.now()
    if (step === 'stops') this.#inactive(life)
    await this.reached(life)
  }

  #inactive(life: WitnessedLife): void {
    const { activeSince } = life
    life.activeSince = undefined
    if (activeSince === undefined) return
    const now = performance.now()
    for (const other of this.#lives.values()) {
      if (other === life || other.activeSince === undefined) continue
      const both = now - Math.max(activeSince, other.activeSince)
      if (both > hearingLimit) this.#complaints.push(`${life.version} and ${other.version} were both active for ${both.toFixed(0)} ms`)
    }
  }
}
