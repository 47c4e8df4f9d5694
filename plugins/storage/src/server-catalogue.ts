import { createHash } from 'node:crypto'
import type { CatalogueReader, Table } from './catalogue.ts'
import { StorageError } from './errors.ts'

/** The catalogue of a server as it was when it was last asked, since names are looked up without waiting. */
export class ServerCatalogue implements CatalogueReader {
  #tables: ReadonlyMap<string, Table> = new Map()
  #digest = ''
  #version = 0
  #readAt = -Infinity

  /** Milliseconds since the server was asked. */
  get age(): number {
    return performance.now() - this.#readAt
  }

  set(tables: readonly Table[]): void {
    this.#readAt = performance.now()
    const digest = createHash('sha256').update(JSON.stringify(tables.map((table) => [table.name, table.key, [...table.columns.values()]]))).digest('base64')
    if (digest === this.#digest) return
    this.#tables = new Map(tables.map((table) => [table.name, table]))
    this.#digest = digest
    this.#version++
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
