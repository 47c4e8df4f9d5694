import type { HeardEvent } from '@caruso/bus'
import { deepFreeze, type Call, type Client, type Contract, type PayloadOf, type Static, type TSchema } from '@caruso/contract'
import type { ComponentSpec, Health, Instance, LoadedPlugin, Optional, PluginDefinition, Provides, Requires } from '@caruso/kernel'
import { pluginOf, type Double } from './double.ts'
import { TestingError } from './errors.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { frozenClient, withFrozenState } from './frozen.ts'
import { LeakCheck } from './leak-check.ts'
import { logBook, type LogLine } from './log-book.ts'
import { TestAssembly, type Transport } from './test-assembly.ts'

type Given<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [Key in keyof T]?: Given<T[Key]> } : T
type Keys<R extends Requires, Kind> = { [Key in keyof R]: R[Key] extends Kind ? Key : never }[keyof R]
type ContractOf<T> = T extends Optional<infer C> ? C : T extends Contract ? T : never

/** A double for each requirement; those of optional requirements may be missing, or come later by `provide`. */
export type Doubles<R extends Requires> = { readonly [Key in Keys<R, Contract>]: Double<ContractOf<R[Key]>> } & { readonly [Key in Keys<R, Optional<Contract>>]?: Double<ContractOf<R[Key]>> }

/** How a plugin is run in a test. */
export type TestOptions<Config extends TSchema, R extends Requires> = {
  /** What the assembly would say; the schema's defaults fill the rest. */
  readonly config?: Given<Static<Config>>
  /** Permissions that the assembly would give the component. */
  readonly grants?: readonly string[]
  readonly clock?: FakeClock
  /** `direct` unless told; `process` needs `file`. */
  readonly transport?: Transport
  /** The file that exports the plugin by default, for a process of its own to load. */
  readonly file?: string
} & (Keys<R, Contract> extends never ? { readonly requires?: Doubles<R> } : { readonly requires: Doubles<R> })

/** On whose behalf the test calls. */
export interface TestOrigin {
  readonly as?: string
  readonly permissions?: readonly string[]
  /** Milliseconds. */
  readonly timeout?: number
}

/** The transports that need nothing but the plugin: repeat a test over them to see that it relies on none. */
export const transports = ['direct', 'bus'] as const

/**
 * Runs a plugin in a real host, started and active. Everything passed on direct calls is frozen.
 * Close the kit, or declare it with `await using`: it fails where the plugin left something behind.
 *
 * @throws KernelError what the plugin's configuration or start fails with
 */
export async function testPlugin<Config extends TSchema, P extends Provides, R extends Requires, Entry extends TSchema = never>(
  plugin: PluginDefinition<Config, P, R, Entry>,
  ...[options]: Record<never, never> extends TestOptions<Config, R> ? [options?: TestOptions<Config, R>] : [options: TestOptions<Config, R>]
): Promise<PluginKit<P, R>> {
  return await PluginKit.open<P, R>(plugin, (options ?? {}) as KitOptions)
}

/** What a kit needs to know of a plugin; the rest of its types was checked where it was handed in. */
type TestedPlugin<P extends Provides> = LoadedPlugin & { readonly provides: P }

interface KitOptions {
  readonly config?: unknown
  readonly grants?: readonly string[]
  readonly clock?: FakeClock
  readonly transport?: Transport
  readonly file?: string
  readonly requires?: Readonly<Record<string, Double>>
}

/** A plugin that runs in a test, and what the test sees of it. */
export class PluginKit<P extends Provides, R extends Requires> implements AsyncDisposable {
  /** The plugin's clients, as other components would have them. */
  readonly clients: { readonly [Key in keyof P]: Client<P[Key]> }
  /** What the plugin and its host have logged. */
  readonly logs: readonly LogLine[]
  /** What the plugin has emitted. */
  readonly events: readonly HeardEvent[]
  readonly #clock: FakeClock | undefined
  readonly #assembly: TestAssembly
  readonly #leaks: LeakCheck
  readonly #doubles = new Map<string, Instance>()
  readonly #consumer = { component: 'test', grants: [] }
  readonly #waiting = new Set<() => void>()
  readonly #taken = new Set<HeardEvent>()
  #instance: Instance | undefined
  #closing: Promise<void> | undefined

  private constructor(plugin: TestedPlugin<P>, assembly: TestAssembly, leaks: LeakCheck, logs: readonly LogLine[], clock: FakeClock | undefined) {
    this.#assembly = assembly
    this.#leaks = leaks
    this.#clock = clock
    this.logs = logs
    const events: HeardEvent[] = []
    this.events = events
    const { bus } = assembly.near
    this.clients = Object.fromEntries(Object.entries(plugin.provides).map(([key, contract]) => [key, frozenClient(contract, bus.client(contract, this.#consumer))])) as typeof this.clients
    bus.on('*', (event) => {
      if (event.component !== plugin.name) return
      events.push(deepFreeze(event))
      for (const look of [...this.#waiting]) look()
    })
  }

  static async open<P extends Provides, R extends Requires>(plugin: TestedPlugin<P>, options: KitOptions): Promise<PluginKit<P, R>> {
    const { transport = 'direct', file, config, grants = [] } = options
    const isolated = transport === 'process'
    if (isolated && (file === undefined || options.clock !== undefined)) throw new TestingError('NOT_POSSIBLE', `Ran plugin "${plugin.name}" in a process of its own: expected a file and no fake clock, which a process cannot share`)
    const leaks = new LeakCheck()
    const clock = options.clock ?? fakeClock()
    const { log, lines } = logBook()
    const assembly = await TestAssembly.open(transport, log, clock)
    const kit = new PluginKit<P, R>(plugin, assembly, leaks, lines, isolated ? undefined : clock)
    try {
      for (const [key, double] of Object.entries(options.requires ?? {})) await kit.#run(key, double)
      const entry = isolated && file !== undefined ? file : withFrozenState(plugin)
      kit.#instance = await assembly.run(assembly.tested, { component: plugin.name, plugin: plugin.name, version: '0.0.0', entry, isolation: isolated ? 'process' : 'inline', config, grants })
      return kit
    } catch (error) {
      await assembly.close()
      throw error
    }
  }

  /** The clock of the plugin's scope. A process of its own has the machine's. */
  get clock(): FakeClock {
    if (this.#clock === undefined) throw new TestingError('NOT_POSSIBLE', 'Asked for the clock of a plugin in a process of its own: it has the time of the machine')
    return this.#clock
  }

  /** The call of a test; 10 seconds unless told. */
  call(origin: TestOrigin = {}): Call {
    const { as = 'test', permissions = [], timeout = 10_000 } = origin
    return this.#assembly.near.bus.call({ ...this.#consumer, identity: as, permissions, timeout })
  }

  /** Resolves to the next event of that name that was not asked for yet; it may have been emitted already. */
  async event<C extends Contract, Name extends keyof C['events'] & string>(contract: C, name: Name): Promise<PayloadOf<C['events'][Name]>> {
    const isNext = (event: HeardEvent): boolean => event.contract === contract.name && event.event === name && !this.#taken.has(event)
    for (;;) {
      const next = this.events.find(isNext)
      if (next !== undefined) {
        this.#taken.add(next)
        return next.payload as PayloadOf<C['events'][Name]>
      }
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look)
          resolve()
        }
        this.#waiting.add(look)
      })
    }
  }

  /** Emits an event of a contract that the plugin requires, as its provider would. */
  tell<C extends Contract, Name extends keyof C['events'] & string>(contract: C, name: Name, payload: PayloadOf<C['events'][Name]>): void {
    this.#assembly.near.bus.emit('test', contract, name, deepFreeze(payload), this.call())
  }

  /** Lets a double come later, or takes the place of the one that is there. */
  async provide<Key extends (Keys<R, Contract> | Keys<R, Optional<Contract>>) & string>(key: Key, double: Double<ContractOf<R[Key]>>): Promise<void> {
    await this.withdraw(key)
    await this.#run(key, double)
  }

  /** Takes a double away. */
  async withdraw(key: keyof R & string): Promise<void> {
    const instance = this.#doubles.get(key)
    this.#doubles.delete(key)
    if (instance !== undefined) await this.#assembly.end(this.#assembly.near, instance)
  }

  /** Begins again what may run in one instance only. */
  async activate(): Promise<void> {
    await this.#instance?.activate()
  }

  /** Ends what may run in one instance only, as a swap would. */
  async deactivate(): Promise<void> {
    await this.#instance?.deactivate()
  }

  /**
   * Lets another version of the plugin take its place as a swap does, with its state. Where that fails, what runs goes on.
   *
   * @throws what keeps the next version from taking over; TestingError `NOT_POSSIBLE` in a process of its own
   */
  async handOver(next: LoadedPlugin, config?: object): Promise<void> {
    const previous = this.#instance
    if (previous === undefined || previous.spec.isolation !== 'inline') throw new TestingError('NOT_POSSIBLE', `Handed over to plugin "${next.name}" in a test: expected what runs to share the process of the test`)
    const spec: ComponentSpec = { ...previous.spec, entry: withFrozenState(next), ...(config === undefined ? {} : { config }) }
    this.#instance = await this.#assembly.replace(this.#assembly.tested, spec, previous)
  }

  async health(): Promise<Health> {
    return (await this.#instance?.health()) ?? { ok: false }
  }

  /**
   * Ends the plugin and everything around it.
   *
   * @throws TestingError `LEFT_BEHIND` naming what failed to be disposed, calls that did not end, and timers, sockets and processes that are still there
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #run(key: string, double: Double): Promise<void> {
    const component = `double-${key}`
    this.#doubles.set(key, await this.#assembly.run(this.#assembly.near, { component, plugin: component, version: double.contract.version, entry: pluginOf(key, double), isolation: 'inline', config: {}, grants: [] }))
  }

  async #close(): Promise<void> {
    const left = [...(await this.#assembly.close()), ...(await this.#leaks.left())]
    if (left.length > 0) throw new TestingError('LEFT_BEHIND', `Closed the test of component "${this.#instance?.spec.component}": ${left.join('; ')}`)
  }
}
