import type { Value } from '../contract.ts'
import { comparedFieldOf, lineOf } from './row-line.ts'
import type { ScanSource } from './scan-job.ts'
import { ScanThread } from './scan-thread.ts'
import type { CopiedTable } from './structure.ts'

/** A cell that is not the same on both sides; without a column, a row that one side does not have. */
export interface Difference {
  readonly table: string
  /** The row, by its key. */
  readonly key: Readonly<Record<string, Value>>
  readonly column?: string
  readonly problem: 'other value' | 'missing' | 'too many'
}

// Of so many parts of a table the rows are fetched: where more differ, there is enough to tell.
const mostBuckets = 32

export interface Differences {
  readonly list: readonly Difference[]
  readonly cells: number
  /** More parts differ than were looked into. */
  readonly more: boolean
}

/** Looks for the cells that make two tables differ: first in which parts they are, then among the rows of those. */
export async function differences(from: ScanSource, to: ScanSource, table: CopiedTable): Promise<Differences> {
  await using stack = new AsyncDisposableStack()
  const [left, right] = [from, to].map((source) => stack.adopt(new ScanThread(source), async (thread) => await thread.close()))
  if (left === undefined || right === undefined) return { list: [], cells: 0, more: false }
  const [expected, is] = await Promise.all([bucketsOf(left, table), bucketsOf(right, table)])
  const all = expected.flatMap((sum, bucket) => (sum === is[bucket] ? [] : [bucket]))
  const unlike = all.slice(0, mostBuckets)
  const [wanted, found] = await Promise.all([rowsOf(left, table, unlike), rowsOf(right, table, unlike)])
  const list = table.key.length === 0 ? unkeyed(table, wanted, found) : keyed(table, wanted, found)
  return { list, cells: list.reduce((sum, { column }) => sum + (column === undefined ? table.columns.length : 1), 0), more: all.length > unlike.length }
}

type Rows = readonly (readonly Value[])[]

async function bucketsOf(thread: ScanThread, table: CopiedTable): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { buckets = [] } of thread.scan({ table, give: 'buckets' })) found.push(...buckets)
  return found
}

async function rowsOf(thread: ScanThread, table: CopiedTable, buckets: readonly number[]): Promise<Rows> {
  const all: (readonly Value[])[] = []
  for await (const { rows = [] } of thread.scan({ table, give: { rowsOf: buckets } })) all.push(...rows)
  return all
}

function keyed(table: CopiedTable, wanted: Rows, found: Rows): Difference[] {
  const places = table.key.map((name) => table.columns.findIndex((column) => column.name === name))
  const keyOf = (row: readonly Value[]): string => JSON.stringify(places.map((place) => row[place]))
  const told = (row: readonly Value[]): Difference['key'] => Object.fromEntries(table.key.map((name, index) => [name, row[places[index] ?? 0] ?? null]))
  const there = new Map(found.map((row) => [keyOf(row), row]))
  const expected = new Set(wanted.map(keyOf))
  const fields = table.columns.map(({ name, type }) => ({ name, field: comparedFieldOf(type) }))
  const differing = wanted.flatMap((row): Difference[] => {
    const other = there.get(keyOf(row))
    if (other === undefined) return [{ table: table.name, key: told(row), problem: 'missing' }]
    return fields.flatMap(({ name, field }, index) => (field(row[index] ?? null) === field(other[index] ?? null) ? [] : [{ table: table.name, key: told(row), column: name, problem: 'other value' as const }]))
  })
  return [...differing, ...found.filter((row) => !expected.has(keyOf(row))).map((row): Difference => ({ table: table.name, key: told(row), problem: 'too many' }))]
}

/** Rows without a key are the same or not. */
function unkeyed(table: CopiedTable, wanted: Rows, found: Rows): Difference[] {
  const fields = table.columns.map(({ type }) => comparedFieldOf(type))
  const count = new Map<string, number>()
  for (const [rows, step] of [[wanted, 1], [found, -1]] as const) {
    for (const row of rows) {
      const line = lineOf(fields, row)
      count.set(line, (count.get(line) ?? 0) + step)
    }
  }
  return [...count.values()].flatMap((n): Difference[] => Array.from({ length: Math.abs(n) }, () => ({ table: table.name, key: {}, problem: n > 0 ? 'missing' : 'too many' })))
}
