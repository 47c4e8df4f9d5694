import { randomUUID } from 'node:crypto'
import moleculer, { type BrokerOptions, type ServiceBroker } from 'moleculer'
import type { Caller, Peer } from './peer.ts'

/**
 * Moleculer as its documentation makes it fast: parameters checked by its own compiled validator (the default),
 * no log, metrics, tracing or internal services, the NATS transporter.
 */
function moleculerWith(serializer: 'JSON' | 'CBOR'): Peer {
  const broker = (options: BrokerOptions): ServiceBroker => new moleculer.ServiceBroker({ nodeID: `bench-${randomUUID()}`, logger: false, metrics: false, tracing: false, internalServices: false, validator: true, serializer, ...options })
  return {
    async provide(url) {
      const provider = broker({ transporter: url })
      await serve(provider)
      return async () => await provider.stop()
    },
    async connect(url) {
      const caller = broker({ transporter: url })
      await caller.start()
      await caller.waitForServices('math', 5_000)
      return callerOf(caller)
    },
    async direct() {
      const both = broker({})
      await serve(both)
      return callerOf(both)
    },
  }
}

export const moleculerJson = moleculerWith('JSON')
export const moleculerCbor = moleculerWith('CBOR')

async function serve(broker: ServiceBroker): Promise<void> {
  broker.createService({
    name: 'math',
    actions: { add: { params: { a: 'number', b: 'number' }, handler: async (context: { params: { a: number; b: number } }) => context.params.a + context.params.b } },
  })
  await broker.start()
}

function callerOf(broker: ServiceBroker): Caller {
  const call = (i: number): Promise<number> => broker.call<number, { a: number; b: number }>('math.add', { a: i, b: 1 })
  return { call, answer: call, close: async () => await broker.stop() }
}
