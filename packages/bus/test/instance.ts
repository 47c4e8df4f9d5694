import { randomBytes } from 'node:crypto'
import { type Bus, type InstanceInfo, Provider, type Served } from '@caruso/bus'
import type { Contract, Implementation } from '@caruso/contract'

/** Makes an instance of a component; it serves once the bus lets it in. */
export function instanceOf<C extends Contract>(bus: Bus, contract: C, implementation: Implementation<C>, component = 'provider', version = '1.0.0', holdsState = false): Served {
  const id = `${component}-${randomBytes(4).toString('hex')}`
  const provider = new Provider(id, component, [{ contract, implementation }], true, holdsState)
  return { info: { id, component, plugin: `@test/${component}`, version, host: bus.host, isolation: 'inline', started: new Date().toISOString(), contracts: [contract], health: { ok: true } }, provider }
}

/** The same instance, told of otherwise. */
export function toldAs({ info, provider }: Served, change: Partial<InstanceInfo>): Served {
  return { info: { ...info, ...change }, provider }
}

/** Holds new calls of an instance back at their callers, as a host does; `resume` lets them go on. */
export function pause(bus: Bus, served: Served): void {
  bus.exchange([toldAs(served, { paused: true })], [])
  served.provider.pause()
}

export function resume(bus: Bus, served: Served): void {
  served.provider.resume()
  bus.exchange([served], [])
}

export function serve<C extends Contract>(bus: Bus, contract: C, implementation: Implementation<C>, component?: string): Served {
  const served = instanceOf(bus, contract, implementation, component)
  bus.exchange([served], [])
  return served
}
