import { Bus } from '@caruso/bus'
import { isolations } from '@caruso/isolation'
import type { Clock, ComponentSpec, Instance, Log } from '@caruso/kernel'
import { HandOver, Host } from '@caruso/kernel/host'
import { startNatsServer, type NatsServer } from '@caruso/nats-server'
import { TestingError } from './errors.ts'

/** How the tested component and those it talks to are connected. */
export type Transport = 'direct' | 'bus' | 'process'

/** Milliseconds in which calls in flight may end when the test closes. */
const drainLimit = 1_000

/**
 * The hosts of a test: `near` runs the doubles and is where the test calls from, `tested` runs the tested component.
 * They are one host, or over the bus two that share nothing but a NATS server.
 */
export class TestAssembly {
  readonly near: Host
  readonly tested: Host
  readonly #server: NatsServer | undefined

  private constructor(near: Host, tested: Host, server: NatsServer | undefined) {
    this.near = near
    this.tested = tested
    this.#server = server
  }

  static async open(transport: Transport, log: Log, clock: Clock): Promise<TestAssembly> {
    const near = new Host({ bus: new Bus('test', 'near'), log, clock, isolations: isolations() })
    if (transport !== 'bus') return new TestAssembly(near, near, undefined)
    const tested = new Host({ bus: new Bus('test', 'tested'), log, clock })
    const server = await startNatsServer()
    const assembly = new TestAssembly(near, tested, server)
    await near.bus.connect(server)
    await tested.bus.connect(server)
    return assembly
  }

  /** Runs a component; resolves when both hosts know of it. */
  async run(host: Host, spec: ComponentSpec): Promise<Instance> {
    const instance = await host.load(spec)
    try {
      await instance.start()
      await host.switchTo(instance)
    } catch (error) {
      await instance.dispose()
      throw error
    }
    await this.#known(instance.id, true)
    return instance
  }

  /** Replaces a component as a swap does; resolves when both hosts know of it. */
  async replace(host: Host, spec: ComponentSpec, previous: Instance): Promise<Instance> {
    const next = await host.load(spec)
    try {
      await next.start()
      const handOver = HandOver.between(previous, next)
      await handOver?.copy()
      await host.switchTo(next, { previous, handOver })
    } catch (error) {
      await host.giveUp(next, drainLimit)
      throw error
    }
    const left = await host.retire(previous, drainLimit)
    await this.#known(next.id, true)
    await this.#known(previous.id, false)
    if (left.length > 0) throw new TestingError('LEFT_BEHIND', `Handed over component "${spec.component}": the instance before left ${left.join('; ')}`)
    return next
  }

  /** Ends a component; resolves when both hosts know. */
  async end(host: Host, instance: Instance): Promise<void> {
    host.bus.exchange([], [instance.id])
    await host.retire(instance, drainLimit)
    await this.#known(instance.id, false)
  }

  /** Ends everything; resolves to what was left behind, in words. */
  async close(): Promise<readonly string[]> {
    const left = [...(await this.tested.close(drainLimit))]
    if (this.near !== this.tested) left.push(...(await this.near.close(drainLimit)))
    await this.tested.bus.close()
    if (this.near !== this.tested) await this.near.bus.close()
    await this.#server?.close()
    return left
  }

  async #known(id: string, there: boolean): Promise<void> {
    for (const { bus: { registry } } of [this.near, this.tested]) {
      while ((registry.get(id) !== undefined) !== there) {
        await new Promise<void>((resolve) => {
          const end = registry.watch(() => {
            end()
            resolve()
          })
        })
      }
    }
  }
}
