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

  /** The host whose service manager says that an instance of a component runs beside it, if one does. */
  runningAt(component: string): string | undefined {
    const infos = this.#bus.registry.list().map(({ info }) => info)
    const at = infos.find((info) => info.component === component)?.host
    return infos.filter(({ host }) => host === at).map((info) => hostOfManager(info.component)).find((host) => host !== undefined)
  }

  /** The hosts that the assembly file names, and those that are there. */
  names(): string[] {
    const there = this.#bus.registry.lookup(Manager.name, Manager.version).map(({ entry }) => hostOfManager(entry.info.component))
    return [...new Set([...hostsOf(this.#assembly), ...there])].filter((host) => host !== undefined)
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
    return await Promise.all(this.names().filter((host) => host !== this.own).map(async (host) => await this.askOne(host, async (manager, call) => await question(manager, host, call))))
  }

  /** Asks one of them. */
  async askOne<T>(host: string, question: (manager: Client<typeof Manager>, call: Call) => PromiseLike<T>): Promise<Answer<T>> {
    try {
      return { host, told: await question(this.at(host), this.call('caruso', [], patience)) }
    } catch (error) {
      return { host, isAway: codeOf(error) === 'HOST_AWAY', why: messageOf(error) }
    }
  }

  /** A call of this host's service manager to another one. */
  call(identity: string, permissions: readonly string[], timeout: number): Call {
    return this.#bus.call({ ...this.#consumer(), identity, permissions, timeout })
  }

  #consumer(): { component: string; grants: readonly string[] } {
    return { component: managerOf(this.own), grants: [] }
  }
}
