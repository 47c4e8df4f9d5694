import { join } from 'node:path'
import type { Assembly } from './assembly.ts'
import { Journal } from './journal.ts'
import { PluginStore, type PluginVersion } from './plugin-store.ts'

/** The versions that an assembly runs, or would go back to by a rollback: what pruning must keep. */
export async function versionsInUse(assembly: Assembly): Promise<PluginVersion[]> {
  const entries = await Journal.read(join(assembly.folder, '.caruso', 'journal.jsonl'))
  const store = new PluginStore(assembly.folder)
  const used: PluginVersion[] = []
  for (const [component, { plugin, version: range }] of Object.entries(assembly.components)) {
    const last = entries.findLast((entry) => entry.component === component && (entry.step === 'switch' || entry.step === 'install'))
    const { name, version } = await store.resolve(plugin, last?.to ?? range)
    used.push({ name, version })
    if (last !== undefined && last.from !== last.to) used.push({ name, version: last.from })
  }
  return used
}
