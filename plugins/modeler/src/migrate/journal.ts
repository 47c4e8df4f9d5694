import { codeOf, type Call, type Client } from '@caruso/contract'
import type { Storage, TableDescription, Value } from '@caruso/storage/contract'
import { gunzipSync, gzipSync } from 'node:zlib'
import { ModelerError } from '../errors.ts'
import { type Form } from '../versions/form.ts'
import type { Applied, Step } from './applied.ts'

/** Where a data source keeps which models were applied to it. */
export const journalTable = 'caruso_model'

/** One `apply`: what it did, from which model to which. */
export interface Migration {
  readonly id: number
  readonly at: string
  readonly by: string
  /** Begun, and perhaps not whole; whole; taken back. */
  readonly state: 'begun' | 'applied' | 'undone'
  readonly steps: readonly Step[]
  readonly before: Applied
  readonly after: Applied
  /** The classes of components that its tables are for, before and after; none where it says nothing. */
  readonly formsBefore?: readonly Form[]
  readonly forms?: readonly Form[]
}

type Content = Pick<Migration, 'steps' | 'before' | 'after' | 'formsBefore' | 'forms'>

/** The classes of components that the tables are for. */
export function formsBy(last: Migration | undefined): readonly Form[] {
  return (last?.state === 'begun' ? last.formsBefore : last?.forms) ?? []
}

/** What was applied to a data source, in a table of its own there. */
export class ModelJournal {
  readonly #storage: Client<typeof Storage>
  readonly #source: string
  readonly #call: () => Call
  readonly #isThere: boolean

  constructor(storage: Client<typeof Storage>, source: string, described: readonly Pick<TableDescription, 'name'>[], call: () => Call) {
    this.#storage = storage
    this.#source = source
    this.#call = call
    this.#isThere = described.some(({ name }) => name === journalTable)
  }

  /** The classes of components that a data source has tables for, also where an `apply` did not end. */
  static async formsIn(storage: Client<typeof Storage>, source: string, call: () => Call): Promise<readonly Form[]> {
    try {
      const last = await new ModelJournal(storage, source, [{ name: journalTable }], call).last()
      return [...formsBy(last), ...(last?.forms ?? [])]
    } catch (error) {
      if (codeOf(error) === 'TABLE_UNKNOWN') return []
      throw error
    }
  }

  /** The last one that was not taken back. */
  async last(): Promise<Migration | undefined> {
    if (!this.#isThere) return undefined
    const { rows } = await this.#storage.query({
      source: this.#source,
      from: journalTable,
      columns: [{ column: 'id', type: 'integer' }, { column: 'at', type: 'instant' }, 'by_whom', 'state', 'content'],
      where: { column: 'state', op: '!=', value: 'undone', type: 'text' },
      order: [{ column: 'id', desc: true, type: 'integer' }],
      limit: 1,
    }, this.#call())
    const [row] = rows
    return row && { id: Number(row['id']), at: textOf(row['at']), by: textOf(row['by_whom']), state: textOf(row['state']) as Migration['state'], ...contentOf(textOf(row['content'])) }
  }

  /** Remembers what is about to be done, before it is. */
  async begin(by: string, content: Content): Promise<number> {
    if (!this.#isThere) await this.#make()
    const { results } = await this.#storage.transact({ source: this.#source, steps: [{ insert: journalTable, rows: [{ at: new Date().toISOString(), by_whom: by, state: 'begun', content: written(content) }], types: { at: 'instant', by_whom: 'text', state: 'text', content: 'text' } }] }, this.#call())
    return Number(results[0]?.keys[0]?.['id'])
  }

  async set(id: number, state: Migration['state']): Promise<void> {
    await this.#storage.transact({ source: this.#source, steps: [{ update: journalTable, set: { state }, types: { state: 'text' }, where: { column: 'id', op: '==', value: id, type: 'integer' }, expect: 1 }] }, this.#call())
  }

  async #make(): Promise<void> {
    await this.#storage.alter({
      source: this.#source,
      run: true,
      changes: [{
        createTable: journalTable,
        key: ['id'],
        columns: [
          { name: 'id', type: 'integer', nullable: false, identity: 'by default' },
          { name: 'at', type: 'instant', nullable: false },
          { name: 'by_whom', type: 'text', length: 190, nullable: false },
          { name: 'state', type: 'text', length: 20, nullable: false },
          { name: 'content', type: 'text', nullable: false },
        ],
      }],
    }, this.#call())
  }
}

// A text has at most 1 MiB, which is some hundred tables; packed, it is thousands.
const legible = 500_000

function written(content: Content): string {
  const json = JSON.stringify(content)
  return json.length <= legible ? json : gzipSync(json).toString('base64')
}

function contentOf(text: string): Content {
  return JSON.parse(text.startsWith('{') ? text : gunzipSync(Buffer.from(text, 'base64')).toString()) as Content
}

function textOf(value: Value | undefined): string {
  if (typeof value === 'string') return value
  throw new ModelerError('JOURNAL_BROKEN', `Read the table ${journalTable}: expected a text, found ${JSON.stringify(value)}`)
}
