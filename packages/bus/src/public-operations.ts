import type { Contract, Operation } from '@caruso/contract'
import type { Bus } from './bus.ts'
import type { HeardEvent } from './events.ts'
import type { Consumer, Outlet } from './outlet.ts'
import type { InstanceInfo } from './registry.ts'

/** A contract reduced to what is public of it, and the component that provides it. */
export interface PublicContract {
  readonly component: string
  readonly componentVersion: string
  readonly contract: Contract
}

/** Names a public operation: the contract by name and major version, of one component where it matters whose. */
export interface PublicOperationName {
  readonly contract: string
  readonly major: number
  readonly component?: string
  readonly operation: string
}

/** What the instances of a bus offer to the outside, and the way to ask for it: what is not public is not there. */
export class PublicOperations {
  readonly #bus: Bus
  readonly #consumer: Consumer
  readonly #outlets = new Map<string, Outlet>()
  #seen = -1

  constructor(bus: Bus, consumer: Consumer) {
    this.#bus = bus
    this.#consumer = consumer
  }

  /** What is offered now, one entry per component and contract version. */
  list(): PublicContract[] {
    const offered = new Map<string, PublicContract>()
    for (const info of this.#offering()) {
      for (const contract of info.contracts) {
        const operations = publicOf(contract.operations)
        const events = publicOf(contract.events)
        if (Object.keys(operations).length + Object.keys(events).length === 0) continue
        offered.set(`${info.component} ${contract.name}@${contract.version}`, { component: info.component, componentVersion: info.version, contract: { ...contract, operations, events } })
      }
    }
    return [...offered.values()]
  }

  /** How a public operation is asked; one that nobody offers is asked for in vain, as any other. */
  outlet(name: PublicOperationName): Outlet {
    if (this.#seen !== this.#bus.registry.version) this.#outlets.clear()
    this.#seen = this.#bus.registry.version
    const key = `${name.component ?? ''} ${name.contract} ${name.major} ${name.operation}`
    const outlet = this.#outlets.get(key) ?? this.#bus.outlet(this.#contractOf(name), this.#consumer, name.component)
    this.#outlets.set(key, outlet)
    return outlet
  }

  isPublic(event: HeardEvent): boolean {
    return this.#bus.registry.list().some(({ info }) => info.component === event.component && info.contracts.some(({ name, events }) => name === event.contract && events[event.event]?.public === true))
  }

  /** All instances, but one that is being tried only where its component has no other: what it alone could answer would all go to it. */
  #offering(): InstanceInfo[] {
    const infos = this.#bus.registry.list().map(({ info }) => info)
    const steady = new Set(infos.filter(({ share }) => share === undefined).map(({ component }) => component))
    return infos.filter(({ share, component }) => share === undefined || (share > 0 && !steady.has(component)))
  }

  #contractOf({ contract: wanted, major, component, operation }: PublicOperationName): Contract {
    const offered = this.list().find(({ contract, component: provider }) => contract.name === wanted && Number.parseInt(contract.version, 10) === major && (component === undefined || provider === component) && operation in contract.operations)
    const nothing: Operation = { input: {}, output: {} }
    return offered?.contract ?? { name: wanted, version: `${major}.0.0`, operations: { [operation]: nothing }, events: {} }
  }
}

function publicOf<T extends { readonly public?: boolean }>(declared: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(declared).filter(([, { public: isPublic }]) => isPublic === true))
}
