import { PluginStore } from '@caruso/manager'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InstalledPackages } from './installed-packages.ts'
import { temporaryFolder } from './temporary-folder.ts'

export type Isolation = 'inline' | 'worker' | 'process'

/** What is swapped: one of the plugins of this folder, and how it is isolated. */
export interface Swapped {
  readonly plugin: 'counter' | 'fickle' | 'ledger'
  readonly isolation: Isolation
  readonly config?: object
}

export function versionOf(i: number): string {
  return `1.0.${i}`
}

/** An assembly in a folder of its own with one component; each version of its plugin is one that was never there before. */
export class SwappedAssembly {
  readonly name = 'bench-swap'
  readonly #temporary = temporaryFolder('swap')
  readonly folder = this.#temporary.path
  readonly #ids = join(this.folder, '.caruso/data/counter')
  readonly #store = new PluginStore(this.folder)
  readonly #packages: InstalledPackages
  readonly #plugin: string

  /** @param neighbour a plugin of this folder that runs beside it, in a thread, and is not swapped */
  constructor({ plugin, isolation, config = {} }: Swapped, packages: InstalledPackages, neighbour?: 'rogue') {
    this.#plugin = plugin
    this.#packages = packages
    mkdirSync(this.#ids, { recursive: true })
    symlinkSync(packages.modules, join(this.folder, 'node_modules'))
    const beside = neighbour === undefined ? {} : { [neighbour]: { plugin: `./${neighbour}`, isolation: 'worker' } }
    writeFileSync(join(this.folder, 'assembly.yaml'), JSON.stringify({ assembly: this.name, components: { counter: { plugin, isolation, config: { folder: this.#ids, ...config } }, ...beside } }))
    if (neighbour !== undefined) this.#lay(neighbour, join(this.folder, neighbour), '1.0.0')
  }

  /** Takes in the i-th version, as `caruso add` does; a fickle one reads how it behaves from a file. */
  async add(i: number, behaviour?: object): Promise<void> {
    const source = join(this.folder, 'source')
    this.#lay(this.#plugin, source, versionOf(i))
    if (behaviour !== undefined) writeFileSync(join(source, 'behaviour.json'), JSON.stringify({ version: versionOf(i), ...behaviour }))
    await this.#store.add(source, () => undefined)
  }

  /** Keeps the version that runs and the one before. */
  async prune(i: number): Promise<void> {
    await this.#store.prune([i - 1, i].map((kept) => ({ name: this.#plugin, version: versionOf(kept) })))
  }

  /** What was run, as the plugin has written it down; only an instance that is gone has written down all of it. */
  executed(): { executed: number; duplicated: number } {
    const seen = new Set<number>()
    let executed = 0
    for (const file of readdirSync(this.#ids).filter((name) => name.endsWith('.ids'))) {
      const bytes = readFileSync(join(this.#ids, file))
      for (let at = 0; at < bytes.length; at += Uint32Array.BYTES_PER_ELEMENT, executed++) seen.add(bytes.readUInt32LE(at))
    }
    return { executed, duplicated: executed - seen.size }
  }

  /** How many calls an instance of a version got, as it has written down at its end. */
  calls(version: string): number {
    return Number(readFileSync(join(this.#ids, `${version}.calls`), 'utf8'))
  }

  remove(): void {
    this.#temporary[Symbol.dispose]()
  }

  #lay(plugin: string, to: string, version: string): void {
    rmSync(to, { recursive: true, force: true })
    cpSync(join(this.#packages.folder, 'bench', plugin), to, { recursive: true })
    writeFileSync(join(to, 'package.json'), JSON.stringify({ name: plugin, version, type: 'module', exports: './index.js' }))
  }
}
