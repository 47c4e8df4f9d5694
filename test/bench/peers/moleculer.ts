import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import moleculer, { type BrokerOptions, type ServiceBroker } from 'moleculer'
import type { Caller, Peer } from './peer.ts'

// Moleculer loads its NATS client by itself, and where it is missing ends the process without a word.
createRequire(import.meta.url).resolve('nats')

/**
 * Moleculer as its documentation makes it fast: parameters checked by its own compiled validator (the default),
 * no log, metrics, tracing or internal services, the NATS transporter with its JSON serializer.
 */
export const moleculerPeer: Peer = {
  async provide(url) {
    const provider = broker({ transporter: { type: 'NATS', options: { url } } })
    await serve(provider)
    return async () => await provider.stop()
  },
  async connect(url) {
    const caller = broker({ transporter: { type: 'NATS', options: { url } } })
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

function broker(options: BrokerOptions): ServiceBroker {
  return new moleculer.ServiceBroker({ nodeID: `bench-${randomUUID()}`, logger: false, metrics: false, tracing: false, internalServices: false, validator: true, ...options })
}

async function serve(provider: ServiceBroker): Promise<void> {
  provider.createService({
    name: 'math',
    actions: { add: { params: { a: 'number', b: 'number' }, handler: async (context: { params: { a: number; b: number } }) => context.params.a + context.params.b } },
  })
  await provider.start()
}

function callerOf(caller: ServiceBroker): Caller {
  const call = (i: number): Promise<number> => caller.call<number, { a: number; b: number }>('math.add', { a: i, b: 1 })
  return { call, answer: call, close: async () => await caller.stop() }
}
