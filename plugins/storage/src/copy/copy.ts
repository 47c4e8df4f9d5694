import type { Call } from '@caruso/contract'
import type { Change } from '../alter/change.ts'
import { columnOf, sameNames } from '../alter/tables.ts'
import type { TableDescription } from '../contract.ts'
import type { DataSource } from '../data-source.ts'
import { StorageError } from '../errors.ts'
import { openBulk } from './bulk.ts'
import type { Bulk } from './bulk.ts'
import { differences } from './differences.ts'
import type { Difference } from './differences.ts'
import { Journal } from './journal.ts'
import type { Copied } from './journal.ts'
import { RowSum } from './row-line.ts'
import type { ScanBatch, ScanSource } from './scan-job.ts'
import { ScanThread } from './scan-thread.ts'
import { structureFor } from './structure.ts'
import type { CopiedTable, Structure } from './structure.ts'

/** One end of a copy: the data source, and its configuration for connections of the copy's own. */
export interface End extends ScanSource {
  readonly source: DataSource
}

/** Told of what goes on. */
export interface CopyListener {
  /** What is done next; with the rows that it is about, where these are counted. */
  step(words: string, rows?: number): void
  rows(count: number): void
}

export interface CopyResult {
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
  readonly rows: number
  /** Of these, how many were copied before this run. */
  readonly before: number
  readonly leftOut: readonly string[]
  readonly differences: readonly Difference[]
  readonly differingCells: number
  /** Not all that differ were counted. */
  readonly moreDiffer: boolean
}

/**
 * Carries all tables of one database with their rows, keys, indexes and references to another, and compares them cell
 * by cell. What was killed goes on where it was when it is started again.
 *
 * @throws StorageError `COPY_REFUSED` where the other database has rows of its own, `CHANGE_REFUSED`, `VALUE_INVALID`
 */
export async function copyDatabase(from: End, to: End, call: Call, listener: CopyListener): Promise<CopyResult> {
  const structure = structureFor(to.source.kind, await described(from.source, call))
  await using stack = new AsyncDisposableStack()
  const bulk = stack.adopt(await openBulk(to.name, to.config), async (opened) => await opened.close())
  try {
    return await carried(structure, bulk, { from, to, call, listener })
  } catch (error) {
    throw bulk.explain(error, `Copied data source "${from.name}" to "${to.name}"`)
  }
}

interface Carrying {
  readonly from: End
  readonly to: End
  readonly call: Call
  readonly listener: CopyListener
}

async function carried(structure: Structure, bulk: Bulk, { from, to, call, listener }: Carrying): Promise<CopyResult> {
  await using stack = new AsyncDisposableStack()
  const there = await described(to.source, call)
  const journal = await Journal.read(bulk, `${from.name} ${from.source.kind} ${from.config.database ?? from.config.file ?? ''}`, there)
  await requireRoom(structure, there, bulk, journal)
  await journal.make()
  listener.step(`making ${structure.tables.length} tables`)
  await change(to.source, structure.before, there, call)
  const reader = stack.adopt(new ScanThread(from), async (thread) => await thread.close())
  // Starting takes it as long as some tables do.
  const checker = stack.adopt(new ScanThread(to), async (thread) => await thread.close())
  const resumed = structure.tables.some(({ name }) => journal.has(name))
  const copied = await copyRows(structure.tables, { reader, bulk, journal, listener, from })
  listener.step('making indexes and references')
  await change(to.source, structure.after, await described(to.source, call), call)
  for (const { name, counted } of structure.tables) if (counted !== undefined) await bulk.countOn(name, counted)
  const found = await compare(structure.tables, { from, to, reader, checker, journal, resumed, listener })
  // A file that is not in WAL mode cannot be written to while it is read.
  await checker.close()
  await journal.remove()
  return { ...copied, ...found, leftOut: structure.leftOut }
}

async function described(source: DataSource, call: Call): Promise<TableDescription[]> {
  const tables: TableDescription[] = []
  for await (const some of source.describe(call)) tables.push(...some)
  return tables
}

/** A table that is there already must be one that this copy has begun, or empty and the same. */
async function requireRoom({ tables }: Structure, there: readonly TableDescription[], bulk: Bulk, journal: Journal): Promise<void> {
  for (const table of tables) {
    const known = there.find(({ name }) => name === table.name)
    if (known === undefined || journal.has(table.name)) continue
    const missing = table.columns.find(({ name, type }) => columnOf(known, name)?.type !== type)
    if (missing !== undefined) throw refused(table.name, `it is there with no column ${JSON.stringify(missing.name)} of the type ${missing.type}`)
    const rows = await bulk.count(table.name)
    if (rows > 0) throw refused(table.name, `it has ${rows} rows that are not of this copy`)
  }
}

function refused(table: string, found: string): StorageError {
  return new StorageError('COPY_REFUSED', `Copied table ${JSON.stringify(table)}: ${found}; nothing of it was changed`)
}

// What is made is found when the copy goes on, so no transaction has to hold the locks of all tables, of which PostgreSQL has some thousands.
const changesAtOnce = 500

/** Makes what is not there yet. */
async function change(source: DataSource, changes: readonly Change[], there: readonly TableDescription[], call: Call): Promise<void> {
  const missing = changes.filter((one) => !isMade(one, there))
  for (let first = 0; first < missing.length; first += changesAtOnce) await source.alter(missing.slice(first, first + changesAtOnce), true, call)
}

function isMade(one: Change, there: readonly TableDescription[]): boolean {
  if ('createTable' in one) return there.some(({ name }) => name === one.createTable)
  const table = 'table' in one ? there.find(({ name }) => name === one.table) : undefined
  if (table === undefined) return false
  if ('addForeignKey' in one) return table.foreignKeys.some((key) => sameNames(key.columns, one.addForeignKey.columns) && key.table === one.addForeignKey.table)
  if (!('addIndex' in one)) return false
  const { name, unique, parts } = one.addIndex
  const columns = parts.map(({ column }) => column)
  if (unique) return table.unique.some((known) => sameNames(known.columns, columns))
  // Not every version of MariaDB keeps directions.
  return table.indexes.some((known) => sameNames(known.parts.flatMap(({ column }) => column ?? []), columns) && (known.name === name || known.parts.every(({ desc }, index) => (desc ?? false) === (parts[index]?.desc ?? false))))
}

interface RowWork {
  readonly reader: ScanThread
  readonly bulk: Bulk
  readonly journal: Journal
  readonly listener: CopyListener
  readonly from: End
}

async function copyRows(tables: readonly CopiedTable[], work: RowWork): Promise<Pick<CopyResult, 'tables' | 'rows' | 'before'>> {
  const total = await rowsOf(work.from, tables)
  const before = tables.reduce((sum, { name }) => sum + work.journal.of(name).rows, 0)
  work.listener.step(before === 0 ? 'copying rows' : `copying rows, ${before} of which are there`, total)
  work.listener.rows(before)
  const copied: { readonly name: string; readonly rows: number }[] = []
  for (const table of tables) copied.push({ name: table.name, rows: await copyTable(table, work) })
  return { tables: copied, rows: copied.reduce((sum, { rows }) => sum + rows, 0), before }
}

async function rowsOf({ name: source, config }: End, tables: readonly CopiedTable[]): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const bulk = stack.adopt(await openBulk(source, { ...config, readonly: true }), async (opened) => await opened.close())
  let rows = 0
  for (const { name } of tables) rows += await bulk.count(name)
  return rows
}

async function copyTable(table: CopiedTable, work: RowWork): Promise<number> {
  const at = work.journal.of(table.name)
  if (at.done) return at.rows
  let there = at.rows
  try {
    for await (const rows of writtenRows(table, at, work)) there = rows
  } catch (error) {
    throw work.bulk.explain(error, `Copied table ${JSON.stringify(table.name)}, of which ${there} rows are there, and the next copy goes on after them`)
  }
  return there
}

/** Gives how many rows are there for good, after each transaction. */
async function* writtenRows(table: CopiedTable, begun: Copied, { reader, bulk, journal, listener }: RowWork): AsyncGenerator<number, void> {
  let at = begun
  const target = await bulk.tableOf(table)
  const write = async (batch: ScanBatch): Promise<void> => {
    if (batch.lines !== undefined) await bulk.insertLines?.(target, batch.lines)
    else await bulk.insert(target, batch.rows ?? [])
    at = added(at, batch)
    listener.rows(batch.count)
  }
  const batches = reader.scan({ table, after: at.after, give: bulk.insertLines === undefined ? 'rows' : 'lines' })
  const end = async (): Promise<void> => await journal.set(table.name, (at = { ...at, done: true }))
  if (table.key.length === 0) {
    // Without a key nobody could tell which rows are there, so all or none are.
    await bulk.transaction(async () => {
      for await (const batch of batches) await write(batch)
      await end()
    })
    yield at.rows
    return
  }
  for await (const batch of batches) {
    await bulk.transaction(async () => {
      await write(batch)
      await journal.set(table.name, at)
    })
    yield at.rows
  }
  await bulk.transaction(end)
  yield at.rows
}

function added({ rows, sum }: Copied, batch: ScanBatch): Copied {
  sum.addSum(new RowSum(batch.sum))
  return { after: batch.last, rows: rows + batch.count, sum, done: false }
}

interface Comparison {
  readonly from: End
  readonly to: End
  readonly reader: ScanThread
  readonly checker: ScanThread
  readonly journal: Journal
  /** Rows were read at several times, so that what was added up then may not be what is there now. */
  readonly resumed: boolean
  readonly listener: CopyListener
}

async function compare(tables: readonly CopiedTable[], { from, to, reader, checker, journal, resumed, listener }: Comparison): Promise<Pick<CopyResult, 'differences' | 'differingCells' | 'moreDiffer'>> {
  const all = tables.reduce((sum, { name }) => sum + journal.of(name).rows, 0)
  listener.step('comparing', all)
  const found: Difference[] = []
  let [cells, moreDiffer] = [0, false]
  for (const table of tables) {
    const read = resumed ? sumOf(reader, table) : Promise.resolve(journal.of(table.name).sum)
    const [expected, is] = await Promise.all([read, sumOf(checker, table, listener)])
    if (String(expected) === String(is)) continue
    const different = await differences(from, to, table)
    found.push(...different.list)
    cells += different.cells
    moreDiffer ||= different.more
  }
  return { differences: found.slice(0, mostTold), differingCells: cells, moreDiffer }
}

const mostTold = 100

async function sumOf(thread: ScanThread, table: CopiedTable, listener?: CopyListener): Promise<RowSum> {
  const sum = new RowSum()
  for await (const batch of thread.scan({ table, give: 'sum' })) {
    sum.addSum(new RowSum(batch.sum))
    listener?.rows(batch.count)
  }
  return sum
}
