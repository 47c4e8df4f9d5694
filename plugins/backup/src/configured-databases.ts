import { checkOf, Type, type InstalledAssembly, type Static } from '@caruso/contract'
import { existsSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'

/** A SQLite database that the configuration of a storage names. */
export interface ConfiguredDatabase {
  /** `component.source`, as people would say it. */
  readonly name: string
  readonly file: string
  /** Where it lies in the assembly's folder, with slashes; undefined where it lies outside. */
  readonly path: string | undefined
  readonly readonly: boolean
}

/** As much of the storage's configuration as says where its SQLite databases are. */
const StorageConfig = Type.Object({
  sources: Type.Record(Type.String(), Type.Object({ kind: Type.String(), file: Type.Optional(Type.String()), readonly: Type.Optional(Type.Boolean()) })),
})

/** The databases that components of `@caruso/storage` are configured with and that are there. */
export function configuredDatabases({ folder, components }: InstalledAssembly): ConfiguredDatabase[] {
  return Object.entries(components).flatMap(([component, { plugin, config }]) => {
    if (plugin !== '@caruso/storage' || !checkOf(StorageConfig).accepts(config)) return []
    const { sources } = config as Static<typeof StorageConfig>
    return Object.entries(sources).flatMap(([source, { kind, file, readonly = false }]) => {
      if (kind !== 'sqlite' || file === undefined || file === '' || file === ':memory:') return []
      const at = resolve(folder, file)
      const path = relative(folder, at).split(sep).join('/')
      return existsSync(at) ? [{ name: `${component}.${source}`, file: at, path: path.startsWith('../') ? undefined : path, readonly }] : []
    })
  })
}
