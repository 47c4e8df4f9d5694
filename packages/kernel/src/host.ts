import type { Bus, InstanceInfo } from '@caruso/bus'
import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { BusSurroundings } from './bus-surroundings.ts'
import { systemClock, type Clock } from './clock.ts'
import { dependencyGraph, type DependencyGraph } from './dependency-graph.ts'
import { KernelError } from './errors.ts'
import { InlineInstance } from './inline-instance.ts'
import type { ComponentSpec, Instance, StartNode, Successor } from './instance.ts'
import type { Isolation, IsolationOptions } from './isolation.ts'
import { ListeningSockets } from './listening-sockets.ts'
import { loadPlugin } from './load-plugin.ts'
import type { Log } from './log.ts'
import type { Health } from './scope.ts'
import { type Succession, Successions } from './successions.ts'
import { Supervisor } from './supervisor.ts'

/** Milliseconds between two questions of how an instance is. */
const healthInterval = 2_000
export interface HostOptions {
  readonly bus: Bus
  readonly log: Log
  readonly clock?: Clock
  /** By their names in the assembly, the ways to run a component apart from this host's thread; `inline` is always there. */
  readonly isolations?: Readonly<Record<string, Isolation>>
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
  readonly #successions: Successions
  readonly #isolations: ReadonlyMap<string, Isolation>
  readonly #supervisor: Supervisor
  readonly #endHealth: () => void

  constructor(options: HostOptions) {
    this.bus = options.bus
    this.log = options.log
    this.#clock = options.clock ?? systemClock
    this.#isolations = new Map([...Object.entries(options.isolations ?? {}), ['inline', async (inline) => await this.#loadInline(inline)]])
    this.#successions = new Successions(this.log, { active: (component) => this.active(component), announce: (instance) => this.#announce(instance) })
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
    await this.#successions.take(next, succession, () => {
      this.#active.set(next.spec.component, { instance: next, health: { ok: true } })
      this.bus.exchange([{ info: this.#info(next, { ok: true }), provider: next.provider }], previous === undefined ? [] : [previous.id])
    })
    if (next.state === 'failed') this.#crashed(next, 'it ended while it took over')
  }

  /** The same where the next one runs at another host, whose part it is to send callers there: here the previous one is withdrawn. */
  async switchAway(next: Successor, succession: Succession & { readonly previous: Instance }): Promise<void> {
    const { previous } = succession
    await this.#successions.take(next, succession, () => {
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
   * @param prepare what has to be done for a component once those it requires are there, before it starts
   * @throws KernelError of the first that fails, after the others were disposed
   */
  async startAll(specs: readonly ComponentSpec[], others = false, prepare?: (instance: Instance) => Promise<unknown>): Promise<StartNode> {
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
      const parts = await this.#startInOrder(timed, graph, prepare)
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

  #announce(instance: Instance): void {
    this.bus.exchange([{ info: this.#info(instance, this.#healthOf(instance)), provider: instance.provider }], [])
  }

  #healthOf(instance: Instance): Health {
    return this.#active.get(instance.spec.component)?.health ?? { ok: true }
  }

  async #loadInline({ id, spec, bus, log }: IsolationOptions): Promise<Instance> {
    const plugin = typeof spec.entry === 'string' ? await loadPlugin(spec.entry) : spec.entry
    // To compile it took some milliseconds: who waits gets an answer before its configuration and contracts are looked at.
    await setImmediate()
    const surroundings = new BusSurroundings(bus, { component: spec.component, grants: spec.grants }, this.#sockets)
    return new InlineInstance({ id, spec, plugin, clock: this.#clock, log, surroundings })
  }

  async #startInOrder(loaded: readonly { instance: Instance; ms: number }[], graph: DependencyGraph, prepare?: (instance: Instance) => Promise<unknown>): Promise<StartNode[]> {
    const starts = new Map<string, Promise<StartNode>>()
    const begin = (component: string): Promise<StartNode> => {
      const start = starts.get(component) ?? (async () => {
        const mine = loaded.find(({ instance }) => instance.spec.component === component)
        await Promise.all((graph.get(component) ?? []).map(begin))
        if (mine === undefined) throw new TypeError(`no component "${component}" was loaded`)
        await prepare?.(mine.instance)
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
    this.#successions.crashed(instance, reason)
    this.#supervisor.crashed(instance.spec, reason)
  }

  async #replace(spec: ComponentSpec): Promise<void> {
    // Somebody else may have put another version in its place meanwhile.
    if (this.active(spec.component) !== undefined) return
    const instance = await this.load(spec)
    try {
      await instance.start()
      await this.#successions.over(spec.component)
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
      this.#announce(instance)
      this.log[health.ok ? 'info' : 'warn']({ component: instance.spec.component, detail: health.detail }, health.ok ? 'Component is well again' : 'Component is not well')
    }))
  }

  #info(instance: Instance, health: Health): InstanceInfo {
    const { component, plugin, version, isolation } = instance.spec
    const told = health.detail === undefined ? { ok: health.ok } : { ok: health.ok, detail: health.detail.slice(0, 1000) }
    return { id: instance.id, component, plugin, version, host: this.bus.host, isolation, started: instance.started.toISOString(), contracts: instance.description.provides, health: told, ...(this.#successions.isPaused(instance) ? { paused: true } : {}) }
  }
}

/** The results in order; where one fails it rejects with that, but only once none is under way any more. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work)
  return await Promise.all(work)
}
