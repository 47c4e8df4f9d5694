import { type Bus, clientOf } from '@caruso/bus'
import { codeOf, messageOf, type Call, type Client } from '@caruso/contract'
import type { Assembly } from './assembly.ts'
import { Manager } from './contract.ts'
import { ManagerError } from './errors.ts'
import { hostOfManager, hostsOf, mainHost, managerOf } from './host-name.ts'

/** Milliseconds that another host may take to say what it knows. */
const patience = 2_000

/** What another host answered, or why it did not. */
export type Answer<T> = { readonly host: string; readonly told: T } | { readonly host: string; readonly isAway: boolean; readonly why: string }

/** The service managers of the other hosts of an assembly, as one host reaches them. */
export class OtherHosts {
  /** The name of the host that asks. */
  readonly own: string
  readonly #assembly: Assembly
  readonly #bus: Bus

  constructor(own: string, assembly: Assembly, bus: Bus) {
    this.own = own
    this.#assembly = assembly
    this.#bus = bus
  }

  /** The host that runs a component; of what nobody declares, the one that asks. */
  hostOf(component: string): string {
    return this.#assembly.components[component]?.host ?? hostOfManager(component) ?? this.own
  }

  /**
   * The service manager of another host.
   *
   * @throws ManagerError `HOST_AWAY` when it is not there
   */
  at(host: string): Client<typeof Manager> {
    const outlet = this.#bus.outlet(Manager, this.#consumer(), managerOf(host))
    if (!outlet.available) throw new ManagerError('HOST_AWAY', `Asked host "${host}" of assembly "${this.#assembly.name}": it is not there; start it by "${host === mainHost ? 'caruso up' : `caruso host ${host} --join`}"`)
    return clientOf(Manager, outlet)
  }

  /** Asks every other host, those that the assembly file names and those that are there. */
  async ask<T>(question: (manager: Client<typeof Manager>, host: string, call: Call) => PromiseLike<T>): Promise<Answer<T>[]> {
    const there = this.#bus.registry.lookup(Manager.name, Manager.version).map(({ entry }) => hostOfManager(entry.info.component))
    const hosts = new Set([...hostsOf(this.#assembly), ...there].filter((host) => host !== undefined && host !== this.own))
    return await Promise.all([...hosts].map(async (host = '') => {
      try {
        return { host, told: await question(this.at(host), host, this.#bus.call({ ...this.#consumer(), identity: 'caruso', permissions: [], timeout: patience })) }
      } catch (error) {
        return { host, isAway: codeOf(error) === 'HOST_AWAY', why: messageOf(error) }
      }
    }))
  }

  #consumer(): { component: string; grants: readonly string[] } {
    return { component: managerOf(this.own), grants: [] }
  }
}
