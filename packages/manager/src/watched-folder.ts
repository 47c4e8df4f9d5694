import { codeOf } from '@caruso/contract'
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { join, relative } from 'node:path'

/** Milliseconds without a change after which a save is over: editors write in several steps. */
const settleTime = 15
/** What is no source: it is made by tools, belongs to tests, or is an editor's own. */
const ignored = /^(node_modules|dist|test|\..*|.*~)$/

/** What was removed in the same moment, may not be read, or leads nowhere: no source of anybody's. */
const unwatchable: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP'])

/** Tells of saves in a folder and those in it. */
export class WatchedFolder implements Disposable {
  readonly #folder: string
  readonly #deep: boolean
  readonly #saved: (files: readonly string[]) => void
  readonly #missed: (folder: string, error: unknown) => void
  // One for each folder: Node's recursive ones would follow node_modules too.
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  /**
   * @param saved is told the files of a save, relative to the folder, once it is over
   * @param missed is told a folder that came later and cannot be watched, since the system watches no more of them
   * @param deep whether saves in the folders below count
   */
  constructor(folder: string, saved: (files: readonly string[]) => void, missed: (folder: string, error: unknown) => void, deep = true) {
    this.#deep = deep
    this.#folder = folder
    this.#saved = saved
    this.#missed = missed
    this.#add(folder)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    for (const path of this.#watchers.keys()) this.#drop(path)
  }

  #add(folder: string): void {
    this.#drop(folder)
    try {
      this.#watchers.set(folder, watch(folder, (_kind, name) => this.#heard(folder, name ?? '')).on('error', () => this.#drop(folder)))
      if (!this.#deep) return
      for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory() && !ignored.test(entry.name)) this.#add(join(folder, entry.name))
    } catch (error) {
      if (!unwatchable.has(codeOf(error))) throw error
      this.#drop(folder)
    }
  }

  #addLater(folder: string): void {
    try {
      this.#add(folder)
    } catch (error) {
      this.#missed(folder, error)
    }
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #heard(folder: string, name: string): void {
    if (ignored.test(name)) return
    const path = join(folder, name)
    if (this.#deep && path !== folder && isFolder(path)) this.#addLater(path)
    this.#changed.add(relative(this.#folder, path))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      const files = [...this.#changed]
      this.#changed.clear()
      this.#saved(files)
    }, settleTime)
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    if (!unwatchable.has(codeOf(error))) throw error
    return false
  }
}
