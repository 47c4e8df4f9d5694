import { Bus } from '@caruso/bus'
import { contract, messageOf, Type } from '@caruso/contract'
import { definePlugin, type ComponentSpec, type LoadedPlugin, type Log } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { Journal, Swap } from '@caruso/manager'
import { Caller } from './caller.ts'
import { diskRoot } from './disk.ts'
import type { Network } from './network.ts'
import type { Plugins } from './plugins.ts'
import type { Witness } from './witness.ts'

/** How operators ask for a swap, as they ask the service manager. */
export const Swaps = contract({ name: 'swaps', version: '1.0.0', operations: { swap: { input: Type.Object({ component: Type.String(), version: Type.String() }), output: Type.String() } } })

export const journalFile = `${diskRoot}/journal.jsonl`
const quiet: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** One participant, as long as its process lives. */
export class Site {
  readonly owner: string
  readonly bus: Bus
  readonly caller: Caller
  readonly #network: Network
  readonly #plugins: Plugins
  readonly host: Host | undefined
  journal: Journal | undefined
  #swapping = false
  ready = false
  /** Swaps that were done here. */
  swapped = 0

  constructor(owner: string, role: string, network: Network, plugins: Plugins, witness: Witness) {
    this.owner = owner
    this.#network = network
    this.#plugins = plugins
    this.bus = new Bus('sim', role)
    this.caller = new Caller(owner, this.bus, network.time, witness)
    this.host = role === 'client' ? undefined : new Host({ bus: this.bus, log: quiet })
  }

  /** Connects and starts the components of its role: `main` runs what is swapped, `side` the relay. */
  async start(role: string): Promise<void> {
    await this.bus.connect({ url: 'simulated' }, async (_address, name, watcher) => await this.#network.connect(this.owner, name, watcher))
    if (role === 'side') await this.host?.startAll([specOf('relay', '1.0.0', this.#plugins.relay())])
    if (role === 'main') await this.#startMain()
    this.ready = true
  }

  async #startMain(): Promise<void> {
    const journal = await Journal.open(journalFile)
    this.journal = journal
    for (const { at: _at, ...epoch } of journal.unfinished()) await journal.append({ ...epoch, step: 'interrupted', detail: '' })
    const specs = ['ledger', 'clerk'].map((component) => this.#spec(component, journal.ran(component)[0]?.to ?? '1.0.0', false))
    await this.host?.startAll([...specs, specOf('swaps', '1.0.0', this.#swaps())])
  }

  /** The component that swaps, one at a time, as the service manager does. */
  #swaps(): LoadedPlugin {
    return definePlugin({ name: 'swaps', config: Type.Object({}), provides: { swaps: Swaps }, start: () => ({ swaps: { swap: async ({ component, version }) => await this.#swap(component, version) } }) }) as LoadedPlugin
  }

  async #swap(component: string, version: string): Promise<string> {
    const { host, journal } = this
    const previous = host?.active(component)
    if (this.#swapping || host === undefined || journal === undefined || previous === undefined || previous.spec.version === version) return 'refused'
    this.#swapping = true
    const { random } = this.#network.time
    const trial = component === 'clerk' && random.chance(0.3) ? { kind: 'canary' as const, share: random.next(), forMs: random.within(100, 600) } : undefined
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
    return specOf(component, version, component === 'ledger' ? this.#plugins.ledger(version, faulty) : this.#plugins.clerk(version, faulty))
  }

  /** Asks for a swap as an operator would, over the bus. */
  async ask(component: string, version: string): Promise<string> {
    const consumer = { component: 'operator', grants: [] }
    const answer = await this.bus.outlet(Swaps, consumer).call('swap', { component, version }, this.bus.call({ ...consumer, identity: 'ada', permissions: [], timeout: 8_000 })).catch((error: unknown) => messageOf(error))
    return String(answer)
  }
}

function specOf(component: string, version: string, entry: LoadedPlugin): ComponentSpec {
  return { component, plugin: component, version, entry, isolation: 'inline', config: {}, grants: [] }
}
