import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { Bus, type Origin } from '@caruso/bus'
import type { Call } from '@caruso/contract'
import { vi } from 'vitest'
import { consumer } from './consumer.ts'
import type { TestServer } from './servers.ts'

export { consumer }

/** An assembly's buses, raw connections and processes, which end together. */
export class Cluster {
  readonly assembly = `test${randomBytes(4).toString('hex')}`
  readonly #server: TestServer | undefined
  readonly #ends: (() => Promise<unknown>)[] = []

  constructor(server?: TestServer) {
    this.#server = server
  }

  async bus(name = 'host'): Promise<Bus> {
    const bus = new Bus(this.assembly, name)
    this.#ends.push(() => bus.close())
    if (this.#server !== undefined) await bus.connect(this.#server)
    return bus
  }

  /** A connection that knows nothing of the bus. */
  async raw(): Promise<NatsConnection> {
    const connection = await connect({ servers: this.#server?.url ?? '', token: this.#server?.token ?? '' })
    this.#ends.push(() => connection.close())
    return connection
  }

  /** A process of its own with one instance, `test/provider-process.ts`. */
  async process(serves: 'echo' | 'ticks' = 'echo'): Promise<ChildProcess> {
    const script = new URL('provider-process.ts', import.meta.url).pathname
    const child = spawn(process.execPath, ['--conditions=source', script, this.assembly, this.#server?.url ?? '', this.#server?.token ?? '', serves], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#ends.push(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    })
    await once(child.stdout, 'data')
    return child
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end()
  }
}

export function call(bus: Bus, change: Partial<Origin> = {}): Call {
  return bus.call({ ...consumer, ...change })
}

/** Resolves when a bus knows so many instances that run elsewhere. */
export async function sees(bus: Bus, instances: number): Promise<void> {
  await vi.waitFor(() => {
    const found = bus.registry.list().filter(({ provider }) => provider === undefined).length
    if (found !== instances) throw new Error(`expected ${instances} instances elsewhere, found ${found}`)
  }, { timeout: 8_000, interval: 5 })
}

/** What a promise was rejected with. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise
  } catch (error) {
    return error as Error
  }
  throw new Error('expected a failure')
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
