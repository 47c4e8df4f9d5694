import type { Call, InputOf, OutputOf, Static } from '@caruso/contract'
import type { ComponentSpec, Instance, StartNode } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Arrivals } from './arrivals.ts'
import { redact, rereadAssembly, type Assembly, type AssemblyComponent } from './assembly.ts'
import { ComponentSpecs } from './component-specs.ts'
import { absentStatus, statusOf } from './component-status.ts'
import type { Caller, ComponentStatus, HistoryEntry, Manager, SwapPlan, SwapStep, TrialRequest } from './contract.ts'
import { Departure } from './departure.ts'
import { ManagerError } from './errors.ts'
import { historyOf } from './history.ts'
import { hostFolder, hostOfManager, hostsOf, mainHost } from './host-name.ts'
import { Journal, type JournalEntry, type Move } from './journal.ts'
import { OtherHosts } from './other-hosts.ts'
import { lastMove, Placement } from './placement.ts'
import { Preparations } from './preparations.ts'
import { PluginStore } from './plugin-store.ts'
import { planSwap, Swap, type SwapRequest } from './swap.ts'
import { StepQueue } from './step-queue.ts'
import type { CallersElsewhere, LiveCaller } from './swap-plan.ts'

const defaultHistory = 20

/** At which host a version is to run, how it is tried first, and at which epoch that was planned. */
export interface SwapOptions {
  readonly to?: string | undefined
  readonly trial?: Static<typeof TrialRequest> | undefined
  readonly epoch?: number | undefined
}

/** Plans and journals what runs, and swaps versions. It is not on the path of calls. */
export class ServiceManager {
  readonly #assembly: Assembly
  readonly #host: Host
  readonly #store: PluginStore
  readonly #journal: Journal
  readonly #placement: Placement
  readonly #specs: ComponentSpecs
  readonly #running = new Map<string, Promise<void>>()
  /** Who is asked for what runs elsewhere. */
  readonly others: OtherHosts
  /** What is on its way to this host. */
  readonly arrivals: Arrivals

  private constructor(assembly: Assembly, host: Host, store: PluginStore, journal: Journal, name: string) {
    this.#assembly = assembly
    this.#host = host
    this.#store = store
    this.#journal = journal
    this.#placement = new Placement(name, assembly, journal)
    this.#specs = new ComponentSpecs(assembly, store, journal)
    this.others = new OtherHosts(name, assembly, host.bus)
    this.arrivals = new Arrivals(host, journal, this.others)
  }

  /**
   * Opens the journal of a host and settles what a crash left open: the version past its point of no return runs.
   *
   * @param name that of the host in the assembly file, whose components are its own
   */
  static async open(assembly: Assembly, host: Host, name = mainHost): Promise<ServiceManager> {
    const journal = await Journal.open(join(hostFolder(assembly.folder, name), 'journal.jsonl'))
    for (const entry of journal.unfinished()) {
      // Whom it belongs to is told by the host that was to give it away.
      if (entry.step === 'begin' && isArrival(entry)) continue
      const detail = entry.step === 'switch' ? `interrupted after the point of no return: ${runsAfter(entry)}` : `interrupted before the point of no return: ${entry.from} runs`
      const { at: _at, ...epoch } = entry
      await journal.append({ ...epoch, step: 'interrupted', detail })
    }
    return new ServiceManager(assembly, host, new PluginStore(assembly.folder), journal, name)
  }

  /** Starts every component of this host, and with them what the framework itself provides. */
  async start(own: readonly ComponentSpec[]): Promise<StartNode> {
    await this.#placement.settle()
    const specs: ComponentSpec[] = []
    // One after the other, since each may begin an epoch of its own.
    for (const [component] of this.#placement.own()) specs.push(await this.#specs.toRun(component))
    const tree = await this.#host.startAll([...own, ...specs], hostsOf(this.#assembly).length > 1, this.#grow)
    for (const entry of this.#journal.unfinished()) if (isArrival(entry)) this.arrivals.settle(entry, async (version) => await this.#specs.of(entry.component, version))
    return tree
  }

  /** The host that runs a component; of what nobody declares, this one. */
  hostOf(component: string): string {
    const declared = this.#assembly.components[component]
    if (declared === undefined) return hostOfManager(component) ?? this.others.own
    const place = this.#placement.of(component, declared)
    return place === this.others.own ? place : (this.others.runningAt(component) ?? place)
  }

  list(): { assembly: string; components: Static<typeof ComponentStatus>[]; moved: Record<string, string> } {
    return { assembly: this.#assembly.name, components: [...this.#host.status().map((status) => statusOf(status, this.others.own, this.#host.bus.registry)), ...this.#notRunning()], moved: this.#placement.moved() }
  }

  async info(component: string): Promise<{ status: Static<typeof ComponentStatus>; config: unknown; versions: string[]; previous?: string }> {
    const status = this.list().components.find((one) => one.component === component)
    if (status === undefined) throw this.#specs.unknown(component)
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

  async plan(component: string, version: string | undefined, to?: string): Promise<Static<typeof SwapPlan>> {
    const request = await this.#request('swap', component, version, { to, who: 'caruso', why: '' })
    const { plan, loaded } = await planSwap(this.#host, request)
    await (loaded?.here ?? request.departure)?.dispose()
    return plan
  }

  /** Swaps; the swap goes on when nobody reads its steps any more. */
  async *swap(component: string, version: string | undefined, why: string, call: Call, how: SwapOptions = {}): AsyncGenerator<Static<typeof SwapStep>, void> {
    yield* this.#swap('swap', component, version, why, call.caller.identity, how)
  }

  /** Goes back to what the last swap took the place of, also where that ran at another host. */
  async *rollback(component: string, why: string, call: Call): AsyncGenerator<Static<typeof SwapStep>, void> {
    this.#active(component)
    const last = this.#journal.lastSwitch(component)
    if (last === undefined) throw new ManagerError('NO_PREVIOUS', `Rolled back component "${component}": it has not been swapped since it was finalized or first started`)
    const to = last.move !== undefined && last.move === lastMove(component, this.#journal.entries()) ? last.move.host : undefined
    yield* this.#swap('rollback', component, last.from, why, call.caller.identity, { to })
  }

  /**
   * The version before will not come back: what only other versions needed of others is taken away.
   *
   * @throws what those say of values that would be lost, unless they may be
   */
  async finalize({ component, drop = false, dryRun = false, why = '' }: InputOf<(typeof Manager)['operations']['finalize']>, call: Call): Promise<OutputOf<(typeof Manager)['operations']['finalize']>> {
    const instance = this.#active(component)
    this.#requireIdle(component)
    const [who, version] = [call.caller.identity, instance.spec.version]
    const preparations = new Preparations(this.#host.bus, who)
    const run = async (): Promise<OutputOf<(typeof Manager)['operations']['finalize']>> => {
      const told = await preparations.prepare('shrink', instance, { run: false, drop: drop || dryRun })
      if (dryRun) return { component, version, ...told }
      // Before anything is gone: after a crash no rollback may trust that it is there.
      await this.#journal.append({ epoch: this.#journal.nextEpoch, component, step: 'done', action: 'finalize', from: version, to: version, who, why, detail: told.changes.join('; '), ms: 0 })
      return { component, version, ...(await preparations.prepare('shrink', instance, { drop })) }
    }
    const running = run()
    this.#running.set(component, Promise.allSettled([running]).then(() => undefined))
    return await running.finally(() => this.#running.delete(component))
  }

  /** Prepares this host for a component that another host is to give to it. */
  async arrive({ component, version, from, running, epoch, who, why }: InputOf<(typeof Manager)['operations']['arrive']>): Promise<{ arrival: string; version: string; isolation: string }> {
    const declared = this.#specs.inFile(component)
    this.#requireIdle(component)
    const arriving = this.#specs.of(component, version).then((spec) => ({ spec, arrival: this.arrivals.expect({ id: randomUUID(), spec, running, move: { way: 'in', host: from, epoch, declared: declared.host }, who, why }) }))
    const over = arriving.then(async ({ arrival }) => await arrival.over)
    this.#running.set(component, Promise.allSettled([over]).then(() => void this.#running.delete(component)))
    const { spec, arrival } = await arriving
    return { arrival: arrival.id, version: spec.version, isolation: spec.isolation }
  }

  /** Whether a component was given away in an epoch of this host. */
  gaveAway(component: string, epoch: number): 'yes' | 'no' | 'open' {
    const given = this.#journal.gaveAway(component, epoch)
    return given === undefined ? 'open' : given ? 'yes' : 'no'
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
    await this.arrivals.close()
    await Promise.allSettled(this.#running.values())
    await this.#journal.close()
  }

  readonly #grow = async (instance: Instance): Promise<void> => {
    await new Preparations(this.#host.bus, 'caruso').prepare('grow', instance)
  }

  async #save(component: string): Promise<{ version: string; left: Promise<readonly string[]> }> {
    const { version: allowed } = this.#declared(component)
    const spec = await this.#specs.toRun(component)
    const previous = this.#host.active(component)
    if (previous === undefined) {
      await this.#host.startAll([spec], false, this.#grow)
      return { version: spec.version, left: Promise.resolve([]) }
    }
    const swap = new Swap(this.#host, this.#journal, { action: 'save', epoch: 0, spec, previous, elsewhere: await this.#elsewhere(previous), allowed, who: 'caruso', why: '' }, () => undefined)
    await swap.takeOver()
    return { version: spec.version, left: swap.leave() }
  }

  async *#swap(action: 'swap' | 'rollback', component: string, range: string | undefined, why: string, who: string, { trial, epoch, to }: SwapOptions = {}): AsyncGenerator<Static<typeof SwapStep>, void> {
    this.#active(component)
    this.#requireIdle(component)
    const queue = new StepQueue<Static<typeof SwapStep>>()
    const run = async (): Promise<void> => {
      const request = await this.#request(action, component, range, { to, who, why })
      try {
        await new Swap(this.#host, this.#journal, { ...request, epoch: epoch ?? request.epoch, trial, who, why }, (step) => queue.push(step)).run()
      } finally {
        // What the other host does not hear, it finds out by itself.
        await Promise.allSettled([request.departure?.dispose()])
      }
    }
    const running = run().then(() => queue.end(), (error: unknown) => queue.fail(error)).finally(() => this.#running.delete(component))
    this.#running.set(component, running)
    yield* queue
  }

  #requireIdle(component: string): void {
    const [busy] = this.#running.keys()
    if (busy !== undefined) throw new ManagerError('SWAP_RUNNING', `Swapped component "${component}": a swap of "${busy}" is under way`)
  }

  async #request(action: 'swap' | 'rollback', component: string, range: string | undefined, { to, who, why }: { readonly to?: string | undefined; readonly who: string; readonly why: string }): Promise<Omit<SwapRequest, 'who' | 'why'>> {
    const previous = this.#active(component)
    // As the file says now: whoever swaps to another major version changes the range first.
    const { components } = await rereadAssembly(this.#assembly)
    const epoch = this.#journal.nextEpoch
    const wanted = range ?? (to === undefined ? '*' : previous.spec.version)
    const departure = to === undefined || to === this.others.own ? undefined : await this.#depart(previous, wanted, to, { epoch, who, why })
    const spec = departure?.spec ?? (await this.#specs.of(component, wanted))
    return { action: departure === undefined || action === 'rollback' ? action : 'move', epoch, spec, previous, departure, elsewhere: await this.#elsewhere(previous), allowed: (components[component] ?? this.#declared(component)).version }
  }

  async #depart({ spec }: Instance, version: string, to: string, asked: { readonly epoch: number; readonly who: string; readonly why: string }): Promise<Departure> {
    const hosts = this.others.names()
    if (!hosts.includes(to)) throw new ManagerError('HOST_UNKNOWN', `Moved component "${spec.component}" to host "${to}": assembly "${this.#assembly.name}" has ${hosts.join(', ')}`)
    const move: Move = { way: 'out', host: to, declared: this.#declared(spec.component).host }
    const destination = { manager: this.others.at(to), move, callOf: (timeout: number) => this.others.call(asked.who, ['manage'], timeout) }
    return await Departure.open(spec, destination, { ...asked, version, from: this.others.own, running: spec.version })
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

  #declared(component: string): AssemblyComponent {
    const declared = this.#specs.inFile(component)
    const place = this.#placement.of(component, declared)
    if (place !== this.others.own) throw new ManagerError('COMPONENT_UNKNOWN', `Asked host "${this.others.own}" for component "${component}": its ${place === declared.host ? 'assembly.yaml' : 'journal'} says that host "${place}" runs it`)
    return declared
  }

  #active(component: string): Instance {
    this.#declared(component)
    const instance = this.#host.active(component)
    if (instance === undefined) throw new ManagerError('COMPONENT_UNKNOWN', `Asked for component "${component}": ${this.#whyNot(component)}`)
    return instance
  }

  #notRunning(): Static<typeof ComponentStatus>[] {
    return this.#placement.own().flatMap(([component, { plugin, isolation }]) => {
      const [entry] = this.#journal.ran(component)
      if (entry === undefined || this.#host.active(component) !== undefined) return []
      return [absentStatus({ component, plugin, isolation, version: entry.to, since: entry.at }, this.others.own, { givenUp: this.#host.givenUp().has(component), detail: this.#whyNot(component) })]
    })
  }

  #whyNot(component: string): string {
    const reason = this.#host.givenUp().get(component)
    return reason === undefined ? 'it does not run at the moment; the log says why' : `it was given up after too many crashes, last by ${reason}`
  }
}

function isArrival(entry: JournalEntry): entry is JournalEntry & { readonly move: Move } {
  return entry.move?.way === 'in'
}

function runsAfter({ to, move }: JournalEntry): string {
  return move?.way === 'out' ? `host "${move.host}" runs ${to}` : `${to} runs`
}
