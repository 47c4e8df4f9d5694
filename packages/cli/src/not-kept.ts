import { PluginStore, type Assembly } from '@caruso/manager'
import { join, relative } from 'node:path'

/** A line for each component that runs from the folder that its author works in: once edited, there is nothing to roll back to. */
export async function notKept(assembly: Assembly, running: ReadonlyMap<string, string>, folder: string): Promise<string[]> {
  const store = new PluginStore(assembly.folder)
  const lines: string[] = []
  for (const [component, { plugin }] of Object.entries(assembly.components)) {
    const version = running.get(component)
    if (!plugin.startsWith('.') || version === undefined) continue
    if ((await store.list(plugin)).find((there) => there.version === version)?.origin !== 'project') continue
    const path = relative(folder, join(assembly.folder, plugin))
    lines.push(`${component} ${version} runs from the folder you work in; "caruso add ${path.startsWith('.') ? path : `./${path}`}" keeps it for a rollback`)
  }
  return lines
}
