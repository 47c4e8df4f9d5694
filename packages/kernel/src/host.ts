import type { Bus, InstanceInfo } from '@caruso/bus'
import { messageOf } from '@caruso/contract'
import { randomBytes } from 'node:crypto'
import { BusSurroundings } from './bus-surroundings.ts'
import { systemClock, type Clock } from './clock.ts'
import { dependencyGraph, type DependencyGraph } from './dependency-graph.ts'
import { KernelError } from './errors.ts'
import type { HandOver } from './hand-over.ts'
import { InlineInstance } from './inline-instance.ts'
import type { ComponentSpec, Instance, StartNode, Successor } from './instance.ts'
import type { Isolation, IsolationOptions } from './isolation.ts'
import { ListeningSockets } from './listening-sockets.ts'
import { loadPlugin } from './load-plugin.ts'
import type { Log } from './log.ts'
import type { Health } from './scope.ts'
import { Supervisor } from './supervisor.ts'

/** Milliseconds between two questions of how an instance is. */
const healthInterval = 2_000
/** Milliseconds that new calls may wait while state is handed over, and of those, for what was accepted before. */
const pauseLimit = 2_000
const pausedDrainLimit = 1_500
/** Milliseconds that a switch without state may take. */
const switchLimit = 10_000
/** Milliseconds that each step back from a switch may take before the next one is taken all the same. */
const stepBackLimit = 1_000

export interface HostOptions {
  readonly bus: Bus
  readonly log: Log
  readonly clock?: Clock
  /** By their names in the assembly, the ways to run a component apart from this host's thread; `inline` is always there. */
  readonly isolations?: Readonly<Record<string, Isolation>>
}

/** What an instance takes the place of when callers are sent to it. */
export interface Succession {
  readonly previous?: Instance
  /** The state of the previous one, copied already but for the rest. */
  readonly handOver?: HandOver | undefined
  /** Runs right before callers are sent to the next one: the point of no return. */
  commit?(): Promise<void>
}

/** A component that is changing hands. */
interface Switch {
  readonly previous: Instance | undefined
  /** Ends the attempt: the previous instance is gone. */
  readonly lost: (error: KernelError) => void
  readonly over: Promise<void>
}

/** An instance as the host last saw it. */
export interface InstanceStatus {
  readonly instance: Instance
  readonly health: Health
}

/** An operating-system process that runs instances: it loads, starts, activates, watches and disposes them. */
export class Host {
  readonly bus: Bus
  readonly log: Log
  readonly #clock: Clock
  readonly #sockets = new ListeningSockets()
  readonly #active = new Map<string, InstanceStatus>()
  /** Those whose state is being handed over. */
  readonly #paused = new Set<Instance>()
  readonly #switches = new Map<string, Switch>()
  readonly #isolations: ReadonlyMap<string, Isolation>
  readonly #supervisor: Supervisor
  readonly #endHealth: () => void

  constructor(options: HostOptions) {
    this.bus = options.bus
    this.log = options.log
    this.#clock = options.clock ?? systemClock
    this.#isolations = new Map([...Object.entries(options.isolations ?? {}), ['inline', async (inline) => await this.#loadInline(inline)]])
    this.#supervisor = new Supervisor(this.#clock, this.log, (spec) => this.#replace(spec))
    const timer = setInterval(() => void this.#watchHealth(), healthInterval).unref()
    this.#endHealth = () => clearInterval(timer)
  }

  /** The active instances. */
  status(): InstanceStatus[] {
    return [...this.#active.values()]
  }

  active(component: string): Instance | undefined {
    return this.#active.get(component)?.instance
  }

  /** Components that crashed too often and were given up, with the reason. */
  givenUp(): ReadonlyMap<string, string> {
    return this.#supervisor.givenUp
  }

  /**
   * Loads a component's code and checks its configuration; nothing runs yet. Dispose what is not started.
   *
   * @throws KernelError `PLUGIN_NOT_LOADED`, `CONFIG_INVALID`, or `ISOLATION_MISSING` where this host cannot isolate it so
   */
  async load(spec: ComponentSpec): Promise<Instance> {
    const isolation = this.#isolations.get(spec.isolation)
    if (isolation === undefined) throw new KernelError('ISOLATION_MISSING', `Loaded component "${spec.component}" isolated as "${spec.isolation}": this host isolates as ${[...this.#isolations.keys()].join(', ')}`)
    const id = `${spec.component}-${randomBytes(6).toString('hex')}`
    return await isolation({ id, spec, bus: this.bus, log: this.log, crashed: (instance, reason) => this.#crashed(instance, reason) })
  }

  /**
   * Makes a started instance the one that callers are sent to. What may run in one instance only ends in the previous
   * one before it begins in the next, and the rest of its state is handed over in between, while new calls wait at
   * their callers. Where the next one cannot take over in time, the previous one goes on, with the state it still has.
   */
  async switchTo(next: Instance, succession: Succession = {}): Promise<void> {
    const { previous } = succession
    await this.#takeOver(next, succession, () => {
      this.#active.set(next.spec.component, { instance: next, health: { ok: true } })
      this.bus.exchange([{ info: this.#info(next, { ok: true }), provider: next.provider }], previous === undefined ? [] : [previous.id])
    })
    if (next.state === 'failed') this.#crashed(next, 'it ended while it took over')
  }

  /** The same where the next one runs at another host, whose part it is to send callers there: here the previous one is withdrawn. */
  async switchAway(next: Successor, succession: Succession & { readonly previous: Instance }): Promise<void> {
    const { previous } = succession
    await this.#takeOver(next, succession, () => {
      this.#active.delete(previous.spec.component)
      this.bus.exchange([], [previous.id])
    })
  }

  /** Sends a part of the calls of its component to an instance that has not taken over: from 0 to 1. */
  tryOut(next: Instance, share: number): void {
    this.bus.exchange([{ info: { ...this.#info(next, { ok: true }), share }, provider: next.provider }], [])
  }

  /** Lets an instance that was tried finish what it was sent, and disposes it; resolves to what was left behind, in words. */
  async giveUp(tried: Instance, drainLimit: number): Promise<readonly string[]> {
    this.bus.exchange([], [tried.id])
    return tried.state === 'ready' ? await this.retire(tried, drainLimit) : await tried.dispose()
  }

  /**
   * Lets an instance finish what it accepted, at most so many milliseconds, and disposes it.
   * Resolves to what was left behind, in words.
   */
  async retire(instance: Instance, drainLimit: number): Promise<readonly string[]> {
    await this.bus.retire(instance.id)
    const { provider } = instance
    provider.leave()
    const drained = await provider.drained(drainLimit)
    const left = drained ? [] : [`${provider.inFlight} calls had not ended after ${drainLimit} ms`]
    return [...left, ...(await instance.dispose())]
  }

  /**
   * Starts components, each after those it requires, independent ones at the same time.
   *
   * @param others whether other hosts may come later and provide what nobody does now; calls wait for them
   * @throws KernelError of the first that fails, after the others were disposed
   */
  async startAll(specs: readonly ComponentSpec[], others = false): Promise<StartNode> {
    const begun = performance.now()
    const loaded: Instance[] = []
    try {
      const timed = await allOf(specs.map(async (spec) => {
        const instance = await this.load(spec)
        loaded.push(instance)
        return { instance, ms: performance.now() - begun }
      }))
      const graph = dependencyGraph(
        timed.map(({ instance }) => ({ component: instance.spec.component, description: instance.description })),
        (contract, version) => others || this.bus.registry.lookup(contract, version).length > 0,
      )
      const parts = await this.#startInOrder(timed, graph)
      return { name: this.bus.assembly, ms: performance.now() - begun, parts }
    } catch (error) {
      for (const instance of loaded.toReversed()) await this.#discard(instance)
      throw error
    }
  }

  /** Disposes everything, dependents first, and lets go of the ports. */
  async close(drainLimit = 5_000): Promise<readonly string[]> {
    this.#endHealth()
    await this.#supervisor.close()
    const left: string[] = []
    for (const { instance } of [...this.#active.values()].toReversed()) {
      this.#active.delete(instance.spec.component)
      this.bus.exchange([], [instance.id])
      for (const words of await this.retire(instance, drainLimit)) left.push(`${instance.spec.component}: ${words}`)
    }
    this.#sockets.close()
    return left
  }

  /** While it lasts, nobody else begins in the component what may run in one instance only. */
  async #takeOver(next: Successor, succession: Succession, taken: () => void): Promise<void> {
    const { component } = next.spec
    const { previous } = succession
    const over = Promise.withResolvers<void>()
    const lost = Promise.withResolvers<never>()
    const own: Switch = { previous, lost: lost.reject, over: over.promise }
    this.#switches.set(component, own)
    try {
      if (previous !== undefined && this.active(component) !== previous) throw new KernelError('START_FAILED', `Switched component "${component}": the instance that ran is gone`)
      await this.#handedOver(next, succession, lost.promise)
      if (previous !== undefined) this.#paused.delete(previous)
      taken()
    } finally {
      if (this.#switches.get(component) === own) this.#switches.delete(component)
      over.resolve()
    }
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
      await within(stepBackLimit, component, 'a step back had not ended', [step]).catch((err: unknown) => this.log.error({ component, err }, `Let component "${component}" go on: ${messageOf(err)}`))
    }
    if (previous === undefined || handOver === undefined) return
    if (this.active(component) === previous) this.#resume(previous)
    else this.#paused.delete(previous)
  }

  /** Callers are told first: what a paused provider ends at once may ask again at once. */
  #pause(instance: Instance): void {
    this.#paused.add(instance)
    this.bus.exchange([{ info: this.#info(instance, this.#healthOf(instance)), provider: instance.provider }], [])
    instance.provider.pause()
  }

  #resume(instance: Instance): void {
    this.#paused.delete(instance)
    instance.provider.resume()
    this.bus.exchange([{ info: this.#info(instance, this.#healthOf(instance)), provider: instance.provider }], [])
  }

  #healthOf(instance: Instance): Health {
    return this.#active.get(instance.spec.component)?.health ?? { ok: true }
  }

  async #loadInline({ id, spec, bus, log }: IsolationOptions): Promise<Instance> {
    const plugin = typeof spec.entry === 'string' ? await loadPlugin(spec.entry) : spec.entry
    const surroundings = new BusSurroundings(bus, { component: spec.component, grants: spec.grants }, this.#sockets)
    return new InlineInstance({ id, spec, plugin, clock: this.#clock, log, surroundings })
  }

  async #startInOrder(loaded: readonly { instance: Instance; ms: number }[], graph: DependencyGraph): Promise<StartNode[]> {
    const starts = new Map<string, Promise<StartNode>>()
    const begin = (component: string): Promise<StartNode> => {
      const start = starts.get(component) ?? (async () => {
        const mine = loaded.find(({ instance }) => instance.spec.component === component)
        await Promise.all((graph.get(component) ?? []).map(begin))
        if (mine === undefined) throw new TypeError(`no component "${component}" was loaded`)
        return await this.#startOne(mine.instance, mine.ms)
      })()
      starts.set(component, start)
      return start
    }
    return await allOf(loaded.map(({ instance }) => begin(instance.spec.component)))
  }

  async #startOne(instance: Instance, loadMs: number): Promise<StartNode> {
    const begun = performance.now()
    await instance.start()
    const activating = performance.now()
    await this.switchTo(instance)
    const part = (name: string, ms: number): StartNode => ({ name, ms, parts: [] })
    const parts = [part('load', loadMs), part('start', instance.startMs), part('activate', performance.now() - activating)]
    return { name: `${instance.spec.component} ${instance.spec.version} (${instance.spec.isolation})`, ms: loadMs + performance.now() - begun, parts }
  }

  async #discard(instance: Instance): Promise<void> {
    if (this.#active.get(instance.spec.component)?.instance === instance) {
      this.#active.delete(instance.spec.component)
      this.bus.exchange([], [instance.id])
      await this.bus.retire(instance.id)
    }
    for (const words of await instance.dispose()) this.log.warn({ component: instance.spec.component }, words)
  }

  #crashed(instance: Instance, reason: string): void {
    const { component } = instance.spec
    if (this.active(component) !== instance) return
    this.#active.delete(component)
    this.bus.exchange([], [instance.id])
    void this.bus.retire(instance.id)
    const pending = this.#switches.get(component)
    if (pending?.previous === instance) pending.lost(new KernelError('START_FAILED', `Switched component "${component}": the instance that ran crashed (${reason})`))
    this.#supervisor.crashed(instance.spec, reason)
  }

  async #replace(spec: ComponentSpec): Promise<void> {
    // Somebody else may have put another version in its place meanwhile.
    if (this.active(spec.component) !== undefined) return
    const instance = await this.load(spec)
    try {
      await instance.start()
      await this.#switches.get(spec.component)?.over
      if (this.active(spec.component) === undefined) await this.switchTo(instance)
      else await instance.dispose()
    } catch (error) {
      await instance.dispose()
      throw error
    }
  }

  async #watchHealth(): Promise<void> {
    await Promise.all([...this.#active.values()].map(async ({ instance, health: before }) => {
      const health = await instance.health()
      if (this.active(instance.spec.component) !== instance) return
      if (health.ok === before.ok && health.detail === before.detail) return
      this.#active.set(instance.spec.component, { instance, health })
      this.bus.exchange([{ info: this.#info(instance, health), provider: instance.provider }], [])
      this.log[health.ok ? 'info' : 'warn']({ component: instance.spec.component, detail: health.detail }, health.ok ? 'Component is well again' : 'Component is not well')
    }))
  }

  #info(instance: Instance, health: Health): InstanceInfo {
    const { component, plugin, version, isolation } = instance.spec
    const told = health.detail === undefined ? { ok: health.ok } : { ok: health.ok, detail: health.detail.slice(0, 1000) }
    return { id: instance.id, component, plugin, version, host: this.bus.host, isolation, started: instance.started.toISOString(), contracts: instance.description.provides, health: told, ...(this.#paused.has(instance) ? { paused: true } : {}) }
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

/** The results in order; where one fails it rejects with that, but only once none is under way any more. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return await Promise.all(work)
}
