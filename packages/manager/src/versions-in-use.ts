import type { Assembly } from './assembly.ts'
import { unknownComponent } from './errors.ts'
import { mainHost } from './host-name.ts'
import { unfinishedOf } from './journal.ts'
import { journalOf } from './placement.ts'
import { PluginStore, type PluginVersion, type ResolvedPlugin } from './plugin-store.ts'

/** What a component runs, or would; `previous` is what a rollback would go back to. */
export interface VersionInUse extends ResolvedPlugin {
  readonly previous: string | undefined
}

/**
 * The version of a component that ran last, else the highest in its range.
 *
 * @throws ManagerError `COMPONENT_UNKNOWN`, or as `PluginStore.resolve`
 */
export async function versionInUse(assembly: Assembly, component: string): Promise<VersionInUse> {
  const { name, folder, components } = assembly
  const declared = components[component]
  if (declared === undefined) throw unknownComponent(component, name, Object.keys(components))
  const entries = await journalOf(assembly, component, declared.host)
  const last = entries.findLast((entry) => entry.component === component && (entry.step === 'switch' || entry.step === 'install'))
  const resolved = await new PluginStore(folder).resolve(declared.plugin, last?.to ?? declared.version)
  const isFinal = entries.some(({ component: of, action, epoch }) => of === component && action === 'finalize' && epoch > (last?.epoch ?? 0))
  return { ...resolved, previous: isFinal || last?.from === last?.to ? undefined : last?.from }
}

/** The versions that the hosts of an assembly's folder run, try at the moment, or would go back to by a rollback: what pruning must keep. */
export async function versionsInUse(assembly: Assembly): Promise<PluginVersion[]> {
  const used: PluginVersion[] = []
  for (const [component, { plugin, host }] of Object.entries(assembly.components)) {
    // Another host may keep its plugins in a folder of its own.
    if (host !== mainHost && (await new PluginStore(assembly.folder).list(plugin)).length === 0) continue
    const { name, version, previous } = await versionInUse(assembly, component)
    const tried = unfinishedOf(await journalOf(assembly, component, host)).filter((entry) => entry.component === component).map(({ to }) => to)
    used.push(...[...new Set([version, ...tried, ...(previous === undefined ? [] : [previous])])].map((one) => ({ name, version: one })))
  }
  return used
}
