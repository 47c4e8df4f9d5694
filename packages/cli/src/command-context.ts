import type { CommandContext } from '@caruso/contract'
import { resolve } from 'node:path'
import { assemblyFolder, findAssembly } from './assembly-folder.ts'
import { terminal } from './terminal.ts'

/** What a plugin's command works with. The manager and the bus are loaded for those commands that ask for them. */
export function commandContext(typed: string | undefined, json: boolean): CommandContext {
  return {
    folder: findAssembly(typed),
    terminal: terminal(json),
    assembly: async () => await (await import('@caruso/manager')).readAssembly(assemblyFolder(typed), { env: process.env }),
    plugin: async (of) => {
      const { PluginStore, readAssembly, versionInUse } = await import('@caruso/manager')
      if (/^[./]/.test(of)) return await new PluginStore(resolve(of)).resolve('.', '*')
      return await versionInUse(await readAssembly(assemblyFolder(typed), { env: process.env }), of)
    },
    alone: async (contract, work) => await (await import('./alone.ts')).alone(assemblyFolder(typed), contract, work),
    connected: async (work) => await (await import('./connection.ts')).connected(assemblyFolder(typed), work),
  }
}
