import type { Call, Contract } from '@caruso/contract'
import type { LoadedPlugin } from '@caruso/kernel'
import type { Host } from '@caruso/kernel/host'
import { plugin, spec } from './hosts.ts'

/** Handlers by operation; a test may replace one while its component runs. */
export type Handlers = Record<string, (input: never, call: Call) => unknown>

/** A component that a test makes up: it provides contracts by handlers that are looked up anew for each call. */
export function madeUp(component: string, ...parts: readonly (readonly [contract: Contract, handlers: Handlers])[]): LoadedPlugin {
  const operations = parts.map(([{ name, operations: offered }, handlers]) => {
    return [name, Object.fromEntries(Object.keys(offered).map((operation) => [operation, (input: never, call: Call) => handlers[operation]?.(input, call)]))] as const
  })
  return plugin(component, () => Object.fromEntries(operations), { provides: Object.fromEntries(parts.map(([contract]) => [contract.name, contract])) })
}

/** Runs a plugin as the component of a name. */
export async function run(host: Host, component: string, entry: LoadedPlugin, config: object = {}): Promise<void> {
  await host.startAll([spec(component, entry, { config })])
}

/** Ends a component as its departure from the assembly would. */
export async function depart(host: Host, component: string): Promise<void> {
  const instance = host.active(component)
  if (instance === undefined) throw new TypeError(`no component "${component}" runs in this test`)
  host.bus.exchange([], [instance.id])
  const left = await host.retire(instance, 10_000)
  if (left.length > 0) throw new Error(`Ended component "${component}" of a test: ${left.join('; ')}`)
}
