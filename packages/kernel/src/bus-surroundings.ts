import { metricsText, PublicOperations, type Bus, type Consumer, type HeardEvent } from '@caruso/bus'
import type { Call, Contract } from '@caruso/contract'
import type { Server } from 'node:net'
import type { RequirementDescription } from './instance.ts'
import type { ListeningSockets } from './listening-sockets.ts'
import type { PublicServices } from './public-services.ts'
import type { Disposer, Ownership } from './scope.ts'
import { callTimeout, type AvailablePath, type Surroundings } from './surroundings.ts'

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

  call({ as, timeout, trace }: { readonly as?: string; readonly timeout?: number; readonly trace?: string }): Call {
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
    const offered = new PublicOperations(bus, this.#consumer)
    return {
      list: () => offered.list(),
      watch: (changed) => void owner.own(bus.registry.watch(changed), (end) => end()),
      call: async (target, input, call) => await offered.outlet(target).call(target.operation, input, call),
      stream: (target, input, call) => offered.outlet(target).stream(target.operation, input, call),
      onEvent: (heard) => void owner.own(bus.on('*', (event) => void (offered.isPublic(event) && heard(event))), (end) => end()),
      metrics: () => metricsText(bus),
    }
  }
}
