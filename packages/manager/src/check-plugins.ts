import { Bus } from '@caruso/bus'
import { codeOf, messageOf } from '@caruso/contract'
import { isolations } from '@caruso/isolation'
import type { Instance, Log } from '@caruso/kernel'
import { dependencyGraph, Host } from '@caruso/kernel/host'
import { mistakeAt, type Assembly } from './assembly.ts'
import { AssemblyError, type Mistake } from './errors.ts'
import { PluginStore } from './plugin-store.ts'

/** A component whose code was loaded and whose configuration was accepted. */
export interface CheckedComponent {
  readonly component: string
  readonly plugin: string
  readonly version: string
  readonly provides: readonly string[]
  /** The components that provide what it requires. */
  readonly requires: readonly string[]
}

/**
 * Loads what an assembly would run, checks each configuration and who requires whom; starts nothing.
 *
 * @throws AssemblyError with the line of every component that does not load or is not configured as its plugin expects
 */
export async function checkPlugins(assembly: Assembly, log: Log): Promise<CheckedComponent[]> {
  const host = new Host({ bus: new Bus(assembly.name, 'check'), log, isolations: isolations() })
  const store = new PluginStore(assembly.folder)
  const loaded: Instance[] = []
  const mistakes: Mistake[] = []
  try {
    for (const [component, { plugin, version, isolation, permissions, config }] of Object.entries(assembly.components)) {
      try {
        const resolved = await store.resolve(plugin, version)
        loaded.push(await host.load({ component, plugin: resolved.name, version: resolved.version, entry: resolved.entry, isolation, config, grants: permissions }))
      } catch (error) {
        const place = codeOf(error) === 'CONFIG_INVALID' ? 'config' : codeOf(error) === 'PLUGIN_MISSING' ? 'version' : 'plugin'
        mistakes.push(mistakeAt(assembly, `/components/${component}/${place}`, 'what its plugin accepts', messageOf(error)))
      }
    }
    if (mistakes.length > 0) throw new AssemblyError(assembly.file, mistakes)
    return checked(assembly, loaded)
  } finally {
    for (const instance of loaded) await instance.dispose()
    await host.close()
    await host.bus.close()
  }
}

function checked(assembly: Assembly, loaded: readonly Instance[]): CheckedComponent[] {
  const framework = ['manager']
  const graph = (() => {
    try {
      return dependencyGraph(loaded.map(({ spec, description }) => ({ component: spec.component, description })), (contract) => framework.includes(contract))
    } catch (error) {
      throw new AssemblyError(assembly.file, [mistakeAt(assembly, '/components', 'that each requirement is provided', messageOf(error))])
    }
  })()
  return loaded.map(({ spec, description }) => ({
    component: spec.component,
    plugin: spec.plugin,
    version: spec.version,
    provides: description.provides.map(({ name, version }) => `${name}@${version}`),
    requires: [...(graph.get(spec.component) ?? [])],
  }))
}
