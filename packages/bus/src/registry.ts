import type { Contract } from '@caruso/contract'
import { isCompatibleVersion } from '@caruso/contract'
import type { Provider } from './provider.ts'

/** What everybody knows of an instance. Plain data; it travels in announcements. */
export interface InstanceInfo {
  readonly id: string
  readonly component: string
  readonly plugin: string
  readonly version: string
  readonly host: string
  readonly isolation: string
  readonly started: string
  readonly contracts: readonly Contract[]
  readonly health: { readonly ok: boolean; readonly detail?: string }
  /** The instance is being tried: from 0 to 1, how much of the calls to its component that it could answer it gets. */
  readonly share?: number
  /** New calls wait at their callers until the instance is resumed, replaced or gone. */
  readonly paused?: true
}

/** An instance that may be called: through `provider` where it is in reach of this process, else at its own subject. */
export interface Entry {
  readonly info: InstanceInfo
  readonly provider: Provider | undefined
}

/** An instance together with the contract of its that satisfies what was asked for. */
export interface Candidate {
  readonly entry: Entry
  readonly contract: Contract
}

/**
 * This process's replica of who provides what. Two maps, changed together in one place; no lifecycle inside.
 * `version` grows with each change, so that callers know when what they looked up is stale.
 */
export class Registry {
  readonly #entries = new Map<string, Entry>()
  readonly #byContract = new Map<string, Set<Entry>>()
  readonly #watchers = new Set<() => void>()
  #version = 0

  get version(): number {
    return this.#version
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  list(): Entry[] {
    return [...this.#entries.values()]
  }

  /** The instances that provide a contract in a version that can stand in for the given one. */
  lookup(contract: string, version: string): Candidate[] {
    const found: Candidate[] = []
    for (const entry of this.#byContract.get(contract) ?? []) {
      for (const provided of entry.info.contracts) {
        if (provided.name === contract && isCompatibleVersion(provided.version, version)) found.push({ entry, contract: provided })
      }
    }
    return found
  }

  /** Lets some instances in and others go, as one change. An instance that is known already is replaced. */
  exchange(enter: readonly Entry[], leave: readonly string[]): void {
    for (const id of [...leave, ...enter.map((entry) => entry.info.id)]) this.#remove(id)
    for (const entry of enter) this.#insert(entry)
    this.#version++
    for (const watcher of [...this.#watchers]) watcher()
  }

  /** Calls back after each change; returns the end of it. */
  watch(changed: () => void): () => void {
    const watcher = (): void => changed()
    this.#watchers.add(watcher)
    return () => {
      this.#watchers.delete(watcher)
    }
  }

  #insert(entry: Entry): void {
    this.#entries.set(entry.info.id, entry)
    for (const { name } of entry.info.contracts) {
      const entries = this.#byContract.get(name) ?? new Set()
      this.#byContract.set(name, entries.add(entry))
    }
  }

  #remove(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    this.#entries.delete(id)
    for (const { name } of entry.info.contracts) {
      const entries = this.#byContract.get(name)
      entries?.delete(entry)
      if (entries?.size === 0) this.#byContract.delete(name)
    }
  }
}
