import type { Table } from '../catalogue.ts'
import type { Bound } from '../codec.ts'
import type { Value } from '../contract.ts'
import { StorageError } from '../errors.ts'
import type { Raw } from '../logical.ts'
import type { ServerConnection } from '../server-connection.ts'
import type { SqlDialect } from '../sql-builder.ts'
import type { Bulk, BulkTable } from './bulk.ts'
import type { CopiedTable } from './structure.ts'

/** What a dialect with a server brings to copy. */
export interface BulkServer {
  readonly kind: string
  readonly dialect: SqlDialect
  tables(connection: ServerConnection): Promise<readonly Table[]>
  /** The place of a value by its number, from 1. */
  place(number: number): string
  countOn(connection: ServerConnection, table: string, column: string): Promise<void>
  explain(error: unknown, tried: string): unknown
}

const rowsAtOnce = 500
const mostPlaces = 65_535

/** Reads and writes many rows over one connection to a server. */
export class ServerBulk implements Bulk {
  readonly kind: string
  readonly #server: BulkServer
  readonly #connection: ServerConnection

  constructor(server: BulkServer, connection: ServerConnection) {
    this.kind = server.kind
    this.#server = server
    this.#connection = connection
  }

  async tableOf(table: Pick<CopiedTable, 'name' | 'columns' | 'key'>): Promise<BulkTable> {
    const found = (await this.#server.tables(this.#connection)).find(({ name }) => name === table.name)
    const codecs = table.columns.map(({ name, type }) => {
      const column = found?.columns.get(name)
      const codec = column && this.#server.dialect.codec(column, type)
      if (codec === undefined) throw new StorageError('COLUMN_UNKNOWN', `Looked up column ${JSON.stringify(name)} of table ${JSON.stringify(table.name)}: there is none`)
      return codec
    })
    return { ...table, codecs }
  }

  async freeze(): Promise<void> {
    await this.#connection.session.begin('read')
  }

  async *scan({ name, columns, codecs, key }: BulkTable, order: { readonly after?: readonly Raw[] | undefined } | undefined): AsyncGenerator<readonly (readonly Raw[])[], void> {
    const { quote } = this.#server.dialect
    const selected = codecs.map(({ select = '??' }, index) => select.replaceAll('??', quote(columns[index]?.name ?? '')))
    const keys = key.map(quote)
    const after = order?.after
    const places = key.map((column) => codecs[columns.findIndex((one) => one.name === column)]?.place ?? '?')
    const [where, values] = after === undefined ? ['', []] : this.#after(keys, places, after)
    const sql = `select ${selected.join(', ')} from ${quote(name)}${where}${order === undefined || keys.length === 0 ? '' : ` order by ${keys.join(', ')}`}`
    yield* this.#connection.stream(sql, values)
  }

  async count(table: string): Promise<number> {
    return Number((await this.run(`select count(*) from ${this.#server.dialect.quote(table)}`, []))[0]?.[0])
  }

  async transaction(work: () => Promise<void>): Promise<void> {
    const { session } = this.#connection
    await session.begin('write')
    try {
      await work()
      await session.commit('Copied rows')
    } catch (error) {
      await session.rollback()
      throw error
    }
  }

  async run(sql: string, values: readonly Bound[]): Promise<readonly (readonly Raw[])[]> {
    let number = 0
    return (await this.#connection.run(sql.replaceAll('?', () => this.#server.place(++number)), values)).rows
  }

  async insert({ name, columns, codecs }: BulkTable, rows: readonly (readonly Value[])[]): Promise<void> {
    const { quote } = this.#server.dialect
    const into = `insert into ${quote(name)} (${columns.map((column) => quote(column.name)).join(', ')}) values`
    const most = Math.max(1, Math.min(rowsAtOnce, Math.floor(mostPlaces / columns.length)))
    for (let from = 0; from < rows.length; from += most) {
      const some = rows.slice(from, from + most)
      let number = 0
      const places = some.map((row) => `(${row.map(() => this.#server.place(++number)).join(', ')})`)
      const values = some.flatMap((row) => row.map((value, index) => (value === null ? null : (codecs[index]?.store(value) ?? null))))
      await this.#connection.run(`${into} ${places.join(', ')}`, values)
    }
  }

  async countOn(table: string, column: string): Promise<void> {
    await this.#server.countOn(this.#connection, table, column)
  }

  explain(error: unknown, tried: string): unknown {
    return this.#server.explain(error, tried)
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  /** What comes after a key: greater in one column, and the same in those before it. A place says its type, since MySQL would compare a number with a text as floating-point numbers. */
  #after(keys: readonly string[], places: readonly string[], after: readonly Raw[]): [string, Bound[]] {
    const values: Bound[] = []
    const bind = (index: number): string => {
      const raw = after[index] ?? null
      const place = this.#server.place(values.push(typeof raw === 'object' ? (raw && Buffer.from(raw)) : String(raw)))
      return (places[index] ?? '?').replace('?', () => place)
    }
    const conditions = keys.map((last, index) => [...keys.slice(0, index).map((key, before) => `${key} = ${bind(before)}`), `${last} > ${bind(index)}`].join(' and '))
    return [` where ${conditions.map((condition) => `(${condition})`).join(' or ')}`, values]
  }
}
