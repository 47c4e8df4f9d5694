import { serviceKey } from '@caruso/bus'
import type { Call, Static } from '@caruso/contract'
import type { ComponentSpec, Instance, InstanceStatus, StartNode } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { maxSatisfying, satisfies } from 'semver'
import { readAssembly, redact, type Assembly, type AssemblyComponent } from './assembly.ts'
import type { Caller, ComponentStatus, HistoryEntry, SwapPlan, SwapStep, TrialRequest } from './contract.ts'
import { ManagerError, unknownComponent } from './errors.ts'
import { historyOf } from './history.ts'
import { hostFolder, hostsOf, mainHost } from './host-name.ts'
import { Journal } from './journal.ts'
import { OtherHosts } from './other-hosts.ts'
import { PluginStore, type ResolvedPlugin } from './plugin-store.ts'
import { planSwap, Swap, type SwapRequest } from './swap.ts'
import { StepQueue } from './step-queue.ts'
import type { CallersElsewhere, LiveCaller } from './swap-plan.ts'

const defaultHistory = 20

/** How a version is tried first, and at which epoch it was planned. */
export interface SwapOptions {
  readonly trial?: Static<typeof TrialRequest> | undefined
  readonly epoch?: number | undefined
}

/** Plans and journals what runs, and swaps versions. It is not on the path of calls. */
export class ServiceManager {
  readonly #assembly: Assembly
  readonly #host: Host
  readonly #store: PluginStore
  readonly #journal: Journal
  readonly #running = new Map<string, Promise<void>>()
  /** Who is asked for what runs elsewhere. */
  readonly others: OtherHosts

  private constructor(assembly: Assembly, host: Host, store: PluginStore, journal: Journal, name: string) {
    this.#assembly = assembly
    this.#host = host
    this.#store = store
    this.#journal = journal
    this.others = new OtherHosts(name, assembly, host.bus)
  }

  /**
   * Opens the journal of a host and settles what a crash left open: the version past its point of no return runs.
   *
   * @param name that of the host in the assembly file, whose components are its own
   */
  static async open(assembly: Assembly, host: Host, name = mainHost): Promise<ServiceManager> {
    const journal = await Journal.open(join(hostFolder(assembly.folder, name), 'journal.jsonl'))
    for (const entry of journal.unfinished()) {
      const detail = entry.step === 'switch' ? `interrupted after the point of no return: ${entry.to} runs` : `interrupted before the point of no return: ${entry.from} runs`
      const { at: _at, ...epoch } = entry
      await journal.append({ ...epoch, step: 'interrupted', detail })
    }
    return new ServiceManager(assembly, host, new PluginStore(assembly.folder), journal, name)
  }

  /** Starts every component of this host, and with them what the framework itself provides. */
  async start(own: readonly ComponentSpec[]): Promise<StartNode> {
    const specs: ComponentSpec[] = []
    // One after the other, since each may begin an epoch of its own.
    for (const [component] of this.#own()) specs.push(await this.#specToRun(component))
    return await this.#host.startAll([...own, ...specs], hostsOf(this.#assembly).length > 1)
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

  /** Who requires some contracts here. */
  callers(contracts: readonly string[]): Static<typeof Caller>[] {
    return this.#host.status().flatMap(({ instance: { spec: { component }, description } }) => {
      const requires = description.requires.flatMap(({ key, kind, contract }) => (kind === 'public' || contract === undefined || !contracts.includes(contract.name) ? [] : [{ key, kind, contract }]))
      return requires.length === 0 ? [] : [{ component, requires }]
    })
  }

  async plan(component: string, version: string | undefined): Promise<Static<typeof SwapPlan>> {
    const { plan, instance } = await planSwap(this.#host, await this.#request('swap', component, version ?? '*'))
    await instance?.dispose()
    return plan
  }

  /** Swaps; the swap goes on when nobody reads its steps any more. */
  async *swap(component: string, version: string | undefined, why: string, call: Call, how: SwapOptions = {}): AsyncGenerator<Static<typeof SwapStep>, void> {
    yield* this.#swap('swap', component, version ?? '*', why, call.caller.identity, how)
  }

  async *rollback(component: string, why: string, call: Call): AsyncGenerator<Static<typeof SwapStep>, void> {
    this.#active(component)
    const previous = this.#journal.previous(component)
    if (previous === undefined) throw new ManagerError('NO_PREVIOUS', `Rolled back component "${component}": it has not been swapped`)
    yield* this.#swap('rollback', component, previous, why, call.caller.identity)
  }

  /**
   * Has a component run from the code that lies in its folder now, by a swap that is not journalled, since a restart
   * runs that anyway. Resolves when callers are sent to it; `left` to what the one before left behind, in words.
   */
  async save(component: string): Promise<{ version: string; left: Promise<readonly string[]> }> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running.values())
    const taken = this.#save(component)
    this.#running.set(component, Promise.allSettled([taken]).then(() => undefined))
    return await taken.finally(() => this.#running.delete(component))
  }

  history(component: string | undefined, limit = defaultHistory): Static<typeof HistoryEntry>[] {
    return historyOf(this.#journal.entries(component), limit).map((entry) => ({ ...entry, host: this.others.own }))
  }

  /** Waits for swaps that are under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running.values())
    await this.#journal.close()
  }

  async #save(component: string): Promise<{ version: string; left: Promise<readonly string[]> }> {
    const spec = await this.#specToRun(component)
    const previous = this.#host.active(component)
    if (previous === undefined) {
      await this.#host.startAll([spec])
      return { version: spec.version, left: Promise.resolve([]) }
    }
    const swap = new Swap(this.#host, this.#journal, { action: 'save', epoch: 0, spec, previous, elsewhere: await this.#elsewhere(previous), allowed: this.#declared(component).version, who: 'caruso', why: '' }, () => undefined)
    await swap.takeOver()
    return { version: spec.version, left: swap.leave() }
  }

  async *#swap(action: 'swap' | 'rollback', component: string, range: string, why: string, who: string, { trial, epoch }: SwapOptions = {}): AsyncGenerator<Static<typeof SwapStep>, void> {
    this.#active(component)
    const [busy] = this.#running.keys()
    if (busy !== undefined) throw new ManagerError('SWAP_RUNNING', `Swapped component "${component}": a swap of "${busy}" is under way`)
    const queue = new StepQueue<Static<typeof SwapStep>>()
    const run = async (): Promise<void> => {
      const request = await this.#request(action, component, range)
      await new Swap(this.#host, this.#journal, { ...request, epoch: epoch ?? request.epoch, trial, who, why }, (step) => queue.push(step)).run()
    }
    const running = run().then(() => queue.end(), (error: unknown) => queue.fail(error)).finally(() => this.#running.delete(component))
    this.#running.set(component, running)
    yield* queue
  }

  async #request(action: 'swap' | 'rollback', component: string, range: string): Promise<Omit<SwapRequest, 'who' | 'why'>> {
    const previous = this.#active(component)
    // As the file says now: whoever swaps to another major version changes the range first.
    const { components } = await readAssembly(this.#assembly.folder, this.#assembly)
    const [spec, elsewhere] = [await this.#spec(component, range), await this.#elsewhere(previous)]
    return { action, epoch: this.#journal.nextEpoch, spec, previous, elsewhere, allowed: (components[component] ?? this.#declared(component)).version }
  }

  /** Who calls an instance from other hosts: a host that is away calls nobody, one that does not answer may. */
  async #elsewhere({ description }: Instance): Promise<CallersElsewhere> {
    const contracts = description.provides.map(({ name }) => name)
    const answers = await this.others.ask(async (manager, _host, call) => await manager.callers({ contracts }, call))
    return {
      callers: answers.flatMap((answer) => ('told' in answer ? (answer.told as readonly LiveCaller[]) : [])),
      checks: answers.flatMap((answer) => ('told' in answer ? [] : [{ check: `callers at host ${answer.host}`, ok: answer.isAway, detail: answer.why }])),
    }
  }

  #own(): [string, AssemblyComponent][] {
    return Object.entries(this.#assembly.components).filter(([, { host }]) => host === this.others.own)
  }

  /**
   * The version that ran last of those that the assembly file allows and that are on disk; else the highest that fits,
   * and one that a swap discarded only where there is no other.
   */
  async #specToRun(component: string): Promise<ComponentSpec> {
    const { plugin, version: range, watched } = this.#declared(component)
    const developed = watched === true ? await this.#store.developed(plugin) : undefined
    if (developed !== undefined) return await this.#specOf(component, developed)
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
    return await this.#specOf(component, await this.#store.resolve(this.#declared(component).plugin, range))
  }

  async #specOf(component: string, resolved: ResolvedPlugin): Promise<ComponentSpec> {
    const { isolation, permissions, config } = this.#declared(component)
    const data = join(this.#assembly.folder, '.caruso', 'data', component)
    if (isolation === 'process') await mkdir(data, { recursive: true, mode: 0o700 })
    return { component, plugin: resolved.name, version: resolved.version, entry: resolved.entry, isolation, config, grants: permissions, data }
  }

  #declared(component: string): AssemblyComponent {
    const declared = this.#assembly.components[component]
    if (declared === undefined) throw this.#unknown(component)
    if (declared.host !== this.others.own) throw new ManagerError('COMPONENT_UNKNOWN', `Asked host "${this.others.own}" for component "${component}": its assembly.yaml says that host "${declared.host}" runs it`)
    return declared
  }

  #active(component: string): Instance {
    this.#declared(component)
    const instance = this.#host.active(component)
    if (instance === undefined) throw new ManagerError('COMPONENT_UNKNOWN', `Asked for component "${component}": ${this.#whyNot(component)}`)
    return instance
  }

  #unknown(component: string): ManagerError {
    return unknownComponent(component, this.#assembly.name, Object.keys(this.#assembly.components))
  }

  #notRunning(): Static<typeof ComponentStatus>[] {
    return this.#own().flatMap(([component, { plugin, isolation }]) => {
      const [entry] = this.#journal.ran(component)
      if (entry === undefined || this.#host.active(component) !== undefined) return []
      const state = this.#host.givenUp().has(component) ? 'given up' : 'starting'
      return [{
        component, plugin, version: entry.to, instance: '', host: this.others.own, isolation, state,
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
      host: this.others.own,
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

