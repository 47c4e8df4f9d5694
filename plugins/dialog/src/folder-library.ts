import type { Call } from '@caruso/contract'
import { messageOf } from '@caruso/contract'
import type { Health } from '@caruso/kernel'
import { libraryOf, type Library } from './library.ts'
import { readScriptFiles, stampOfScriptFiles, type ScriptFiles } from './script-files.ts'
import type { ClassNames } from './class-names.ts'

/** The scripts of a folder as they are edited: a script with a mistake stays as it was before, and that is told. */
export class FolderLibrary {
  readonly #folder: string
  readonly #namesOf: (call: Call) => Promise<ClassNames>
  readonly #log: { info(words: string): void; error(words: string): void }
  #read: string | undefined
  /** Why the last look failed. */
  #failure: string | undefined
  #current: Library = { editions: new Map(), actions: {}, problems: [] }
  #names: ClassNames = { classes: {}, keys: {}, choices: {} }

  constructor(folder: string, namesOf: (call: Call) => Promise<ClassNames>, log: { info(words: string): void; error(words: string): void }) {
    this.#folder = folder
    this.#namesOf = namesOf
    this.#log = log
  }

  get current(): Library {
    return this.#current
  }

  get names(): ClassNames {
    return this.#names
  }

  get health(): Health {
    if (this.#failure !== undefined) return { ok: false, detail: `scripts stay as they were: ${this.#failure}` }
    const { editions, problems } = this.#current
    return problems.length === 0 ? { ok: true, detail: `${editions.size} scripts` } : { ok: false, detail: `scripts with mistakes stay as they were: ${problems.slice(0, 3).join('; ')}` }
  }

  /** Takes in what has changed since it was read. */
  async read(call: Call): Promise<void> {
    try {
      // Looked at before the texts are read: what is written meanwhile has another stamp the next time.
      const [stamp, names] = await Promise.all([stampOfScriptFiles(this.#folder), this.#namesOf(call)])
      const found = JSON.stringify([stamp, names])
      if (found !== this.#read) this.#take(await readScriptFiles(this.#folder), names)
      this.#read = found
      this.#failure = undefined
    } catch (error) {
      this.#failure = messageOf(error)
      this.#log.error(`Went on with the scripts as they were: ${messageOf(error)}`)
    }
  }

  #take(files: ScriptFiles, names: ClassNames): void {
    const read = libraryOf(files, names)
    const kept = [...this.#current.editions].filter(([id]) => !read.editions.has(id) && read.problems.length > 0)
    this.#current = { ...read, editions: new Map([...kept, ...read.editions]) }
    this.#names = names
    for (const problem of read.problems) this.#log.error(problem)
    this.#log.info(`Took in the dialog scripts: ${read.editions.size} can be begun`)
  }
}
