import { codeOf } from '@caruso/contract'
import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Milliseconds without a change after which a save is over: editors write in several steps, and git many files. */
const settleTime = 50

/** What is not there is not watched; nor is what a process of its own may not see, such as the folder around those it may. */
const unwatchable: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'ERR_ACCESS_DENIED']

/** Tells that something has changed in folders or in those below; they may come and go. */
export class WatchedFolders implements Disposable {
  readonly #changed: () => void
  readonly #missed: (folder: string, error: unknown) => void
  readonly #watchers = new Map<string, FSWatcher>()
  #timer: NodeJS.Timeout | undefined

  /** @param missed is told a folder that came later and cannot be watched, since the system watches no more of them */
  constructor(folders: readonly string[], changed: () => void, missed: (folder: string, error: unknown) => void) {
    this.#changed = changed
    this.#missed = missed
    try {
      this.#begin(folders)
    } catch (error) {
      this[Symbol.dispose]()
      throw error
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #begin(folders: readonly string[]): void {
    for (const folder of folders) this.#inside(folder)
    // A folder that is not there yet, or is put in the place of another, is noticed in the one around it.
    for (const around of new Set(folders.map((folder) => dirname(folder)))) {
      this.#watch(around, false, (name) => {
        const folder = folders.find((one) => dirname(one) === around && basename(one) === name)
        if (folder === undefined) return
        this.#insideLater(folder)
        this.#settle()
      })
    }
  }

  #inside(folder: string): void {
    this.#watch(folder, true, () => this.#settle())
  }

  #insideLater(folder: string): void {
    try {
      this.#inside(folder)
    } catch (error) {
      this.#missed(folder, error)
    }
  }

  #watch(folder: string, recursive: boolean, heard: (name: string) => void): void {
    const key = `${folder}${recursive ? '/' : ''}`
    this.#watchers.get(key)?.close()
    this.#watchers.delete(key)
    try {
      const watcher = watch(folder, { recursive }, (_kind, name) => heard(name ?? ''))
      this.#watchers.set(key, watcher.on('error', (error) => {
        watcher.close()
        if (!unwatchable.includes(codeOf(error))) this.#missed(folder, error)
      }))
    } catch (error) {
      if (!unwatchable.includes(codeOf(error))) throw error
    }
  }

  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#changed(), settleTime)
  }
}
