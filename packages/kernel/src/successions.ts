import { messageOf } from '@caruso/contract'
import { KernelError } from './errors.ts'
import type { HandOver } from './hand-over.ts'
import type { Instance, Successor } from './instance.ts'
import type { Log } from './log.ts'

/** Milliseconds that new calls may wait while state is handed over, and of those, for what was accepted before. */
const pauseLimit = 2_000
const pausedDrainLimit = 1_500
/** Milliseconds that a switch without state may take. */
const switchLimit = 10_000
/** Milliseconds that each step back from a switch may take before the next one is taken all the same. */
const stepBackLimit = 1_000

/** What an instance takes the place of when callers are sent to it. */
export interface Succession {
  readonly previous?: Instance
  /** The state of the previous one, copied already but for the rest. */
  readonly handOver?: HandOver | undefined
  /** Runs right before callers are sent to the next one: the point of no return. */
  commit?(): Promise<void>
}

/** The host as successions need it. */
export interface Announcer {
  active(component: string): Instance | undefined
  /** Tells callers of an instance as it is now. */
  announce(instance: Instance): void
}

/** A component that is changing hands. */
interface Switch {
  readonly previous: Instance | undefined
  /** Ends the attempt: the previous instance is gone. */
  readonly lost: (error: KernelError) => void
  readonly over: Promise<void>
}

/** The components of a host that are changing hands. */
export class Successions {
  readonly #log: Log
  readonly #host: Announcer
  /** By component. */
  readonly #pending = new Map<string, Switch>()
  /** Those whose state is being handed over. */
  readonly #paused = new Set<Instance>()

  constructor(log: Log, host: Announcer) {
    this.#log = log
    this.#host = host
  }

  isPaused(instance: Instance): boolean {
    return this.#paused.has(instance)
  }

  /** Resolves when a component is not changing hands any more. */
  async over(component: string): Promise<void> {
    await this.#pending.get(component)?.over
  }

  /**
   * Lets an instance take over, and tells so within the same turn. While it lasts, nobody else begins in the component
   * what may run in one instance only. Rejects once the previous one goes on, as far as it is there.
   */
  async take(next: Successor, succession: Succession, taken: () => void): Promise<void> {
    const { component } = next.spec
    const { previous } = succession
    const over = Promise.withResolvers<void>()
    const lost = Promise.withResolvers<never>()
    const own: Switch = { previous, lost: lost.reject, over: over.promise }
    this.#pending.set(component, own)
    try {
      if (previous !== undefined && this.#host.active(component) !== previous) throw new KernelError('START_FAILED', `Switched component "${component}": the instance that ran is gone`)
      await this.#handedOver(next, succession, lost.promise)
      if (previous !== undefined) this.#paused.delete(previous)
      taken()
    } finally {
      if (this.#pending.get(component) === own) this.#pending.delete(component)
      over.resolve()
    }
  }

  /** Ends at once what waits for an instance that has crashed. */
  crashed(instance: Instance, reason: string): void {
    const { component } = instance.spec
    const pending = this.#pending.get(component)
    if (pending?.previous === instance) pending.lost(new KernelError('START_FAILED', `Switched component "${component}": the instance that ran crashed (${reason})`))
  }

  async #handedOver(next: Successor, { previous, handOver, commit }: Succession, lost: Promise<never>): Promise<void> {
    if (previous !== undefined && handOver !== undefined) this.#pause(previous)
    let ended: Promise<void> | undefined
    try {
      await within(handOver === undefined ? switchLimit : pauseLimit, next.spec.component, 'the next instance had not taken over', [
        async () => await (handOver === undefined ? undefined : drainedOf(previous)),
        async () => await (ended = previous?.deactivate()),
        async () => await handOver?.finish(),
        async () => await next.activate(),
      ], lost)
      await commit?.()
    } catch (error) {
      await this.#stepBack(next, previous, handOver, ended)
      throw error
    }
  }

  /** Lets the previous instance go on. A step that fails or hangs is told in the log, and keeps nobody from the next one. */
  async #stepBack(next: Successor, previous: Instance | undefined, handOver: HandOver | undefined, ended: Promise<void> | undefined): Promise<void> {
    const { component } = next.spec
    const steps = [
      async () => await (next.state === 'ready' || next.state === 'active' ? next.deactivate() : undefined),
      async () => await (previous?.state === 'failed' ? undefined : handOver?.undo()),
      async () => {
        await ended
        if (previous?.state === 'ready') await previous.activate()
      },
    ]
    for (const step of steps) {
      await within(stepBackLimit, component, 'a step back had not ended', [step]).catch((err: unknown) => this.#log.error({ component, err }, `Let component "${component}" go on: ${messageOf(err)}`))
    }
    if (previous === undefined || handOver === undefined) return
    if (this.#host.active(component) === previous) this.#resume(previous)
    else this.#paused.delete(previous)
  }

  /** Callers are told first: what a paused provider ends at once may ask again at once. */
  #pause(instance: Instance): void {
    this.#paused.add(instance)
    this.#host.announce(instance)
    instance.provider.pause()
  }

  #resume(instance: Instance): void {
    this.#paused.delete(instance)
    instance.provider.resume()
    this.#host.announce(instance)
  }
}

/** Waits until an instance works on nothing; what it accepted goes on, and new calls do not come. */
async function drainedOf(instance: Instance | undefined): Promise<void> {
  if (instance === undefined || (await instance.provider.drained(pausedDrainLimit))) return
  throw new KernelError('STATE_INVALID', `Handed over the state of component "${instance.spec.component}": ${instance.provider.inFlight} calls had not ended after ${pausedDrainLimit} ms`)
}

/** Takes one step after the other, and none any more once they have taken longer or what they need is lost; a step that hangs is left behind. */
async function within(milliseconds: number, component: string, otherwise: string, steps: readonly (() => Promise<void>)[], lost?: Promise<never>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  let over = false
  const end = (error: unknown): void => {
    over = true
    reject(error as Error)
  }
  const timer = setTimeout(() => end(new KernelError('START_FAILED', `Switched component "${component}": ${otherwise} after ${milliseconds} ms`)), milliseconds)
  lost?.catch(end)
  const taken = async (): Promise<void> => {
    for (const step of steps) if (!over) await step()
  }
  await Promise.race([taken(), promise]).finally(() => clearTimeout(timer))
}
