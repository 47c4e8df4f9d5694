import type { TableDescription } from '../description.ts'
import type { Raw } from '../logical.ts'
import type { Bulk } from './bulk.ts'
import { RowSum } from './row-line.ts'

/** Where the database that gets the rows remembers how far a copy is. */
export const journalTable = 'caruso_copy'

/** How far one table is. */
export interface Copied {
  readonly after: readonly Raw[] | undefined
  readonly rows: number
  readonly sum: RowSum
  readonly done: boolean
}

const nothing = { after: undefined, rows: 0, done: false }

/** Remembers in the transaction that writes rows how far they are, so that a copy that was killed goes on with the next row. */
export class Journal {
  readonly #bulk: Bulk
  readonly #from: string
  readonly #known: Map<string, Copied>

  private constructor(bulk: Bulk, from: string, known: Map<string, Copied>) {
    this.#bulk = bulk
    this.#from = from
    this.#known = known
  }

  /** @param from what is copied, by which another copy is told from this one */
  static async read(bulk: Bulk, from: string, there: readonly TableDescription[]): Promise<Journal> {
    const isThere = there.some(({ name }) => name === journalTable)
    const rows = isThere ? await bulk.run(`select name, origin, after_key, copied, row_sum, done from ${journalTable}`, []) : []
    const known = rows.filter(([, origin]) => textOf(origin) === from).map(([name, , after, copied, sum, done]): [string, Copied] => [
      textOf(name),
      { after: after === null ? undefined : (JSON.parse(textOf(after), revived) as Raw[]), rows: Number(copied), sum: new RowSum(textOf(sum)), done: Number(done) === 1 },
    ])
    return new Journal(bulk, from, new Map(known))
  }

  async make(): Promise<void> {
    await this.#bulk.run(`create table if not exists ${journalTable} (name varchar(190) primary key, origin varchar(500) not null, after_key text, copied bigint not null, row_sum varchar(60) not null, done int not null)`, [])
  }

  of(table: string): Copied {
    return this.#known.get(table) ?? { ...nothing, sum: new RowSum() }
  }

  /** Some rows of a table are from this copy. */
  has(table: string): boolean {
    return this.#known.has(table)
  }

  /** To be called within the transaction that writes what is remembered. */
  async set(table: string, copied: Copied): Promise<void> {
    const { after, rows, sum, done } = copied
    await this.#bulk.run(`delete from ${journalTable} where name = ?`, [table])
    await this.#bulk.run(`insert into ${journalTable} (name, origin, after_key, copied, row_sum, done) values (?, ?, ?, ?, ?, ?)`, [table, this.#from, after === undefined ? null : JSON.stringify(after, written), String(rows), sum.toString(), done ? '1' : '0'])
    this.#known.set(table, copied)
  }

  /** The copy is whole. */
  async remove(): Promise<void> {
    await this.#bulk.run(`drop table ${journalTable}`, [])
  }
}

function textOf(raw: Raw | undefined): string {
  return raw instanceof Uint8Array ? Buffer.from(raw).toString('utf8') : String(raw)
}

function written(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { integer: String(value) }
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value ? { bytes: Buffer.from(value.data as number[]).toString('base64') } : value
}

function revived(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('integer' in value) return BigInt(String(value.integer))
  return 'bytes' in value ? Buffer.from(String(value.bytes), 'base64') : value
}
