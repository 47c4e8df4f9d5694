import legacyOrders from '@caruso-examples/legacy-orders'
import { isCarusoError } from '@caruso/contract'
import type { Call, Client, Contract } from '@caruso/contract'
import type { PluginDefinition, Provides } from '@caruso/kernel'
import storagePlugin from '@caruso/storage'
import { Storage } from '@caruso/storage/contract'
import { double, testPlugin } from '@caruso/testing'
import { fileURLToPath } from 'node:url'

/** A version of the wrapper: its plugin and the file that exports it. */
export interface Version {
  readonly version: string
  readonly file: string
  readonly plugin: typeof legacyOrders
}

/** The versions of the wrapper that have to do what 1.0.0 promised. */
export const versions: readonly Version[] = [
  { version: '1.0.0', file: fileURLToPath(import.meta.resolve('@caruso-examples/legacy-orders')), plugin: legacyOrders },
  { version: '1.1.0', file: releaseFile('1.1.0'), plugin: await loadRelease('1.1.0') },
]

/** A running wrapper with the real storage behind it. */
export interface Wrapper {
  readonly orders: Client<(typeof legacyOrders)['provides']['orders']>
  call(): Call
  close(): Promise<void>
}

/** Runs a version of the wrapper over a database; the storage asks for the permission that the assembly gives. */
export async function runWrapper({ plugin, file }: Pick<Version, 'plugin' | 'file'>, transport: 'direct' | 'process', database: string, grants: readonly string[] = ['storage.sql']): Promise<Wrapper> {
  const storage = await testPlugin(storagePlugin, { config: { sources: { legacy: { kind: 'sqlite', file: database, readonly: true } } } })
  try {
    const behind = double(Storage, {
      query: (plan) => storage.clients.storage.query(plan, storage.call()),
      sql: (statement) => storage.clients.storage.sql(statement, storage.call({ permissions: ['storage.sql'] })),
    })
    const kit = await testPlugin(plugin, { transport, file, grants, requires: { storage: behind } })
    return {
      orders: kit.clients.orders,
      call: () => kit.call(),
      close: async () => {
        await kit.close()
        await storage.close()
      },
    }
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** The plugin of a version that lies outside the workspaces. */
export async function loadRelease(version: string): Promise<typeof legacyOrders> {
  const module: { readonly default: typeof legacyOrders } = await import(releaseFile(version))
  return module.default
}

export function contractOf(plugin: PluginDefinition): Contract {
  const { orders }: Provides = plugin.provides
  if (orders === undefined) throw new TypeError(`Looked for the contract "orders" of plugin "${plugin.name}": it has none`)
  return orders
}

export async function failure(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (isCarusoError(error) ? `${error.code}: ${error.message}` : String(error)),
  )
}

function releaseFile(version: string): string {
  return fileURLToPath(new URL(`../releases/legacy-orders-${version}/src/index.ts`, import.meta.url))
}
