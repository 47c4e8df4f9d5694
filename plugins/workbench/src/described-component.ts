import { CarusoError, messageOf, type Contract, type InstalledPlugin } from '@caruso/contract'
import { pathToFileURL } from 'node:url'

/** A component, or a plugin by itself, with the contracts that its code declares. */
export interface DescribedComponent {
  readonly component: string
  readonly plugin: string
  readonly version: string
  readonly provides: readonly Contract[]
  readonly requires: readonly { readonly name: string; readonly version: string; readonly optional: boolean }[]
}

/**
 * Loads a plugin, without starting it, and reads what it declares.
 *
 * @throws CarusoError `PLUGIN_NOT_LOADED`
 */
export async function describePlugin(component: string, { name, version, entry }: InstalledPlugin): Promise<DescribedComponent> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(entry).href).catch((cause: unknown) => {
    throw new CarusoError('PLUGIN_NOT_LOADED', `Loaded plugin "${name}" from "${entry}": ${messageOf(cause)}`, { cause })
  })
  const plugin = module.default
  if (!isObject(plugin) || !isObject(plugin['provides']) || !isObject(plugin['requires'])) throw new CarusoError('PLUGIN_NOT_LOADED', `Loaded plugin "${name}" from "${entry}": expected its default export to come from definePlugin()`)
  const provides = Object.values(plugin['provides']).filter(isContract)
  return { component, plugin: name, version, provides, requires: Object.values(plugin['requires']).flatMap(requirementOf) }
}

function requirementOf(requirement: unknown): DescribedComponent['requires'][number][] {
  const optional = isObject(requirement) && requirement['kind'] === 'optional'
  const contract = optional ? requirement['contract'] : requirement
  return isContract(contract) ? [{ name: contract.name, version: contract.version, optional }] : []
}

function isContract(value: unknown): value is Contract {
  return isObject(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string' && isObject(value['operations']) && isObject(value['events'])
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
