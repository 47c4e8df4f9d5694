import { metricsText, type Bus, type Consumer, type HeardEvent } from '@caruso/bus'
import type { Call, Contract } from '@caruso/contract'
import type { Server } from 'node:net'
import type { RequirementDescription } from './instance.ts'
import type { ListeningSockets } from './listening-sockets.ts'
import type { PublicService, PublicServices, PublicTarget } from './public-services.ts'
import type { Disposer, Ownership } from './scope.ts'
import type { AvailablePath, Surroundings } from './surroundings.ts'

const callTimeout = 10_000

/** How an instance in the host's own process reaches the others. */
export class BusSurroundings implements Surroundings {
  readonly #bus: Bus
  readonly #consumer: Consumer
  readonly #sockets: ListeningSockets

  constructor(bus: Bus, consumer: Consumer, sockets: ListeningSockets) {
    this.#bus = bus
    this.#consumer = consumer
    this.#sockets = sockets
  }

  path(_requirement: RequirementDescription, contract: Contract): AvailablePath {
    return this.#bus.outlet(contract, this.#consumer)
  }

  call(origin: { readonly as?: string; readonly timeout?: number; readonly trace?: string }): Call {
    const { as, timeout, trace } = origin
    return this.#bus.call({ ...this.#consumer, identity: as ?? this.#consumer.component, permissions: [], timeout: timeout ?? callTimeout, ...(trace === undefined ? {} : { trace }) })
  }

  emit(contract: Contract, event: string, payload: unknown, call: Call): void {
    this.#bus.emit(this.#consumer.component, contract, event, payload, call)
  }

  on(topic: string, heard: (event: HeardEvent, call: Call) => void): Disposer {
    return this.#bus.on(topic, heard)
  }

  async listen(owner: Ownership, server: Server, at: { readonly port: number; readonly host: string }): Promise<number> {
    return await this.#sockets.listen(owner, this.#consumer.component, server, at)
  }

  publicServices(owner: Ownership): PublicServices {
    const bus = this.#bus
    return {
      list: () => publicServices(bus),
      watch: (changed) => void owner.own(bus.registry.watch(changed), (end) => end()),
      call: async (target, input, call) => await this.#publicOutlet(target).call(target.operation, input, call),
      stream: (target, input, call) => this.#publicOutlet(target).stream(target.operation, input, call),
      onEvent: (heard) =>
        void owner.own(
          bus.on('*', (event) => {
            if (isPublicEvent(bus, event)) heard(event)
          }),
          (end) => end(),
        ),
      metrics: () => metricsText(bus),
    }
  }

  #publicOutlet(target: PublicTarget): ReturnType<Bus['outlet']> {
    const offered = publicServices(this.#bus).find(
      ({ contract, component }) => contract.name === target.contract && majorOf(contract.version) === target.major && (target.component === undefined || component === target.component) && target.operation in contract.operations,
    )
    const contract = offered?.contract ?? { name: target.contract, version: `${target.major}.0.0`, operations: { [target.operation]: { input: {}, output: {} } }, events: {} }
    return this.#bus.outlet(contract, this.#consumer, target.component)
  }
}

function publicServices(bus: Bus): PublicService[] {
  const offered = new Map<string, PublicService>()
  for (const { info } of bus.registry.list()) {
    for (const contract of info.contracts) {
      const operations = Object.fromEntries(Object.entries(contract.operations).filter(([, operation]) => operation.public === true))
      const events = Object.fromEntries(Object.entries(contract.events).filter(([, event]) => event.public === true))
      if (Object.keys(operations).length + Object.keys(events).length === 0) continue
      offered.set(`${info.component} ${contract.name}@${contract.version}`, { component: info.component, componentVersion: info.version, contract: { ...contract, operations, events } })
    }
  }
  return [...offered.values()]
}

function isPublicEvent(bus: Bus, event: HeardEvent): boolean {
  return bus.registry.list().some(({ info }) => info.component === event.component && info.contracts.some((contract) => contract.name === event.contract && contract.events[event.event]?.public === true))
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}
