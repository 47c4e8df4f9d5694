import { pathToFileURL } from 'node:url'
import { messageOf, type Contract } from '@caruso/contract'
import { placeWords } from './error-place.ts'
import { KernelError } from './errors.ts'
import type { Description, LoadedPlugin, RequirementDescription } from './instance.ts'

/**
 * Loads the plugin that a file exports by default. Versions lie in folders of their own, so each has a module graph of its own.
 *
 * @throws KernelError `PLUGIN_NOT_LOADED` when the file fails to load or exports something else
 */
export async function loadPlugin(entry: string): Promise<LoadedPlugin> {
  let module: unknown
  try {
    module = await import(pathToFileURL(entry).href)
  } catch (cause) {
    throw new KernelError('PLUGIN_NOT_LOADED', `Loaded plugin "${entry}": ${messageOf(cause)}${isObject(cause) && typeof cause['resource'] === 'string' ? ` (${cause['resource']})` : ''}${placeWords(cause, entry)}`, { cause })
  }
  const plugin = isObject(module) ? module['default'] : undefined
  if (isPlugin(plugin)) return plugin
  throw new KernelError('PLUGIN_NOT_LOADED', `Loaded plugin "${entry}": expected its default export to come from definePlugin(), found ${foundWords(plugin)}`)
}

/** What a plugin declares, as plain data. */
export function describe(plugin: LoadedPlugin): Description {
  return {
    plugin: plugin.name,
    provides: Object.values(plugin.provides),
    requires: Object.entries(plugin.requires).map(([key, requirement]) => ({ ...describeRequirement(key, requirement), ...(plugin.needs?.[key] === undefined ? {} : { needs: plugin.needs[key] }) })),
    ...(plugin.state === undefined ? {} : { state: { version: plugin.state.version, reverts: plugin.state.revert !== undefined, converts: plugin.state.convert !== undefined } }),
  }
}

function describeRequirement(key: string, requirement: unknown): RequirementDescription {
  if (isObject(requirement) && requirement['kind'] === 'public') return { key, kind: 'public' }
  if (isObject(requirement) && requirement['kind'] === 'optional') return { key, kind: 'optional', contract: requirement['contract'] as Contract }
  return { key, kind: 'required', contract: requirement as Contract }
}

function isPlugin(value: unknown): value is LoadedPlugin {
  return isObject(value) && lacks(value).length === 0
}

/** Whoever writes JavaScript learns only here that a part is missing. */
function foundWords(value: unknown): string {
  if (!isObject(value)) return value === undefined ? 'none' : typeof value
  return `an object without ${lacks(value).map((part) => `"${part}"`).join(', ')}`
}

function lacks(plugin: Record<string, unknown>): string[] {
  const has: Readonly<Record<string, boolean>> = { name: typeof plugin['name'] === 'string', config: isObject(plugin['config']), provides: isObject(plugin['provides']), requires: isObject(plugin['requires']), start: typeof plugin['start'] === 'function' }
  return Object.keys(has).filter((part) => has[part] !== true)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
