import type { Insert } from './change-compiler.ts'
import { decode } from './codec.ts'
import type { Bound, Decoder } from './codec.ts'
import type { PlainStep, Row, StepResult, Value } from './contract.ts'
import { StorageError } from './errors.ts'
import { toCanonical } from './logical.ts'
import type { Raw } from './logical.ts'
import { bindLists, bindValues } from './sql-builder.ts'
import { StepRows } from './step-rows.ts'
import type { RunningStep, StepContext } from './steps.ts'
import type { Answer, Work } from './work.ts'

type InsertStep = Extract<PlainStep, { readonly insert: string }>

/** Inserts rows, and answers the key of each. */
export function* insertRows(context: RunningStep, step: InsertStep, earlier: readonly StepResult[]): Work<StepResult> {
  const { compiler, dialect, lists, meanwhile } = context
  const { insert: table, types = {}, replace = false } = step
  const rows = new StepRows(step, earlier)
  const { columns } = rows
  const keys: Row[] = []
  let affected = 0
  // In one statement PostgreSQL refuses to let two rows take the same place.
  const single = replace && dialect.together !== undefined && repeatsKey(compiler.insert(table, columns, types, 1, replace), rows)
  for (let from = 0; from < rows.count; ) {
    const size = single ? 1 : rowsAtOnce(context, step, columns, rows.count - from)
    const insert = compiler.insert(table, columns, types, size, replace)
    const take = (answer: Answer, given: readonly (readonly Value[])[]): void => {
      // MySQL counts a row that took another's place twice.
      affected += replace ? given.length : answer.affected
      addKeys(insert, columns, given, answer, keys)
    }
    if (size === 1) {
      yield* oneByOne(context, insert, rows, from, take)
      break
    }
    const given = rows.slice(from, from + size)
    const values = insert.lists ? lists.of(step, () => bindLists(dialect, insert, given)) : bindValues(dialect, insert, given.flat())
    take(yield { sql: insert.sql, values, meanwhile }, given)
    from += size
  }
  return { affected, keys }
}

/** The values of all rows, where they go to the database as lists. @throws StorageError where one of them is none of its column */
export function insertLists({ compiler, dialect }: StepContext, step: InsertStep, earlier: readonly StepResult[]): Bound[] | undefined {
  const rows = new StepRows(step, earlier)
  if (!dialect.together || rows.columns.length === 0 || rows.count < 2) return undefined
  const insert = compiler.insert(step.insert, rows.columns, step.types ?? {}, rows.count, step.replace ?? false)
  return insert.lists ? bindLists(dialect, insert, rows.slice(0, rows.count)) : undefined
}

/** All that are left: sizes only become smaller. */
function* oneByOne({ dialect }: StepContext, insert: Insert, rows: StepRows, from: number, take: (answer: Answer, given: readonly (readonly Value[])[]) => void): Work<void> {
  let row: readonly Value[] = []
  yield {
    sql: insert.sql,
    times: rows.count - from,
    values: (index) => bindValues(dialect, insert, (row = rows.values(from + index))),
    take: (answer) => take(answer, [row]),
  }
}

// Among the supported databases the least number of places in one statement.
const mostPlaces = 65_535

/** All where they go as lists; else a power of two, so that inserts of many lengths share statements; one where the database would not tell every generated key. */
function rowsAtOnce({ compiler, dialect }: StepContext, { insert, types = {}, replace = false }: InsertStep, columns: readonly string[], left: number): number {
  if (dialect.together && columns.length > 0) return left
  const most = Math.min(left, dialect.insertRows, columns.length === 0 ? 1 : Math.floor(mostPlaces / columns.length))
  if (most <= 1) return 1
  const told = dialect.returning || compiler.insert(insert, columns, types, 1, replace).key.every((column) => columns.includes(column))
  return told ? 2 ** Math.floor(Math.log2(most)) : 1
}

function addKeys(insert: Insert, columns: readonly string[], given: readonly (readonly Value[])[], answer: Answer, keys: Row[]): void {
  const { key, told, decoders } = insert
  if (told === 'returned' && answer.rows.length < given.length && given.length > 1 && key.length > 0) throw new StorageError('TRIGGER_REJECTED', `a trigger left out ${given.length - answer.rows.length} of ${given.length} rows, so it is not known whose key is whose`)
  for (const [index, row] of given.entries()) {
    if (key.length === 0) keys.push({})
    else if (told === 'returned') keys.push(keyOf(insert, answer.rows[index] ?? []))
    else if (told === 'generated') keys.push(keyOf(insert, answer.affected === 0 ? [] : [answer.generated ?? null]))
    else keys.push(Object.fromEntries(key.map((name, place) => [name, columns.includes(name) ? asKept(decoders[place], row[columns.indexOf(name)] ?? null) : decode(decoders[place], answer.generated ?? null, name)])))
  }
}

/** Whether two rows have the same key. */
function repeatsKey({ key, decoders }: Insert, rows: StepRows): boolean {
  const places = key.map((name) => rows.columns.indexOf(name))
  const seen = new Set<string>()
  for (let index = 0; index < rows.count; index++) {
    const row = rows.values(index)
    seen.add(JSON.stringify(places.map((place, at) => asKept(decoders[at], row[place] ?? null))))
  }
  return seen.size < rows.count
}

/** A value that was given as the database answers it from then on. */
function asKept(decoder: Decoder, value: Value): Value {
  return decoder === undefined ? value : toCanonical(decoder.type, value)
}

function keyOf({ key, decoders }: Insert, row: readonly Raw[]): Row {
  const found: Record<string, Value> = {}
  for (let place = 0; place < row.length; place++) {
    const name = key[place]
    if (name !== undefined) found[name] = decode(decoders[place], row[place] ?? null, name)
  }
  return found
}
