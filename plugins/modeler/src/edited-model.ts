import { messageOf, type Call } from '@caruso/contract'
import { resolve } from 'node:path'
import { ModelError } from './errors.ts'
import { Mistakes } from './mistake.ts'
import type { Model } from './model.ts'
import { readModelFolder, type ModelFolders } from './model-folder.ts'
import { WatchedFolders } from './watched-folders.ts'

/** What an edited model tells to. */
interface Log {
  info(words: string): void
  warn(about: { readonly class: string }, words: string): void
  error(words: string): void
}

/** Keeps a model as its files say while they are edited. Where they have a mistake, all stays as it was, and that is told. */
export class EditedModel {
  readonly #model: Model
  readonly #folders: ModelFolders
  readonly #log: Log
  readonly #call: () => Call
  #problem: string | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor(model: Model, folders: ModelFolders, log: Log, call: () => Call) {
    this.#model = model
    this.#folders = folders
    this.#log = log
    this.#call = call
  }

  /** What is wrong with the files as they are now. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Looks for the tables of all classes, and tells which cannot be used. */
  async check(): Promise<void> {
    for (const one of this.#model.classes) {
      try {
        await this.#model.check(one, this.#call())
      } catch (error) {
        // The others stay usable; whoever uses this one is told the same, once its tables were looked for again.
        this.#log.warn({ class: one.name }, `Class "${one.name}" cannot be used: ${this.#model.unusable(one.name) ?? messageOf(error)}`)
      }
    }
  }

  /** Takes in what has changed since the files were read, and from now on each change; returns the end of it. */
  begin(): () => Promise<void> {
    const { model, mapping, policies } = this.#folders
    const watched = new WatchedFolders([model, mapping, policies].map((folder) => resolve(folder)), () => this.#again(), (folder, error) => this.#log.error(`What is changed in folder "${folder}" is not noticed: ${messageOf(error)}`))
    this.#again()
    return async () => {
      watched[Symbol.dispose]()
      await this.#reading
    }
  }

  #again(): void {
    this.#reading = this.#reading.then(async () => await this.#read())
  }

  async #read(): Promise<void> {
    try {
      const mistakes = new Mistakes()
      const files = await readModelFolder(this.#folders, mistakes)
      if (mistakes.list.length > 0) throw new ModelError(mistakes.list)
      const isNew = this.#model.replace(files)
      this.#problem = undefined
      if (!isNew) return
      this.#log.info(`Took in the changed files of the model: ${[...this.#model.classes].length} classes`)
      await this.check()
    } catch (error) {
      this.#problem = messageOf(error)
      this.#log.error(`Went on with the model as it was before its files were changed: ${this.#problem}`)
    }
  }
}
