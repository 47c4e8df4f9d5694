import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PluginStore } from '@caruso/manager'
import type { Cell } from './cell.ts'

const repository = join(import.meta.dirname, '../..')

/** The versions there are of the keeper. */
export const versions = ['1.0.0', '1.1.0'] as const

/** The folder of an assembly that runs a keeper, and what the keeper has put on disk there. */
export class KeeperFolder implements AsyncDisposable {
  readonly path: string
  readonly journal: string
  readonly #data: string

  private constructor(path: string) {
    this.path = path
    this.journal = join(path, '.caruso/journal.jsonl')
    this.#data = join(path, '.caruso/data/keeper')
  }

  /** @param witness the port at which somebody follows the lives of the instances */
  static async create({ isolation, state }: Cell, nats: string, witness: number): Promise<KeeperFolder> {
    const folder = new KeeperFolder(await realpath(await mkdtemp(join(tmpdir(), 'caruso-kills-'))))
    mkdirSync(folder.#data, { recursive: true })
    await symlink(join(repository, 'node_modules'), join(folder.path, 'node_modules'))
    const config = { folder: folder.#data, witness }
    await writeFile(join(folder.path, 'assembly.yaml'), JSON.stringify({ assembly: 'kills', components: { keeper: { plugin: 'keeper', isolation, config } }, nats: { url: nats } }))
    await folder.#add(versions[0], state)
    return folder
  }

  /** Takes in the second version, once the first one runs. */
  async addSecond({ state }: Cell): Promise<void> {
    await this.#add(versions[1], state)
  }

  /** What was written, once for each time. */
  written(): string[] {
    const path = join(this.#data, 'written')
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  }

  booked(): ReadonlySet<string> {
    return new Set(readdirSync(join(this.#data, 'booked')))
  }

  /** Bytes of the journal: it grows by a step. */
  journalSize(): number {
    return statSync(this.journal).size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 })
  }

  async #add(version: string, state: Cell['state']): Promise<void> {
    const source = join(this.path, 'sources', version)
    await cp(join(import.meta.dirname, 'keeper'), source, { recursive: true })
    await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'keeper', version, type: 'module', exports: `./${state}.ts` }))
    await new PluginStore(this.path).add(source, () => undefined)
  }
}
