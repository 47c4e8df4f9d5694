import { Bus } from '@caruso/bus'
import { contract, messageOf, Type, type Call } from '@caruso/contract'
import { definePlugin, type ComponentSpec, type LoadedPlugin, type Log } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { Journal, managerOf, Swap } from '@caruso/manager'
import { Caller } from './caller.ts'
import { diskRoot } from './disk.ts'
import type { Network } from './network.ts'
import type { Plugins } from './plugins.ts'
import type { Witness } from './witness.ts'

/** How operators ask for a swap, as they ask a service manager: any of them. */
const Swaps = contract({ name: 'swaps', version: '1.0.0', operations: { swap: { input: Type.Object({ component: Type.String(), version: Type.String(), host: Type.Optional(Type.String()) }), output: Type.String() } } })

/** The components of each host; the client only calls. */
export const componentsOf = { main: ['ledger', 'clerk'], side: ['relay'], client: [] } as const
export type Role = keyof typeof componentsOf

/** Where a host keeps its journal. */
export function journalFile(role: Role): string {
  return `${diskRoot}/${role}/journal.jsonl`
}

const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** One participant, as long as its process lives. */
export class Site {
  readonly owner: string
  readonly role: Role
  readonly bus: Bus
  readonly caller: Caller
  readonly #network: Network
  readonly #plugins: Plugins
  readonly host: Host | undefined
  journal: Journal | undefined
  #swapping = false
  ready = false
  /** Swaps that were done here, and that were passed on to the other host. */
  swapped = 0
  passedOn = 0

  constructor(owner: string, role: Role, network: Network, plugins: Plugins, witness: Witness) {
    this.owner = owner
    this.role = role
    this.#network = network
    this.#plugins = plugins
    this.bus = new Bus('sim', role)
    this.caller = new Caller(owner, this.bus, network.time, witness)
    this.host = role === 'client' ? undefined : new Host({ bus: this.bus, log: quiet })
  }

  /** Connects and starts the components of its role, and a manager of them. */
  async start(): Promise<void> {
    await this.bus.connect({ url: 'simulated' }, async (_address, name, watcher) => await this.#network.connect(this.owner, name, watcher))
    if (this.host !== undefined) await this.#startHost(this.host)
    this.ready = true
  }

  async #startHost(host: Host): Promise<void> {
    const journal = await Journal.open(journalFile(this.role))
    this.journal = journal
    for (const { at: _at, ...epoch } of journal.unfinished()) await journal.append({ ...epoch, step: 'interrupted', detail: '' })
    const specs = componentsOf[this.role].map((component) => this.#spec(component, journal.ran(component)[0]?.to ?? '1.0.0', false))
    await host.startAll([...specs, specOf(managerOf(this.role), '1.0.0', this.#manager())])
  }

  /** Swaps one component of this host at a time, and passes on what another host runs, as the service manager does. */
  #manager(): LoadedPlugin {
    return definePlugin({
      name: 'manager',
      config: Type.Object({}),
      provides: { swaps: Swaps },
      start: () => ({
        swaps: {
          swap: async ({ component, version, host = hostOf(component) }, call) => host === this.role ? await this.#swap(component, version) : await this.#passOn(component, version, host, call),
        },
      }),
    }) as LoadedPlugin
  }

  async #passOn(component: string, version: string, host: string, call: Call): Promise<string> {
    const outlet = this.bus.outlet(Swaps, { component: managerOf(this.role), grants: [] }, managerOf(host))
    if (!outlet.available) return 'away'
    this.passedOn++
    return String(await outlet.call('swap', { component, version, host }, call))
  }

  async #swap(component: string, version: string): Promise<string> {
    const { host, journal } = this
    const previous = host?.active(component)
    if (this.#swapping || host === undefined || journal === undefined || previous === undefined || previous.spec.version === version) return 'refused'
    this.#swapping = true
    const { random } = this.#network.time
    const trial = component !== 'ledger' && random.chance(0.3) ? { kind: 'canary' as const, share: random.next(), forMs: random.within(100, 600) } : undefined
    try {
      await new Swap(host, journal, { action: 'swap', epoch: journal.nextEpoch, elsewhere: { callers: [], checks: [] }, spec: this.#spec(component, version, random.chance(0.5)), previous, allowed: '*', trial, who: 'sim', why: '' }, () => undefined).run()
      this.swapped++
      return 'done'
    } catch (error) {
      return messageOf(error)
    } finally {
      this.#swapping = false
    }
  }

  get swapping(): boolean {
    return this.#swapping
  }

  #spec(component: string, version: string, faulty: boolean): ComponentSpec {
    if (component === 'ledger') return specOf(component, version, this.#plugins.ledger(version, faulty))
    return specOf(component, version, component === 'clerk' ? this.#plugins.clerk(version, faulty) : this.#plugins.relay(version, faulty))
  }

  /** Asks for a swap as an operator would, over the bus. */
  async ask(component: string, version: string): Promise<string> {
    const consumer = { component: 'operator', grants: [] }
    const answer = await this.bus.outlet(Swaps, consumer).call('swap', { component, version }, this.bus.call({ ...consumer, identity: 'ada', permissions: [], timeout: 8_000 })).catch((error: unknown) => messageOf(error))
    return String(answer)
  }
}

/** The host that runs a component. */
function hostOf(component: string): Role {
  return component === 'relay' ? 'side' : 'main'
}

function specOf(component: string, version: string, entry: LoadedPlugin): ComponentSpec {
  return { component, plugin: component, version, entry, isolation: 'inline', config: {}, grants: [] }
}
