import { decode } from '../codec.ts'
import type { Value } from '../contract.ts'
import type { StorageError } from '../errors.ts'
import { fitsSize } from '../alter/values.ts'
import { messageOf } from '@caruso/contract'
import type { Raw } from '../logical.ts'
import { brokenRow } from './broken-row.ts'
import type { Bulk, BulkTable } from './bulk.ts'
import { bucketOf, comparedFieldOf, fieldOf, lineOf, RowSum } from './row-line.ts'
import type { Field } from './row-line.ts'
import { bucketCount } from './scan-job.ts'
import type { ScanBatch, ScanJob } from './scan-job.ts'

// As many as one transaction of the other database takes well, and as fit into memory a few times.
const rowsOfBatch = 10_000
const sizeOfBatch = 4 * 1024 * 1024

/** Reads a table as a job says. @throws StorageError `VALUE_INVALID` where a row holds what its columns cannot, with its key */
export async function* scan(bulk: Bulk, job: ScanJob): AsyncGenerator<ScanBatch, void> {
  const table = await bulk.tableOf(job.table)
  if (job.give === 'sum' && bulk.comparedLines !== undefined) return yield* sums(bulk.comparedLines(table))
  const rows = new RowScan(table, job)
  for await (const raw of bulk.scan(table, job.give === 'lines' || job.give === 'rows' ? { after: job.after } : undefined)) {
    for (const row of raw) rows.add(row)
    if (rows.isFull) yield rows.take()
  }
  const last = rows.take()
  if (last.count > 0 || last.buckets !== undefined) yield last
}

async function* sums(batches: AsyncIterable<readonly string[]>): AsyncGenerator<ScanBatch, void> {
  for await (const lines of batches) {
    const sum = new RowSum()
    for (const line of lines) sum.add(line)
    yield { count: lines.length, sum: sum.toString() }
  }
}

class RowScan {
  readonly #table: BulkTable
  readonly #give: ScanJob['give']
  readonly #fields: readonly Field[]
  readonly #compared: readonly Field[]
  readonly #sameLines: boolean
  readonly #keys: readonly number[]
  readonly #sized: readonly number[]
  readonly #buckets: readonly RowSum[] | undefined
  readonly #wanted: ReadonlySet<number>
  #sum = new RowSum()
  #lines = ''
  #rows: Value[][] = []
  #last: readonly Raw[] = []
  #count = 0

  constructor(table: BulkTable, { give }: ScanJob) {
    const { columns, key } = table
    this.#table = table
    this.#give = give
    this.#fields = columns.map(({ type }) => fieldOf(type))
    this.#compared = columns.map(({ type }) => comparedFieldOf(type))
    this.#sameLines = !columns.some(({ type }) => type === 'json')
    this.#keys = key.map((name) => columns.findIndex((column) => column.name === name))
    this.#sized = columns.flatMap(({ length, digits, places }, index) => (length === undefined && digits === undefined && places === undefined ? [] : [index]))
    this.#buckets = give === 'buckets' ? Array.from({ length: bucketCount }, () => new RowSum()) : undefined
    this.#wanted = new Set(typeof give === 'object' ? give.rowsOf : [])
  }

  get isFull(): boolean {
    if (this.#give === 'buckets') return false
    return this.#count >= rowsOfBatch || this.#lines.length >= sizeOfBatch
  }

  add(raw: readonly Raw[]): void {
    const values = this.#decoded(raw)
    const line = lineOf(this.#compared, values)
    this.#count++
    if (this.#give === 'buckets' || typeof this.#give === 'object') {
      const bucket = bucketOf(this.#keys.length === 0 ? line : lineOf(this.#keys.flatMap((place) => this.#compared[place] ?? []), this.#keys.map((place) => values[place] ?? null)), bucketCount)
      this.#buckets?.[bucket]?.add(line)
      if (this.#wanted.has(bucket)) this.#rows.push(values)
      return
    }
    this.#sum.add(line)
    if (this.#give === 'lines') this.#lines += `${this.#sameLines ? line : lineOf(this.#fields, values)}\n`
    if (this.#give === 'rows') this.#rows.push(values)
    this.#last = raw
  }

  take(): ScanBatch {
    const [count, sum, last] = [this.#count, this.#sum, this.#last]
    const batch: ScanBatch = {
      count,
      sum: sum.toString(),
      last: this.#keys.map((place) => last[place] ?? null),
      ...(this.#give === 'lines' ? { lines: Buffer.from(this.#lines) } : {}),
      ...(this.#rows.length > 0 ? { rows: this.#rows } : {}),
      ...(this.#buckets === undefined ? {} : { buckets: this.#buckets.map(String) }),
    }
    this.#sum = new RowSum()
    this.#lines = ''
    this.#rows = []
    this.#count = 0
    return batch
  }

  #decoded(raw: readonly Raw[]): Value[] {
    const { codecs, columns } = this.#table
    const values: Value[] = []
    try {
      for (let index = 0; index < codecs.length; index++) values.push(decode(codecs[index], raw[index] ?? null, columns[index]?.name ?? ''))
    } catch (error) {
      throw this.#broken(raw, messageOf(error), error)
    }
    if (this.#give !== 'lines' && this.#give !== 'rows') return values
    for (const index of this.#sized) {
      const column = columns[index]
      if (column !== undefined && !fitsSize(column, values[index] ?? null)) throw this.#broken(raw, `column ${JSON.stringify(column.name)} holds more than it is declared to`)
    }
    return values
  }

  #broken(raw: readonly Raw[], found: string, cause?: unknown): StorageError {
    return brokenRow(this.#table, this.#keys.map((place) => raw[place]), found, cause)
  }
}
