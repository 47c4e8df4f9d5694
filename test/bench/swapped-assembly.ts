import { PluginStore } from '@caruso/manager'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InstalledPackages } from './installed-packages.ts'

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
  readonly folder = mkdtempSync(join(tmpdir(), 'caruso-bench-swap-'))
  readonly #ids = join(this.folder, '.caruso/data/counter')
  readonly #store = new PluginStore(this.folder)
  readonly #packages: InstalledPackages
  readonly #plugin: string

  constructor({ plugin, isolation, config = {} }: Swapped, packages: InstalledPackages) {
    this.#plugin = plugin
    this.#packages = packages
    mkdirSync(this.#ids, { recursive: true })
    symlinkSync(packages.modules, join(this.folder, 'node_modules'))
    writeFileSync(join(this.folder, 'assembly.yaml'), JSON.stringify({ assembly: this.name, components: { counter: { plugin, isolation, config: { folder: this.#ids, ...config } } } }))
  }

  /** Takes in the i-th version, as `caruso add` does; a fickle one reads how it behaves from a file. */
  async add(i: number, behaviour?: object): Promise<void> {
    const source = join(this.folder, 'source')
    rmSync(source, { recursive: true, force: true })
    cpSync(join(this.#packages.folder, 'bench', this.#plugin), source, { recursive: true })
    writeFileSync(join(source, 'package.json'), JSON.stringify({ name: this.#plugin, version: versionOf(i), type: 'module', exports: './index.js' }))
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
    rmSync(this.folder, { recursive: true, force: true })
  }
}
