import legacyOrders from '@caruso-examples/legacy-orders'
import { isCarusoError } from '@caruso/contract'
import type { Call, Client, Contract } from '@caruso/contract'
import type { PluginDefinition, Provides } from '@caruso/kernel'
import modeler from '@caruso/modeler'
import { Objects } from '@caruso/modeler/contract'
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

/** A running wrapper with the real modeler and storage behind it. */
export interface Wrapper {
  readonly orders: Client<(typeof legacyOrders)['provides']['orders']>
  call(): Call
  close(): Promise<void>
}

/** Runs a version of the wrapper over a database, with the model of the assembly. */
export async function runWrapper({ plugin, file }: Pick<Version, 'plugin' | 'file'>, transport: 'direct' | 'process', database: string): Promise<Wrapper> {
  const storage = await testPlugin(storagePlugin, { config: { sources: { legacy: { kind: 'sqlite', file: database, readonly: true } } } })
  const open: { close(): Promise<void> }[] = [storage]
  const close = async (): Promise<void> => {
    for (const one of open.splice(0).toReversed()) await one.close()
  }
  try {
    const folder = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
    const objects = await testPlugin(modeler, { config: { model: folder('model'), mapping: folder('mapping'), source: 'legacy' }, requires: { storage: double(Storage, { query: (plan) => storage.clients.storage.query(plan, storage.call()), stream: (plan) => storage.clients.storage.stream(plan, storage.call()) }) } })
    open.push(objects)
    const { get, find, stream } = objects.clients.objects
    const kit = await testPlugin(plugin, { transport, file, requires: { objects: double(Objects, { get: (input) => get(input, objects.call()), find: (input) => find(input, objects.call()), stream: (input) => stream(input, objects.call()) }) } })
    open.push(kit)
    return { orders: kit.clients.orders, call: () => kit.call(), close }
  } catch (error) {
    await close()
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
