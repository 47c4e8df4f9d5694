import { resolve } from 'node:path'
import type { Bound, Codec } from '../../codec.ts'
import type { SourceConfig } from '../../config.ts'
import type { Bulk, BulkTable } from '../../copy/bulk.ts'
import type { CopiedTable } from '../../copy/structure.ts'
import type { Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import type { Raw } from '../../logical.ts'
import { sqliteCatalogue } from './catalogue-reader.ts'
import { Connection } from './connection.ts'
import { sqliteDialect } from './dialect.ts'
import { toStorageError } from './failures.ts'

const { quote } = sqliteDialect
const rowsAtOnce = 1_000
// Nothing else goes on in a thread that copies.
const patience = 30_000

/** Reads and writes many rows of a file. Foreign keys are not looked at while rows come in any order. */
class SqliteBulk implements Bulk {
  readonly kind = 'sqlite'
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async tableOf(table: Pick<CopiedTable, 'name' | 'columns' | 'key'>): Promise<BulkTable> {
    const found = sqliteCatalogue((work) => work(this.#connection)).table(table.name)
    const codecs = table.columns.map(({ name, type }): Codec => {
      const column = found.columns.get(name)
      const codec = column && sqliteDialect.codec(column, type)
      if (codec === undefined) throw new StorageError('COLUMN_UNKNOWN', `Looked up column ${JSON.stringify(name)} of table ${JSON.stringify(table.name)}: there is none`)
      return codec
    })
    return { ...table, codecs }
  }

  async freeze(): Promise<void> {
    this.#connection.execute('begin')
  }

  /** In pages by key, which take less than rows one by one. */
  async *scan({ name, columns, codecs, key }: BulkTable, order: { readonly after?: readonly Raw[] | undefined } | undefined): AsyncGenerator<readonly (readonly Raw[])[], void> {
    const selected = codecs.map(({ select = '??' }, index) => select.replaceAll('??', quote(columns[index]?.name ?? '')))
    const from = `select ${selected.join(', ')} from ${quote(name)}`
    if (key.length === 0) return yield* this.#scanAll(from)
    const keys = key.map(quote)
    const places = key.map((column) => columns.findIndex((one) => one.name === column))
    const by = ` order by ${keys.join(', ')} limit ${rowsAtOnce}`
    for (let after = order?.after; ; ) {
      const where = after === undefined ? '' : ` where (${keys.join(', ')}) > (${keys.map(() => '?').join(', ')})`
      const rows = this.#connection.all(from + where + by, after?.map(bindable))
      if (rows.length > 0) yield rows
      const last = rows.at(-1)
      if (last === undefined || rows.length < rowsAtOnce) return
      after = places.map((place) => last[place] ?? null)
    }
  }

  async count(table: string): Promise<number> {
    return Number(this.#connection.all(`select count(*) from ${quote(table)}`)[0]?.[0])
  }

  async transaction(work: () => Promise<void>): Promise<void> {
    this.#connection.execute('begin immediate')
    try {
      await work()
      this.#connection.execute('commit')
    } catch (error) {
      this.#connection.end()
      throw error
    }
  }

  explain(error: unknown, tried: string): unknown {
    return toStorageError(error, tried)
  }

  async run(sql: string, values: readonly Bound[]): Promise<readonly (readonly Raw[])[]> {
    return this.#connection.runner(sql)(values).rows
  }

  async insert({ name, columns, codecs }: BulkTable, rows: readonly (readonly Value[])[]): Promise<void> {
    const statement = this.#connection.prepare(`insert into ${quote(name)} (${columns.map((column) => quote(column.name)).join(', ')}) values (${columns.map(() => '?').join(', ')})`)
    for (const row of rows) statement.run(row.map((value, index) => (value === null ? null : (codecs[index]?.store(value) ?? null))))
  }

  /** It counts on from the highest by itself. */
  async countOn(): Promise<void> {}

  async close(): Promise<void> {
    this.#connection.close()
  }

  *#scanAll(sql: string): Generator<readonly (readonly Raw[])[], void> {
    let rows: Bound[][] = []
    for (const row of this.#connection.prepare(sql).iterate([])) {
      if (rows.push(row) < rowsAtOnce) continue
      yield rows
      rows = []
    }
    if (rows.length > 0) yield rows
  }
}

export async function openBulk(name: string, { file, readonly = false }: SourceConfig): Promise<Bulk> {
  if (file === undefined || file === ':memory:') throw new StorageError('SOURCE_MISCONFIGURED', `Copied data source "${name}": a database in memory is gone with this command`)
  const connection = new Connection(resolve(file), { readonly, fileMustExist: true, timeout: patience })
  connection.execute('pragma foreign_keys = off')
  return new SqliteBulk(connection)
}

function bindable(raw: Raw): Bound {
  if (typeof raw === 'boolean') return raw ? 1n : 0n
  return raw instanceof Uint8Array ? Buffer.from(raw) : raw
}
