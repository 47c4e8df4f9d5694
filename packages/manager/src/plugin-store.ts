import { randomUUID } from 'node:crypto'
import { mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeOf } from '@caruso/contract'
import { maxSatisfying, rcompare } from 'semver'
import { ManagerError } from './errors.ts'
import { exclusively } from './exclusively.ts'
import { type LockEntry, readLock, verifyIntegrity, writeLock } from './lock.ts'
import { isPackageName } from './package-name.ts'
import { integrityOf } from './plugin-content.ts'
import { entryOf, type PluginPackage, readPluginPackage } from './plugin-package.ts'
import { type AddStep, fetchPlugin, installDependencies } from './plugin-source.ts'
import { statIfThere } from './stat-if-there.ts'

/** A version of a plugin, by the name in its `package.json`. */
export interface PluginVersion {
  readonly name: string
  readonly version: string
}

/** A version that can be run. `store`: taken in and pinned. `project`: the folder that the assembly names, or what Node finds from there. */
export interface AvailableVersion extends PluginVersion {
  readonly folder: string
  readonly origin: 'store' | 'project'
}

/** A version and the file to import for it. */
export interface ResolvedPlugin extends AvailableVersion {
  readonly entry: string
}

/** What became of an `add`; `added` is false where the same content had been taken in before. */
export interface AddedPlugin extends LockEntry {
  readonly folder: string
  readonly added: boolean
}

/**
 * The versions of plugins that an assembly has on disk, side by side in `.caruso/plugins/NAME/VERSION/`.
 *
 * A version is put together in `.caruso/staging/`, renamed into its place, and counts from the moment it is pinned in
 * `assembly.lock`; whatever is killed before leaves nothing that counts, and the next `add` or `prune` clears it away.
 */
export class PluginStore {
  readonly #assembly: string
  readonly #plugins: string
  readonly #staging: string

  /** @param folder the assembly's folder */
  constructor(folder: string) {
    this.#assembly = resolve(folder)
    this.#plugins = join(this.#assembly, '.caruso', 'plugins')
    this.#staging = join(this.#assembly, '.caruso', 'staging')
  }

  /**
   * Takes in a version and pins it.
   *
   * @param spec `NAME@RANGE` for npm, or the path of a tarball or a folder
   * @throws ManagerError `VERSION_IMMUTABLE` when the version was taken in before with other content
   */
  async add(spec: string, progress: (step: AddStep) => void): Promise<AddedPlugin> {
    return this.#changing(async () => {
      const lock = await readLock(this.#assembly)
      // A folder of its own, since an npm that a killed add left behind may still write into that one's.
      const content = join(this.#staging, randomUUID(), 'content')
      const from = await fetchPlugin(spec, this.#assembly, content, progress)
      const manifest = await readPluginPackage(content)
      const entry: LockEntry = { name: manifest.name, version: manifest.version, from, integrity: await integrityOf(content) }
      const pinned = lock.find((known) => isSame(known, entry))
      if (pinned && pinned.integrity !== entry.integrity) throw immutable(spec, pinned, entry)
      const folder = this.#folderOf(entry)
      if (pinned && (await statIfThere(folder)) && (await integrityOf(folder)) === pinned.integrity) return { ...pinned, folder, added: false }
      await this.#install(content, manifest, folder, progress)
      await writeLock(this.#assembly, [...lock.filter((known) => known !== pinned), pinned ?? entry])
      return { ...(pinned ?? entry), folder, added: true }
    })
  }

  /** The versions that can be run of a plugin (an npm name, or a folder relative to the assembly), the newest first; what is pinned hides the same version of the project. */
  async list(plugin: string): Promise<AvailableVersion[]> {
    return await this.#listed(plugin, await readLock(this.#assembly))
  }

  /**
   * The highest version of a plugin in a range, with the file to import; content that was taken in is checked against its pin.
   *
   * @throws ManagerError `PLUGIN_MISSING` naming what is there, `INTEGRITY_MISMATCH`, or `PLUGIN_INVALID`
   */
  async resolve(plugin: string, range: string): Promise<ResolvedPlugin> {
    const lock = await readLock(this.#assembly)
    const versions = await this.#listed(plugin, lock)
    const highest = maxSatisfying(versions.map(({ version }) => version), range)
    const found = versions.find(({ version }) => version === highest)
    if (!found) throw missing(plugin, range, versions, lock)
    if (found.origin === 'store') for (const entry of lock) if (isSame(entry, found)) await verifyIntegrity(entry, found.folder)
    return { ...found, entry: await entryOf(found.folder, await readPluginPackage(found.folder)) }
  }

  /** What lies in the folder of the project that a plugin is developed in; undefined where npm put it there, or it is not there. */
  async developed(plugin: string): Promise<ResolvedPlugin | undefined> {
    const project = await this.#inProject(plugin)
    if (project === undefined || project.folder.split(sep).some((name) => name === 'node_modules' || name === '.caruso')) return undefined
    return { ...project, entry: await entryOf(project.folder, await readPluginPackage(project.folder)) }
  }

  /** Removes every version that was taken in and is not to be kept, and its pin; returns what was removed. */
  async prune(keep: readonly PluginVersion[]): Promise<PluginVersion[]> {
    return this.#changing(async () => {
      const lock = await readLock(this.#assembly)
      const isKept = (known: PluginVersion) => keep.some((wanted) => isSame(wanted, known))
      const kept = lock.filter(isKept)
      const removed = (await this.#onDisk()).filter((known) => !kept.some((entry) => isSame(entry, known)))
      // Without its pin a version does not count, so a kill in between leaves nothing half removed.
      if (kept.length < lock.length) await writeLock(this.#assembly, kept)
      for (const version of removed) await rm(this.#folderOf(version), { recursive: true, force: true })
      return removed
    })
  }

  async #install(content: string, manifest: PluginPackage, folder: string, progress: (step: AddStep) => void): Promise<void> {
    await entryOf(content, manifest)
    await installDependencies(content, manifest, progress)
    progress({ step: 'install', detail: `${manifest.name} ${manifest.version}` })
    await mkdir(dirname(folder), { recursive: true })
    await rm(folder, { recursive: true, force: true })
    await rename(content, folder)
  }

  async #changing<Result>(work: () => Promise<Result>): Promise<Result> {
    return exclusively(join(this.#assembly, '.caruso', 'changing.lock'), async () => {
      await rm(this.#staging, { recursive: true, force: true })
      try {
        return await work()
      } finally {
        await rm(this.#staging, { recursive: true, force: true })
      }
    })
  }

  async #listed(plugin: string, lock: readonly LockEntry[]): Promise<AvailableVersion[]> {
    const project = await this.#inProject(plugin)
    const name = isFolder(plugin) ? project?.name : plugin
    const versions: AvailableVersion[] = []
    for (const entry of lock) {
      const folder = this.#folderOf(entry)
      if (entry.name === name && (await statIfThere(folder))) versions.push({ name, version: entry.version, folder, origin: 'store' })
    }
    if (project && !versions.some((known) => isSame(known, project))) versions.push(project)
    return versions.toSorted((a, b) => rcompare(a.version, b.version))
  }

  async #inProject(plugin: string): Promise<AvailableVersion | undefined> {
    const found = isFolder(plugin) ? resolve(this.#assembly, plugin) : this.#byNode(plugin)
    if (found === undefined) return undefined
    // Node does not strip types below node_modules, so a link into a workspace is followed.
    const folder = await realpathOf(found)
    const { name, version } = await readPluginPackage(folder)
    return { name, version, folder, origin: 'project' }
  }

  #byNode(name: string): string | undefined {
    if (!isPackageName(name)) return undefined
    try {
      const file = findPackageJSON(name, pathToFileURL(join(this.#assembly, 'assembly.yaml')))
      return file === undefined ? undefined : dirname(file)
    } catch (error) {
      if (codeOf(error) === 'ERR_MODULE_NOT_FOUND') return undefined
      throw error
    }
  }

  async #onDisk(): Promise<PluginVersion[]> {
    const versions: PluginVersion[] = []
    for (const scopeOrName of await foldersIn(this.#plugins)) {
      const names = scopeOrName.startsWith('@') ? (await foldersIn(join(this.#plugins, scopeOrName))).map((name) => `${scopeOrName}/${name}`) : [scopeOrName]
      for (const name of names) for (const version of await foldersIn(join(this.#plugins, name))) versions.push({ name, version })
    }
    return versions
  }

  #folderOf({ name, version }: PluginVersion): string {
    return join(this.#plugins, ...name.split('/'), version)
  }
}

function isFolder(plugin: string): boolean {
  return plugin.startsWith('.')
}

function isSame(a: PluginVersion, b: PluginVersion): boolean {
  return a.name === b.name && a.version === b.version
}

function missing(plugin: string, range: string, versions: readonly AvailableVersion[], lock: readonly LockEntry[]): ManagerError {
  const absent = lock.filter((entry) => entry.name === plugin && !versions.some((known) => isSame(known, entry)))
  const there = [...versions.map(({ version, origin }) => `${version} (${origin})`), ...absent.map(({ version, from }) => `${version} (pinned, but not on disk: caruso add ${from === 'npm' ? `${plugin}@${version}` : from})`)]
  const found = there.length === 0 ? `no version (take one in: caruso add ${isFolder(plugin) ? plugin : `${plugin}@${range}`})` : there.join(', ')
  return new ManagerError('PLUGIN_MISSING', `Resolved plugin ${JSON.stringify(plugin)} ${range}: found ${found}`)
}

function immutable(spec: string, pinned: LockEntry, found: LockEntry): ManagerError {
  return new ManagerError(
    'VERSION_IMMUTABLE',
    `Added ${JSON.stringify(spec)}: "${found.name}" ${found.version} is pinned from ${JSON.stringify(pinned.from)} with other content, and a version never changes: give this one a new version`,
    { details: { pinned: pinned.integrity, found: found.integrity } },
  )
}

async function foldersIn(folder: string): Promise<string[]> {
  if (!(await statIfThere(folder))) return []
  return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}

async function realpathOf(folder: string): Promise<string> {
  return (await statIfThere(folder)) ? realpath(folder) : folder
}
