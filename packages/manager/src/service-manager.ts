import { serviceKey } from '@caruso/bus'
import type { Call, Static } from '@caruso/contract'
import type { ComponentSpec, Host, Instance, InstanceStatus, StartNode } from '@caruso/kernel'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { maxSatisfying, satisfies } from 'semver'
import { readAssembly, redact, type Assembly, type AssemblyComponent } from './assembly.ts'
import type { ComponentStatus, HistoryEntry, SwapPlan, SwapStep } from './contract.ts'
import { didYouMean } from './did-you-mean.ts'
import { ManagerError } from './errors.ts'
import { historyOf } from './history.ts'
import { Journal } from './journal.ts'
import { PluginStore } from './plugin-store.ts'
import { planSwap, Swap, type SwapRequest } from './swap.ts'
import { StepQueue } from './step-queue.ts'

const defaultHistory = 20

/** Plans and journals what runs, and swaps versions. It is not on the path of calls. */
export class ServiceManager {
  readonly #assembly: Assembly
  readonly #host: Host
  readonly #store: PluginStore
  readonly #journal: Journal
  readonly #running = new Map<string, Promise<void>>()

  private constructor(assembly: Assembly, host: Host, store: PluginStore, journal: Journal) {
    this.#assembly = assembly
    this.#host = host
    this.#store = store
    this.#journal = journal
  }

  /** Opens the journal of an assembly and settles what a crash left open: the version past its point of no return runs. */
  static async open(assembly: Assembly, host: Host): Promise<ServiceManager> {
    const journal = await Journal.open(join(assembly.folder, '.caruso', 'journal.jsonl'))
    for (const entry of journal.unfinished()) {
      const detail = entry.step === 'switch' ? `interrupted after the point of no return: ${entry.to} runs` : `interrupted before the point of no return: ${entry.from} runs`
      const { at: _at, ...epoch } = entry
      await journal.append({ ...epoch, step: 'interrupted', detail })
    }
    return new ServiceManager(assembly, host, new PluginStore(assembly.folder), journal)
  }

  /** Starts every component of the assembly, and with them what the framework itself provides. */
  async start(own: readonly ComponentSpec[]): Promise<StartNode> {
    const specs: ComponentSpec[] = []
    // One after the other, since each may begin an epoch of its own.
    for (const component of Object.keys(this.#assembly.components)) specs.push(await this.#specToRun(component))
    return await this.#host.startAll([...own, ...specs])
  }

  list(): { assembly: string; components: Static<typeof ComponentStatus>[] } {
    return { assembly: this.#assembly.name, components: [...this.#host.status().map((status) => this.#statusOf(status)), ...this.#notRunning()] }
  }

  async info(component: string): Promise<{ status: Static<typeof ComponentStatus>; config: unknown; versions: string[]; previous?: string }> {
    const status = this.list().components.find((one) => one.component === component)
    if (status === undefined) throw this.#unknown(component)
    const declared = this.#assembly.components[component]
    const versions = declared === undefined ? [status.version] : (await this.#store.list(declared.plugin)).map(({ version }) => version)
    const previous = this.#journal.previous(component)
    return { status, config: redact(this.#assembly, component) ?? {}, versions, ...(previous === undefined ? {} : { previous }) }
  }

  async plan(component: string, version: string | undefined): Promise<Static<typeof SwapPlan>> {
    const { plan, instance } = await planSwap(this.#host, await this.#request('swap', component, version ?? '*'))
    await instance?.dispose()
    return plan
  }

  /** Swaps; the swap goes on when nobody reads its steps any more. */
  async *swap(component: string, version: string | undefined, why: string, call: Call): AsyncGenerator<Static<typeof SwapStep>, void> {
    yield* this.#swap('swap', component, version ?? '*', why, call.caller.identity)
  }

  async *rollback(component: string, why: string, call: Call): AsyncGenerator<Static<typeof SwapStep>, void> {
    this.#active(component)
    const previous = this.#journal.previous(component)
    if (previous === undefined) throw new ManagerError('NO_PREVIOUS', `Rolled back component "${component}": it has not been swapped`)
    yield* this.#swap('rollback', component, previous, why, call.caller.identity)
  }

  history(component: string | undefined, limit = defaultHistory): Static<typeof HistoryEntry>[] {
    return historyOf(this.#journal.entries(component), limit)
  }

  /** Waits for swaps that are under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values())
    await this.#journal.close()
  }

  async *#swap(action: 'swap' | 'rollback', component: string, range: string, why: string, who: string): AsyncGenerator<Static<typeof SwapStep>, void> {
    this.#active(component)
    const [busy] = this.#running.keys()
    if (busy !== undefined) throw new ManagerError('SWAP_RUNNING', `Swapped component "${component}": a swap of "${busy}" is under way`)
    const queue = new StepQueue<Static<typeof SwapStep>>()
    const run = async (): Promise<void> => {
      const request = await this.#request(action, component, range)
      await new Swap(this.#host, this.#journal, { ...request, who, why }, (step) => queue.push(step)).run()
    }
    const running = run().then(() => queue.end(), (error: unknown) => queue.fail(error)).finally(() => this.#running.delete(component))
    this.#running.set(component, running)
    yield* queue
  }

  async #request(action: 'swap' | 'rollback', component: string, range: string): Promise<Omit<SwapRequest, 'who' | 'why'>> {
    const previous = this.#active(component)
    // As the file says now: whoever swaps to another major version changes the range first.
    const { components } = await readAssembly(this.#assembly.folder, this.#assembly)
    return { action, spec: await this.#spec(component, range), previous, allowed: (components[component] ?? this.#declared(component)).version }
  }

  /**
   * The version that ran last of those that the assembly file allows and that are on disk; else the highest that fits,
   * and one that a swap discarded only where there is no other.
   */
  async #specToRun(component: string): Promise<ComponentSpec> {
    const { plugin, version: range } = this.#declared(component)
    const there = (await this.#store.list(plugin)).map(({ version }) => version)
    const ran = this.#journal.ran(component).map(({ to }) => to)
    const [current] = ran
    const last = ran.find((version) => there.includes(version) && satisfies(version, range, { includePrerelease: true }))
    const spec = await this.#spec(component, last ?? maxSatisfying(there.filter((version) => !this.#journal.discarded(component, version)), range) ?? range)
    if (spec.version === current) return spec
    await this.#journal.append({ epoch: this.#journal.nextEpoch, component, step: 'install', action: 'install', from: current ?? spec.version, to: spec.version, who: 'caruso', why: current === undefined ? 'first start' : `${current} is gone or not in ${range}`, detail: '', ms: 0 })
    return spec
  }

  async #spec(component: string, range: string): Promise<ComponentSpec> {
    const { plugin, isolation, permissions, config } = this.#declared(component)
    const resolved = await this.#store.resolve(plugin, range)
    const data = join(this.#assembly.folder, '.caruso', 'data', component)
    if (isolation === 'process') await mkdir(data, { recursive: true, mode: 0o700 })
    return { component, plugin: resolved.name, version: resolved.version, entry: resolved.entry, isolation, config, grants: permissions, data }
  }

  #declared(component: string): AssemblyComponent {
    const declared = this.#assembly.components[component]
    if (declared === undefined) throw this.#unknown(component)
    return declared
  }

  #active(component: string): Instance {
    this.#declared(component)
    const instance = this.#host.active(component)
    if (instance === undefined) throw new ManagerError('COMPONENT_UNKNOWN', `Asked for component "${component}": ${this.#whyNot(component)}`)
    return instance
  }

  #unknown(component: string): ManagerError {
    const names = Object.keys(this.#assembly.components)
    const meant = didYouMean(component, names)
    return new ManagerError('COMPONENT_UNKNOWN', `Asked for component ${JSON.stringify(component)}: assembly "${this.#assembly.name}" has ${names.join(', ')}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`)
  }

  #notRunning(): Static<typeof ComponentStatus>[] {
    return Object.entries(this.#assembly.components).flatMap(([component, { plugin, isolation }]) => {
      const [entry] = this.#journal.ran(component)
      if (entry === undefined || this.#host.active(component) !== undefined) return []
      const state = this.#host.givenUp().has(component) ? 'given up' : 'starting'
      return [{
        component, plugin, version: entry.to, instance: '', host: this.#host.bus.host, isolation, state,
        health: { ok: false, detail: this.#whyNot(component) }, provides: [], requires: [], started: entry.at, startMs: 0, inFlight: 0, calls: 0, errors: 0,
      }]
    })
  }

  #whyNot(component: string): string {
    const reason = this.#host.givenUp().get(component)
    return reason === undefined ? 'it does not run at the moment; the log says why' : `it was given up after too many crashes, last by ${reason}`
  }

  #statusOf({ instance, health }: InstanceStatus): Static<typeof ComponentStatus> {
    const { spec, description, provider } = instance
    const operations = provider.operations()
    return {
      component: spec.component,
      plugin: spec.plugin,
      version: spec.version,
      instance: instance.id,
      host: this.#host.bus.host,
      isolation: spec.isolation,
      state: instance.state,
      health: { ...health },
      provides: description.provides.map(serviceKey),
      requires: description.requires.map(({ key, kind, contract }) => {
        const [found] = contract === undefined ? [] : this.#host.bus.registry.lookup(contract.name, contract.version)
        return { key, contract: contract === undefined ? 'every public' : `${contract.name}@^${contract.version}`, optional: kind !== 'required', ...(found === undefined ? {} : { component: found.entry.info.component }) }
      }),
      started: instance.started.toISOString(),
      startMs: Math.round(instance.startMs * 10) / 10,
      inFlight: provider.inFlight,
      calls: operations.reduce((sum, { calls }) => sum + calls, 0),
      errors: operations.reduce((sum, { errors }) => sum + errors, 0),
    }
  }
}

