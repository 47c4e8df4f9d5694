import { codeOf } from '@caruso/contract'
import type { Call } from '@caruso/contract'
import { setImmediate } from 'node:timers/promises'
import type { Filter, PlainStep, Plan, Row, Value } from './contract.ts'
import type { DataSource } from './data-source.ts'
import { markColumn, wordColumn } from './search-index.ts'
import type { SearchIndex } from './search-index.ts'
import { wordsOf } from './words.ts'

// SQLite writes on the calling thread, so many rows in a few milliseconds.
const atOnce = 100
const atOnceOnServers = 1_000

/** Reads the rows that have a mark, and writes their words into the index. */
export class SearchReader {
  readonly #source: DataSource

  constructor(source: DataSource) {
    this.#source = source
  }

  /** Reads until no marks are left, or `isEnded`; answers how many rows were read. */
  async read(call: () => Call, isEnded: () => boolean): Promise<number> {
    let read = 0
    for (const index of await this.#source.searchIndexes(call())) {
      let after = 0
      while (!isEnded()) {
        const marked = await this.#next(index, after, call())
        const last = marked.at(-1)
        if (last === undefined) break
        read += await this.#write(index, marked.filter((row) => !('unreadable' in row)), call())
        // Only what cannot be read is passed over; its mark stays, so that searches look at the row itself.
        after = Number(last[markColumn])
        await setImmediate()
      }
    }
    return read
  }

  async #next(index: SearchIndex, after: number, call: Call): Promise<readonly Row[]> {
    const most = this.#source.kind === 'sqlite' ? atOnce : atOnceOnServers
    try {
      return await this.#source.query(marksOf(index, this.#source.name, after, most), call)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return this.#oneByOne(index, after, most, call)
    }
  }

  /** A text that is too long, or no text, makes one row unreadable and not its neighbours. */
  async #oneByOne(index: SearchIndex, after: number, most: number, call: Call): Promise<readonly Row[]> {
    const { columns, joins: _, ...keys } = marksOf(index, this.#source.name, after, most)
    const marks = await this.#source.query({ ...keys, columns: (columns ?? []).filter((column) => typeof column === 'object' && 'of' in column && column.of === 'm') }, call)
    const rows: Row[] = []
    for (const mark of marks) {
      try {
        rows.push(...(await this.#source.query(marksOf(index, this.#source.name, Number(mark[markColumn]) - 1, 1), call)))
      } catch (error) {
        if (!isUnreadable(error)) throw error
        rows.push({ ...mark, unreadable: true })
      }
    }
    return rows
  }

  /** Answers how many were written. Whoever else has read one of the rows meanwhile has taken its mark away; then nothing is written here. */
  async #write(index: SearchIndex, marked: readonly Row[], call: Call): Promise<number> {
    if (marked.length === 0) return 0
    const rows = new Map(marked.map((row) => [JSON.stringify(index.key.map((_, part) => row[`k${part}`])), row]))
    const words = [...rows.values()].flatMap((row) => [...new Set(index.columns.flatMap((_, column) => wordsIn(row[`c${column}`] ?? null)))].map((word) => ({ ...keyOf(index, row), [wordColumn]: word })))
    const steps: PlainStep[] = [
      ...removals(index, [...rows.values()]),
      ...(words.length === 0 ? [] : [{ insert: index.words, rows: words, types: { [wordColumn]: 'text' as const } }]),
      { remove: index.marks, where: { column: markColumn, in: marked.map((row) => row[markColumn] ?? null), type: 'integer' }, expect: marked.length },
    ]
    try {
      await this.#source.transact(steps, undefined, call)
      return marked.length
    } catch (error) {
      if (codeOf(error) === 'ROW_COUNT_MISMATCH' || codeOf(error) === 'UNIQUE_VIOLATION') return 0
      if (codeOf(error) !== 'LIMIT_EXCEEDED') throw error
      // They have more words than one transaction may; a row that has by itself keeps its mark.
      const half = Math.ceil(marked.length / 2)
      return half === marked.length ? 0 : (await this.#write(index, marked.slice(0, half), call)) + (await this.#write(index, marked.slice(half), call))
    }
  }
}

/** The next marks, each with the texts of its row as they are now; of one that is gone, none. */
function marksOf({ table, key, columns, marks }: SearchIndex, source: string, after: number, limit: number): Plan {
  return {
    source,
    from: marks,
    as: 'm',
    columns: [{ column: markColumn, of: 'm', type: 'integer' }, ...key.map((column, part) => ({ column, of: 'm', as: `k${part}` })), ...columns.map((column, part) => ({ column, of: 't', as: `c${part}`, type: 'text' as const }))],
    joins: [{ table, as: 't', kind: 'left', on: key.map((column) => ({ left: { column, of: 'm' }, right: { column, of: 't' } })) }],
    where: { column: markColumn, of: 'm', op: '>', value: after, type: 'integer' },
    order: [{ column: markColumn, of: 'm', type: 'integer' }],
    limit,
  }
}

function removals({ key, words }: SearchIndex, rows: readonly Row[]): PlainStep[] {
  const [only] = key
  if (key.length === 1 && only !== undefined) return [{ remove: words, where: { column: only, in: rows.map((row) => row['k0'] ?? null) } }]
  return rows.map((row) => ({ remove: words, where: { and: key.map((column, part): Filter => ({ column, op: '==', value: row[`k${part}`] ?? null })) } }))
}

function keyOf({ key }: SearchIndex, row: Row): Record<string, Value> {
  return Object.fromEntries(key.map((column, part) => [column, row[`k${part}`] ?? null]))
}

function wordsIn(value: Value): string[] {
  return typeof value === 'string' ? wordsOf(value) : []
}

function isUnreadable(error: unknown): boolean {
  return codeOf(error) === 'LIMIT_EXCEEDED' || codeOf(error) === 'VALUE_INVALID'
}
