import { didYouMean } from '@caruso/contract'
import { StorageError } from './errors.ts'

/** One table or view as the database itself describes it. */
export interface Table {
  readonly name: string
  readonly columns: ReadonlyMap<string, Column>
  /** The columns of the primary key that an insert can answer, in order; none for a view. */
  readonly key: readonly string[]
  /** The key is one number, which the driver tells of a row that was inserted. */
  readonly numbered?: boolean
}

export interface Column {
  readonly name: string
  /** The database keeps text in it, so numbers in it are not summed by the database. */
  readonly text: boolean
  /** How the database keeps it, in the dialect's own words. */
  readonly stored: string
  /** Its type as a cast to it names it, where the dialect casts to the types of columns. */
  readonly declared?: string
  readonly nullable: boolean
  /** Decimal places, or digits of a second, where it keeps no more than these. */
  readonly places?: number | undefined
  /** Its texts are the same to the database only if they are the same, and they are ordered by code point. */
  readonly binary?: boolean
  /** Its texts are the same to the database only if they are the same, however they are ordered. */
  readonly distinct?: boolean
  /** Its texts are others to the database where they have other capitals. */
  readonly cased?: boolean
  /** An index begins with it, where the dialect has another way to find many values by one. */
  readonly indexed?: boolean
}

/** Describes what a data source holds; each dialect reads its own. */
export interface CatalogueReader {
  /** A mark that changes when the database's tables change. */
  version(): number
  names(): readonly string[]
  /** The table with this very name. */
  table(name: string): Table
}

const staleAfter = 1_000

/**
 * What names there are in a data source: every name in a plan is looked up here, and only what was found gets into SQL.
 * It notices changed tables at once when a name is missing, and within a second otherwise.
 */
export class Catalogue {
  readonly #source: string
  readonly #reader: CatalogueReader
  readonly #changed: () => void
  #version = -1
  #checked = 0
  #names: ReadonlySet<string> = new Set()
  #tables = new Map<string, Table>()

  constructor(source: string, reader: CatalogueReader, changed: () => void) {
    this.#source = source
    this.#reader = reader
    this.#changed = changed
  }

  /** Looks whether the tables have changed, unless that was seen to within so many milliseconds; answers whether they have. */
  refresh(within = staleAfter): boolean {
    const now = Date.now()
    if (Math.abs(now - this.#checked) < within) return false
    this.#checked = now
    const version = this.#reader.version()
    if (version === this.#version) return false
    this.#names = new Set(this.#reader.names())
    this.#tables = new Map()
    this.#version = version
    this.#changed()
    return true
  }

  /** @throws StorageError `TABLE_UNKNOWN` */
  table(name: string): Table {
    if (!this.#names.has(name)) this.refresh(0)
    if (!this.#names.has(name)) {
      throw new StorageError('TABLE_UNKNOWN', `Looked up table ${JSON.stringify(name)} in data source "${this.#source}": there is none${didYouMean(name, this.#names)}`)
    }
    const known = this.#tables.get(name)
    if (known) return known
    const table = this.#reader.table(name)
    this.#tables.set(name, table)
    return table
  }

  /** The table with this name, if it was seen to be there. */
  find(name: string): Table | undefined {
    return this.#names.has(name) ? this.table(name) : undefined
  }

  get names(): Iterable<string> {
    return this.#names
  }

  has(name: string): boolean {
    this.refresh(0)
    return this.#names.has(name)
  }

  /** @throws StorageError `COLUMN_UNKNOWN` */
  column(table: Table, name: string): Column {
    const found = table.columns.get(name)
    if (found) return found
    this.refresh(0)
    const fresh = this.table(table.name)
    const late = fresh.columns.get(name)
    if (late) return late
    throw new StorageError('COLUMN_UNKNOWN', `Looked up column ${JSON.stringify(name)} of table ${JSON.stringify(table.name)} in data source "${this.#source}": there is none${didYouMean(name, fresh.columns.keys())}`)
  }
}
