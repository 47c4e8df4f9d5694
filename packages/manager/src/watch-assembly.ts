import { isolations, SpareThread } from '@caruso/isolation'
import type { Assembly, AssemblyComponent } from './assembly.ts'
import { PluginStore } from './plugin-store.ts'
import { startAssembly, type RunningAssembly, type RunOptions, type StartedAssembly } from './running-assembly.ts'
import { type SaveEvent, Saves } from './saves.ts'

/** An assembly that runs in this process from what is saved. */
export interface WatchedAssembly extends RunningAssembly {
  /** The folders that are watched, absolute, by component. */
  readonly folders: ReadonlyMap<string, string>
}

/**
 * Runs an assembly, and exchanges each component that is developed in a folder of the project whenever something is
 * saved there. What would be `inline` runs in a thread, to be unloaded whole; what a thread cannot do stays inline,
 * and is exchanged by a restart only.
 *
 * @throws what `runAssembly` throws
 */
export async function watchAssembly(assembly: Assembly, options: RunOptions, told: (event: SaveEvent) => void): Promise<WatchedAssembly> {
  const folders = await developedFolders(assembly)
  const spare = new SpareThread()
  const restarted = new Set<string>()
  const running = await started(assembly, folders, restarted, (watched) => startAssembly(watched, options, { ...isolations(), worker: spare.isolation }))
  const saves = new Saves({ assembly, manager: running.manager, folders, restarted, told, tried: () => spare.prepare() })
  spare.prepare()
  const close = async (): Promise<readonly string[]> => {
    spare[Symbol.dispose]()
    await saves[Symbol.asyncDispose]()
    return await running.close()
  }
  return { host: running.host, tree: running.tree, folders, close }
}

async function developedFolders(assembly: Assembly): Promise<Map<string, string>> {
  const store = new PluginStore(assembly.folder)
  const found = await Promise.all(Object.entries(assembly.components).map(async ([component, { plugin }]) => [component, (await store.developed(plugin))?.folder] as const))
  return new Map(found.flatMap(([component, folder]) => (folder === undefined ? [] : [[component, folder]])))
}

/** Starts it once more whenever a component turns out to be one that has to run inline. */
async function started(assembly: Assembly, folders: ReadonlyMap<string, string>, inline: Set<string>, start: (watched: Assembly) => Promise<StartedAssembly>): Promise<StartedAssembly> {
  for (;;) {
    try {
      return await start(watchedAs(assembly, folders, inline))
    } catch (error) {
      const component = inlineOnly(error)
      if (component === undefined || assembly.components[component]?.isolation !== 'inline') throw error
      inline.add(component)
    }
  }
}

function watchedAs(assembly: Assembly, folders: ReadonlyMap<string, string>, inline: ReadonlySet<string>): Assembly {
  const entries = Object.entries(assembly.components).map(([name, component]): [string, AssemblyComponent] => {
    if (!folders.has(name)) return [name, component]
    return [name, { ...component, watched: true, isolation: component.isolation === 'inline' && !inline.has(name) ? 'worker' : component.isolation }]
  })
  return { ...assembly, components: Object.assign(Object.create(null) as Record<string, AssemblyComponent>, Object.fromEntries(entries)) }
}

function inlineOnly(error: unknown): string | undefined {
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined
  return typeof details === 'object' && details !== null && 'inlineOnly' in details && typeof details.inlineOnly === 'string' ? details.inlineOnly : undefined
}
