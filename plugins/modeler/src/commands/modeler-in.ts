import { type CommandContext, type Static, Value } from '@caruso/contract'
import { resolve } from 'node:path'
import { ModelerConfig } from '../config.ts'

/** Where an assembly has the files of its classes: absolute folders, and the data source of classes that name none. */
export interface ModelPlace extends Static<typeof ModelerConfig> {
  readonly root: string
}

/** What the assembly configures its modeler with; the defaults where it has none yet. */
export async function modelerIn(context: CommandContext): Promise<ModelPlace> {
  const { folder, components } = await context.assembly()
  const names = Object.entries(components)
  for (const [component, { config }] of names) {
    if ((await context.plugin(component)).name === '@caruso/modeler') return placeIn(folder, config)
  }
  return placeIn(folder, {})
}

function placeIn(root: string, config: unknown): ModelPlace {
  // The manager has read the assembly file, and its modeler checks the configuration when it starts.
  const full = Value.Default(ModelerConfig, structuredClone(config)) as Static<typeof ModelerConfig>
  return { ...full, root, model: resolve(root, full.model), mapping: resolve(root, full.mapping), policies: resolve(root, full.policies) }
}
