import { codeOf, messageOf } from '@caruso/contract'
import { relative } from 'node:path'
import type { Assembly } from './assembly.ts'
import type { ServiceManager } from './service-manager.ts'
import { WatchedFolder } from './watched-folder.ts'

/** What became of a save; `files` are relative to the assembly's folder, `ms` count from its end. */
export type SaveEvent =
  | { readonly event: 'live'; readonly component: string; readonly version: string; readonly files: readonly string[]; readonly ms: number }
  /** The version that ran goes on. */
  | { readonly event: 'broken'; readonly component: string; readonly files: readonly string[]; readonly ms: number; readonly code: string; readonly message: string }
  /** What an instance left behind that a save has replaced. */
  | { readonly event: 'left'; readonly component: string; readonly left: readonly string[] }
  /** What is saved there is not noticed. */
  | { readonly event: 'unwatched'; readonly folder: string; readonly message: string }
  /** Takes effect at the next start. */
  | { readonly event: 'restart'; readonly files: readonly string[] }

interface Save {
  readonly files: ReadonlySet<string>
  readonly at: number
}

export interface SavesOptions {
  readonly assembly: Assembly
  readonly manager: Pick<ServiceManager, 'save'>
  /** Folders by component; those of components that cannot be exchanged are in `restarted`. */
  readonly folders: ReadonlyMap<string, string>
  readonly restarted: ReadonlySet<string>
  readonly told: (event: SaveEvent) => void
  /** Called after each save that was tried. */
  readonly tried: () => void
}

/** Makes what is saved run, one component after the other; of several saves of one, the last. */
export class Saves implements AsyncDisposable {
  readonly #options: SavesOptions
  readonly #watched: readonly WatchedFolder[]
  readonly #waiting = new Map<string, Save>()
  #working: Promise<void> = Promise.resolve()
  #busy = false
  readonly #leaving = new Set<Promise<void>>()

  constructor(options: SavesOptions) {
    const { assembly, folders, told } = options
    this.#options = options
    const missed = (folder: string, error: unknown): void => told({ event: 'unwatched', folder: relative(assembly.folder, folder), message: messageOf(error) })
    const watched = [...new Set(folders.values())].map((folder) => new WatchedFolder(folder, (files) => this.#saved(folder, files), missed))
    const own = new WatchedFolder(assembly.folder, (files) => {
      if (files.includes('assembly.yaml')) told({ event: 'restart', files: ['assembly.yaml'] })
    }, missed, false)
    this.#watched = [own, ...watched]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#watched) folder[Symbol.dispose]()
    this.#waiting.clear()
    await this.#working
    await Promise.all(this.#leaving)
  }

  #saved(folder: string, names: readonly string[]): void {
    const { assembly, folders, restarted, told } = this.#options
    const files = names.map((name) => relative(assembly.folder, `${folder}/${name}`))
    for (const [component, of] of folders) {
      if (of !== folder) continue
      if (restarted.has(component)) told({ event: 'restart', files })
      else this.#waiting.set(component, { files: new Set([...(this.#waiting.get(component)?.files ?? []), ...files]), at: performance.now() })
    }
    if (!this.#busy) this.#working = this.#work()
  }

  async #work(): Promise<void> {
    this.#busy = true
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      this.#waiting.delete(next[0])
      await this.#try(...next)
    }
    this.#busy = false
  }

  async #try(component: string, save: Save): Promise<void> {
    const { manager, told, tried } = this.#options
    const ms = (): number => Math.round(performance.now() - save.at)
    const files = [...save.files]
    try {
      const { version, left } = await manager.save(component)
      told({ event: 'live', component, version, files, ms: ms() })
      const leaving = left.catch((error: unknown) => [messageOf(error)]).then((words) => {
        this.#leaving.delete(leaving)
        if (words.length > 0) told({ event: 'left', component, left: words })
      })
      this.#leaving.add(leaving)
    } catch (error) {
      told({ event: 'broken', component, files, ms: ms(), code: codeOf(error) ?? 'FAILED', message: messageOf(error) })
    }
    tried()
  }
}
