// oxlint-disable-next-line typescript/triple-slash-reference -- the driver brings no types, and whoever compiles against these sources finds ours by this line
/// <reference path="./better-sqlite3.d.ts" />
import Database from 'better-sqlite3'
import type { Bound, NamedRow, Statement } from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import type { Answer } from '../../work.ts'
import { addFunctions } from './functions.ts'

const rememberedStatements = 200
// The driver's default of 16 MB is per connection, and there can be many; with 2 MB, what a few thousand rows and their index
// lie on is copied from the system's cache again and again, which took a third of a statement's time.
const cacheKilobytes = 8_000

/** One connection with its prepared statements. Rows come as arrays, integers as BigInt, unless it is said otherwise. */
export class Connection {
  readonly #database: Database
  readonly #statements = remembering<Statement>()
  readonly #makingObjects = remembering<Statement<NamedRow>>()

  /** @param options with `timeout`, the milliseconds for which the thread stands still where another has a lock */
  constructor(file: string | Buffer, { timeout = 0, ...options }: { readonly readonly: boolean; readonly fileMustExist: boolean; readonly timeout?: number }) {
    this.#database = new Database(file, { ...options, timeout })
    try {
      this.#database.exec(`pragma foreign_keys = on; pragma trusted_schema = off; pragma cache_size = -${cacheKilobytes}`)
      addFunctions(this.#database)
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  get open(): boolean {
    return this.#database.open
  }

  /** The prepared statement of this text. */
  prepare(sql: string): Statement {
    return this.#statements.memo(sql, {
      context: () => {
        const statement = this.#database.prepare(sql).safeIntegers()
        return statement.reader ? statement.raw() : statement
      },
    })
  }

  all(sql: string, values: readonly Bound[] = []): Bound[][] {
    return this.prepare(sql).all(values)
  }

  /** Rows as objects, which cost no more than arrays. Integers are numbers, so those beyond 2^53 may have lost digits. */
  objects(sql: string, values: readonly Bound[]): NamedRow[] {
    return this.#makingObjects.memo(sql, { context: () => this.#database.prepare<NamedRow>(sql) }).all(values)
  }

  /** What runs a statement: what it does and answers. */
  runner(sql: string): (values: readonly Bound[]) => Answer {
    const statement = this.prepare(sql)
    if (!statement.reader) {
      return (values) => {
        const { changes, lastInsertRowid } = statement.run(values)
        return { affected: changes, rows: [], generated: lastInsertRowid }
      }
    }
    return (values) => {
      const rows = statement.all(values)
      return { affected: rows.length, rows }
    }
  }

  /** Several statements without values, not remembered. */
  execute(sql: string): void {
    this.#database.exec(sql)
  }

  /**
   * Runs the work in one transaction that is over when this returns: `begin immediate`, so that a change that begins
   * with reading cannot find in its middle that another process has begun to write.
   */
  immediate<T>(work: () => T): T {
    this.prepare('begin immediate').run([])
    try {
      const result = work()
      this.prepare('commit').run([])
      return result
    } catch (error) {
      this.end()
      throw error
    }
  }

  /** From here on reads see the database as it is at the first of them. */
  begin(): void {
    this.prepare('begin').run([])
  }

  /** Undoes what is open, if anything is: some failures, such as a full disk, have rolled back already. */
  end(): void {
    if (this.open && this.#database.inTransaction) this.prepare('rollback').run([])
  }

  /** The whole database as bytes. */
  snapshot(): Buffer {
    return this.#database.serialize()
  }

  close(): void {
    this.#statements.clear()
    this.#makingObjects.clear()
    this.#database.close()
  }
}

function remembering<Prepared extends object>(): LRUCache<string, Prepared, () => Prepared> {
  return new LRUCache<string, Prepared, () => Prepared>({ max: rememberedStatements, memoMethod: (_key, _stale, { context: make }) => make() })
}
