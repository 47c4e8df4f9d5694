import { Bus, clientOf, type NatsAddress } from '@caruso/bus'
import type { Call, Client, Contract } from '@caruso/contract'
import { Manager } from '@caruso/manager/contract'
import { readConnectionFile } from '@caruso/nats-server'
import { join } from 'node:path'

const consumer = { component: 'operator', grants: [] }

/** Somebody in another process than the host, who calls desks and swaps them. */
export class Operator implements AsyncDisposable {
  readonly bus: Bus
  readonly manager: Client<typeof Manager>

  private constructor(bus: Bus) {
    this.bus = bus
    this.manager = clientOf(Manager, bus.outlet(Manager, consumer))
  }

  static async connect(address: NatsAddress, assembly = 'desks'): Promise<Operator> {
    const bus = new Bus(assembly, 'operator')
    await bus.connect(address)
    return new Operator(bus)
  }

  /** Reaches the assembly of a folder by the connection file of its embedded server. */
  static async reach(folder: string, assembly?: string): Promise<Operator> {
    return await Operator.connect(await readConnectionFile(join(folder, '.caruso')), assembly)
  }

  call(timeout = 25_000): Call {
    return this.bus.call({ ...consumer, identity: 'ada', permissions: ['manage'], timeout })
  }

  /** Asks a desk of a major version. */
  async ask(operation: string, input: object = {}, timeout?: number, major = 1): Promise<unknown> {
    return await this.bus.outlet(desk(major), consumer).call(operation, input, this.call(timeout))
  }

  /** The version that answers. */
  async version(timeout?: number): Promise<string> {
    return ((await this.ask('peek', {}, timeout)) as { version: string }).version
  }

  /** Swaps, or goes back where no version is given; resolves to the last step, or to the code of the error. */
  async swap(version?: string): Promise<string> {
    let last = ''
    try {
      const steps = version === undefined ? this.manager.rollback({ component: 'desk' }, this.call()) : this.manager.swap({ component: 'desk', version }, this.call())
      for await (const { step } of steps) last = step
      return last
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  /** What the history says, the newest first. */
  async history(): Promise<string[]> {
    return (await this.manager.history({}, this.call())).map(({ action, from, to, outcome, detail }) => `${action} ${from} ${to} ${outcome}${outcome === 'interrupted' ? ` ${detail}` : ''}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bus.close()
  }
}

/** A contract as far as a caller needs it that was built without the desk's own. */
function desk(major: number): Contract {
  const operation = { input: {}, output: {} }
  return { name: 'desk', version: `${major}.0.0`, operations: { take: operation, rest: operation, peek: { ...operation, idempotent: true } }, events: {} }
}
