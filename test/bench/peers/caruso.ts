import { Bus, Provider } from '@caruso/bus'
import { contract, Type } from '@caruso/contract'
import type { Caller, Peer } from './peer.ts'

const Math = contract({
  name: 'math',
  version: '1.0.0',
  operations: { add: { input: Type.Object({ a: Type.Number(), b: Type.Number() }), output: Type.Number() } },
})
const consumer = { component: 'caller', grants: [] }

/** Caruso's bus, as the kernel uses it for an inline component. */
export const caruso: Peer = {
  async provide(url) {
    const bus = serving('provider')
    await bus.connect({ url })
    return async () => await bus.close()
  },
  async connect(url) {
    const bus = new Bus('bench', 'caller')
    await bus.connect({ url })
    return callerOf(bus)
  },
  direct: () => Promise.resolve(callerOf(serving('direct'))),
}

/** The same, but each call begins work of its own, so it gets a context and a trace of its own. */
export const carusoFresh: Peer = {
  ...caruso,
  direct() {
    const bus = serving('direct')
    const math = bus.client(Math, consumer)
    const call = (i: number): Promise<number> => math.add({ a: i, b: 1 }, bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 10_000 }))
    return Promise.resolve({ call, answer: call, close: async () => await bus.close() })
  },
}

function serving(name: string): Bus {
  const bus = new Bus('bench', name)
  const implementation = { add: async ({ a, b }: { readonly a: number; readonly b: number }) => a + b }
  const provider = new Provider('math-1', 'math', [{ contract: Math, implementation }], true)
  const info = { id: 'math-1', component: 'math', plugin: 'math', version: '1.0.0', host: bus.host, isolation: 'inline', started: new Date().toISOString(), contracts: [Math], health: { ok: true } }
  bus.exchange([{ info, provider }], [])
  return bus
}

function callerOf(bus: Bus): Caller {
  const math = bus.client(Math, consumer)
  const context = bus.call({ ...consumer, identity: 'bench', permissions: [], timeout: 3_600_000 })
  const call = (i: number): Promise<number> => math.add({ a: i, b: 1 }, context)
  return { call, answer: call, close: async () => await bus.close() }
}
