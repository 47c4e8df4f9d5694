import { clientOf, Provider, type ProvidedService } from '@caruso/bus/pipe'
import { messageOf } from '@caruso/contract'
import type { Clock } from './clock.ts'
import { configure } from './configuration.ts'
import { placeWords } from './error-place.ts'
import { KernelError } from './errors.ts'
import { inject } from './injection.ts'
import { InstanceScope } from './instance-scope.ts'
import type { ComponentSpec, Description, Instance, LoadedPlugin, RequirementDescription } from './instance.ts'
import { Lifecycle, type InstanceState } from './lifecycle.ts'
import { describe } from './load-plugin.ts'
import type { Log } from './log.ts'
import type { Health, Ownership } from './scope.ts'
import { StateStore } from './state-store.ts'
import type { Surroundings } from './surroundings.ts'

/** Milliseconds that an instance may take to say how it is; less than its host waits for a process. */
const healthTimeout = 3_000

/** What an instance needs of the process it runs in. */
export interface InlineOptions {
  readonly id: string
  readonly spec: ComponentSpec
  readonly plugin: LoadedPlugin
  readonly clock: Clock
  readonly log: Log
  readonly surroundings: Surroundings
}

/** An instance that runs in this process. */
export class InlineInstance implements Instance {
  readonly id: string
  readonly spec: ComponentSpec
  readonly description: Description
  readonly started = new Date()
  readonly held: StateStore | undefined
  readonly #options: InlineOptions
  readonly #config: unknown
  readonly #scope: InstanceScope
  readonly #lifecycle: Lifecycle
  #provider: Provider | undefined
  #health: Promise<Health> | undefined
  #endHealth: (() => void) | undefined

  /** @throws KernelError `CONFIG_INVALID` when the configuration is not what the plugin's schema says */
  constructor(options: InlineOptions) {
    const { id, spec, plugin, clock, log, surroundings } = options
    this.id = id
    this.spec = spec
    this.#options = options
    this.description = describe(plugin)
    this.#config = configure(spec.component, plugin.config, spec.config)
    this.#scope = new InstanceScope(spec.component, clock, log, this.description, surroundings)
    this.held = plugin.state === undefined ? undefined : new StateStore(spec.component, plugin.state)
    this.#lifecycle = new Lifecycle(`component "${spec.component}" ${spec.version}`)
  }

  get state(): InstanceState {
    return this.#lifecycle.state
  }

  get startMs(): number {
    return this.#lifecycle.startMs
  }

  get provider(): Provider {
    if (this.#provider === undefined) throw new KernelError('STATE_INVALID', `Called component "${this.spec.component}": it is "${this.state}"`)
    return this.#provider
  }

  async start(): Promise<void> {
    this.#lifecycle.move('starting')
    try {
      const { plugin, spec } = this.#options
      const implementations = await (plugin.start as (context: unknown) => unknown)(this.#context())
      this.#provider = new Provider(this.id, spec.component, this.#services(implementations), true, this.held !== undefined)
      await this.#scope.proveWorking(spec.entry)
    } catch (error) {
      await this.#scope.dispose()
      this.#lifecycle.move('failed')
      throw this.#asStartFailure(error)
    }
    this.#lifecycle.move('ready')
  }

  async activate(): Promise<void> {
    await this.#scope.activate()
    this.#lifecycle.move('active')
  }

  async deactivate(): Promise<void> {
    const errors = await this.#scope.deactivate()
    if (this.state === 'active') this.#lifecycle.move('ready')
    for (const error of errors) this.#options.log.error({ err: error }, `Component "${this.spec.component}" failed to end what ran while it was active: ${messageOf(error)}`)
  }

  /** While a check has not answered, it is not asked again: what hangs must not pile up. */
  health(): Promise<Health> {
    this.#health ??= new Promise((resolve) => {
      const giveUp = (): void => resolve({ ok: false, detail: 'not answering' })
      const cancel = this.#options.clock.after(healthTimeout, giveUp)
      this.#endHealth = () => (cancel(), giveUp())
      void this.#scope.currentHealth().catch((error: unknown) => ({ ok: false, detail: messageOf(error) })).then((health) => {
        cancel()
        this.#health = undefined
        resolve(health)
      })
    })
    return this.#health
  }

  async dispose(): Promise<readonly string[]> {
    if (this.state === 'gone' || this.state === 'failed') return []
    this.#lifecycle.move('leaving')
    this.#endHealth?.()
    const errors = [...(await this.#scope.deactivate()), ...(await this.#scope.dispose())]
    this.#provider?.close()
    this.#lifecycle.move('gone')
    return errors.map((error) => `disposing failed: ${messageOf(error)}`)
  }

  #context(): Record<string, unknown> {
    const { spec, log } = this.#options
    const requirements = this.description.requires.map((requirement) => [requirement.key, this.#injected(requirement)])
    return inject(spec.component, { ...Object.fromEntries(requirements), config: this.#config, scope: this.#scope, log, ...(this.held === undefined ? {} : { state: this.held }) })
  }

  #injected(requirement: RequirementDescription): unknown {
    const { surroundings } = this.#options
    if (requirement.contract === undefined) return surroundings.publicServices(this.#scope as Ownership)
    const path = surroundings.path(requirement, requirement.contract)
    const client = clientOf(requirement.contract, path)
    if (requirement.kind === 'required') return client
    return {
      get current() {
        return path.available ? client : undefined
      },
    }
  }

  #services(implementations: unknown): ProvidedService[] {
    const { plugin, spec } = this.#options
    return Object.entries(plugin.provides).map(([key, contract]) => {
      const implementation = typeof implementations === 'object' && implementations !== null ? (implementations as Record<string, unknown>)[key] : undefined
      if (typeof implementation !== 'object' || implementation === null) {
        throw new KernelError('START_FAILED', `Started component "${spec.component}": expected start() to return an implementation under "${key}", found ${typeof implementation}`)
      }
      return { contract, implementation: implementation as ProvidedService['implementation'] }
    })
  }

  #asStartFailure(error: unknown): unknown {
    return error instanceof KernelError ? error : new KernelError('START_FAILED', `Started component "${this.spec.component}" ${this.spec.version}: ${messageOf(error)}${placeWords(error, this.spec.entry)}`, { cause: error })
  }
}
