import { createHash } from 'node:crypto'
import type { CatalogueReader, Table } from './catalogue.ts'
import { StorageError } from './errors.ts'

/** So old it may be outdated (ms), or so many times as old as asking takes. */
const staleAfter = 50
const staleAfterTimes = 10

/** The catalogue of a server as it was when it was last asked, since names are looked up without waiting. */
export class ServerCatalogue implements CatalogueReader {
  #tables: ReadonlyMap<string, Table> = new Map()
  #digest = ''
  #version = 0
  #readAt = -Infinity
  #took = 0

  /** Milliseconds since the server was asked. */
  get age(): number {
    return performance.now() - this.#readAt
  }

  /** Whether the server is asked again before a name is said to be missing: callers who use wrong names are not to keep it busy. */
  get isStale(): boolean {
    return this.age >= Math.max(staleAfter, staleAfterTimes * this.#took)
  }

  /** @param took milliseconds that asking took */
  set(tables: readonly Table[], took: number): void {
    this.#readAt = performance.now()
    this.#took = took
    const digest = createHash('sha256').update(JSON.stringify(tables.map((table) => [table.name, table.key, [...table.columns.values()]]))).digest('base64')
    if (digest === this.#digest) return
    this.#tables = new Map(tables.map((table) => [table.name, table]))
    this.#digest = digest
    this.#version++
  }

  /** It is asked again before it is used. */
  outdate(): void {
    this.#readAt = -Infinity
  }

  version(): number {
    return this.#version
  }

  names(): readonly string[] {
    return [...this.#tables.keys()]
  }

  table(name: string): Table {
    const found = this.#tables.get(name)
    if (!found) throw new StorageError('TABLE_UNKNOWN', `Looked up the columns of ${JSON.stringify(name)}: it is gone`)
    return found
  }
}
