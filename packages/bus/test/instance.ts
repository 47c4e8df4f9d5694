import { randomBytes } from 'node:crypto'
import { type Bus, Provider, type Served } from '@caruso/bus'
import type { Contract, Implementation } from '@caruso/contract'

/** Makes an instance of a component; it serves once the bus lets it in. */
export function instanceOf<C extends Contract>(bus: Bus, contract: C, implementation: Implementation<C>, component = 'provider', version = '1.0.0'): Served {
  const id = `${component}-${randomBytes(4).toString('hex')}`
  const provider = new Provider(id, component, [{ contract, implementation }], true)
  return { info: { id, component, plugin: `@test/${component}`, version, host: bus.host, isolation: 'inline', started: new Date().toISOString(), contracts: [contract], health: { ok: true } }, provider }
}

export function serve<C extends Contract>(bus: Bus, contract: C, implementation: Implementation<C>, component?: string): Served {
  const served = instanceOf(bus, contract, implementation, component)
  bus.exchange([served], [])
  return served
}
