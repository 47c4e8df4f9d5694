import { contract, type Static, Type } from '@caruso/contract'
import type { DeepReadonly } from '@caruso/contract'
import { Change } from './alter/change.ts'
import { TableDescription } from './description.ts'
import { limits } from './limits.ts'
import { LogicalType } from './logical-type.ts'

export { Change, NewColumn, titleOf } from './alter/change.ts'
export type { NewForeignKey, NewIndex } from './alter/change.ts'
export { ColumnDescription, ForeignKey, IndexDescription, TableDescription } from './description.ts'
export { LogicalType } from './logical-type.ts'
export { EventConsumer } from './event-consumer.ts'
export type { Consumption } from './event-consumer.ts'
export { describedSearch } from './described-search.ts'
export type { DescribedSearch } from './described-search.ts'
export { sidecarName } from './sidecar.ts'
export { wordsOf } from './words.ts'
export type { SidecarKind } from './sidecar.ts'

const Name = Type.String({ minLength: 1, maxLength: 256 })
const Text = Type.String({ maxLength: limits.text })
const Bytes = Type.Object({ bytes: Type.String({ contentEncoding: 'base64', maxLength: Math.ceil(limits.bytes / 3) * 4 }) })

/**
 * A value of a column. Integers beyond 2^53 are decimal strings, in both directions; decimals that the database keeps
 * as text stay text; binary values are base64. Booleans are accepted, and answered as the database holds them.
 */
export const Value = Type.Union([Type.Null(), Type.Boolean(), Type.Number(), Text, Bytes])

const type = Type.Optional(LogicalType)

/**
 * One row: values by the name of the column, or by the name the plan gave it. The storage makes rows value by value, and
 * looking at each once more would take as long as reading them; so it is checked only that one is an object.
 */
export const Row = Type.Unsafe<Record<string, Static<typeof Value>>>({ type: 'object', description: 'Values by the name of the column, or by the name the plan gave it' })

const of = Type.Optional(Type.String({ ...Name, description: 'The table, or the name the plan gave it, when several have such a column' }))
const Column = Type.Object({ column: Name, of, type })

const TermScalar = Type.Union([
  Type.Literal('text'),
  Type.Literal('number'),
  Type.Literal('boolean'),
  Type.Literal('date'),
  Type.Literal('time'),
  Type.Literal('instant'),
  Type.Literal('duration'),
])
const TermType = Type.Union([TermScalar, Type.Object({ list: TermScalar })])
const Correlation = Type.Array(Type.Object({ left: Column, right: Column }), { minItems: 1, maxItems: 16 })

const joined = { table: Name, as: Type.Optional(Name), kind: Type.Optional(Type.Union([Type.Literal('inner'), Type.Literal('left')])), on: Correlation }

const Fold = Type.Union([Type.Literal('exists'), Type.Literal('all'), Type.Literal('count'), Type.Literal('sum'), Type.Literal('min'), Type.Literal('max')])
const Over = Type.Object({ table: Name, as: Type.Optional(Name), joins: Type.Optional(Type.Array(Type.Object({ ...joined, where: Type.Optional(Type.Ref('Term')) }), { maxItems: limits.joins })), on: Correlation })

const terms = {
  Term: Type.Union([
    Type.Object({ value: Type.Union([Type.Null(), Type.Boolean(), Text]), type: TermType }),
    Type.Object({ list: Type.Array(Type.Ref('Term')), type: TermType }),
    Type.Object({ column: Name, of, type: LogicalType }),
    Type.Object({ op: Type.String({ minLength: 1, maxLength: 64 }), of: Type.Array(Type.Ref('Term')), type: TermType }),
    Type.Object({ fold: Fold, over: Over, where: Type.Ref('Term'), of: Type.Optional(Type.Ref('Term')), type: TermType }),
  ]),
}

/**
 * A checked and typed condition or formula over columns, with the semantics of the expression language: null-safe `==`
 * and `!=`, other comparisons with null false, arithmetic with null null. Numbers are decimal strings, instants, dates
 * and times as in `LogicalType`, durations microseconds in a decimal string. `op` is an operator of the expression
 * language over the terms `of`. A `fold` is one answer about the rows of other tables that are matched by columns, the
 * left ones of the tables outside, the right ones of its own, and for which `where` holds, which sees both: whether there
 * are any (`exists`), or no others (`all`), their number, or of `of` the sum, the least or the greatest.
 */
export const Term = Type.Cyclic(terms, 'Term')

/** Another table beside those before it. Of a left join's rows, those that do not match, or for which `where` does not hold, are null. */
const Join = Type.Object({ ...joined, where: Type.Optional(Term) })

/**
 * A condition, two-valued: `==` and `!=` compare null as a value, `in` too; every other comparison with null is false.
 * Text compares as the column's collation says, by code point if the condition has a type; `startsWith` by code point.
 */
export const Filter = Type.Cyclic(
  {
    ...terms,
    Filter: Type.Union([
      Type.Object({ and: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ or: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ not: Type.Ref('Filter') }),
      Type.Object({ column: Name, of, op: Type.Union([Type.Literal('=='), Type.Literal('!='), Type.Literal('<'), Type.Literal('<='), Type.Literal('>'), Type.Literal('>=')]), value: Value, type }),
      Type.Object({ column: Name, of, in: Type.Array(Value), type }),
      Type.Object({ column: Name, of, startsWith: Type.String({ maxLength: 1000 }) }),
      Type.Object({ column: Name, of, isNull: Type.Boolean() }),
      Type.Object({ search: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { minItems: 1, maxItems: 160, description: 'Words of `wordsOf`: each begins a word in one of the columns. Where the table has an index of these, it narrows the rows that are looked at' }), columns: Type.Array(Name, { minItems: 1, maxItems: 160 }), of }),
      Type.Object({ term: Type.Ref('Term') }),
    ]),
  },
  'Filter',
)

const Aggregate = Type.Object({
  fn: Type.Union([Type.Literal('count'), Type.Literal('sum'), Type.Literal('avg'), Type.Literal('min'), Type.Literal('max')]),
  column: Type.Optional(Type.String({ ...Name, description: 'Neither it nor a term is needed by count, which then counts rows' })),
  of,
  term: Type.Optional(Term),
  distinct: Type.Optional(Type.Boolean({ description: 'For count' })),
  type: Type.Optional(Type.Union(LogicalType.anyOf, { description: 'Of the column; sum and avg of an integer, a decimal or a term are then exact, an average to 12 places, half even' })),
  as: Name,
})

/** What to read, as plain data. Columns default to all of `from` when nothing is joined or aggregated; nulls order first. */
export const Plan = Type.Object({
  source: Name,
  from: Type.String({ ...Name, description: 'A table or a view' }),
  as: Type.Optional(Name),
  columns: Type.Optional(Type.Array(Type.Union([Name, Type.Object({ column: Name, of, as: Type.Optional(Name), type }), Type.Object({ term: Term, as: Name })]), { maxItems: limits.columns })),
  joins: Type.Optional(Type.Array(Join, { maxItems: limits.joins })),
  where: Type.Optional(Filter),
  group: Type.Optional(Type.Array(Type.Union([Column, Type.Object({ computed: { ...Name, description: 'The name of a term among the columns' } })]), { maxItems: limits.columns })),
  aggregates: Type.Optional(Type.Array(Aggregate, { maxItems: limits.columns })),
  order: Type.Optional(Type.Array(Type.Object({ column: Type.String({ ...Name, description: 'A column, or the name of an aggregate or a term' }), of, desc: Type.Optional(Type.Boolean()), type }), { maxItems: 32 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
})

/** The key that an earlier insert of the same transaction generated: of its first row and only key column unless told. */
export const KeyReference = Type.Object({
  keyOf: Type.Integer({ minimum: 0, description: 'The step, counting from 0' }),
  row: Type.Optional(Type.Integer({ minimum: 0 })),
  column: Type.Optional(Name),
})

/** A value of a row of a step. */
export const Cell = Type.Union([Value, KeyReference])
const Values = Type.Record(Type.String(), Cell)
const columns = Type.Array(Name, { maxItems: limits.columns })
const Lists = Type.Array(Type.Array(Cell, { maxItems: 2 * limits.columns }), { minItems: 1 })
const expect = Type.Optional(Type.Integer({ minimum: 0, description: 'Rows the step must affect; any other number undoes the transaction' }))

const types = Type.Optional(Type.Record(Type.String(), LogicalType, { description: 'By column: how the values given, and the keys answered, are meant' }))
const replace = Type.Optional(Type.Boolean({ description: 'Rows take the place of those with their primary key; of a table without another unique index' }))

/** A step that reads or changes tables. Rows name their values, all the same columns; many are cheaper as lists of values, for columns that are named once. */
export const PlainStep = Type.Union([
  Type.Object({ insert: Name, rows: Type.Array(Values, { minItems: 1 }), types, replace, expect }),
  Type.Object({ insert: Name, columns, rows: Lists, types, replace, expect }),
  Type.Object({ update: Name, set: Values, types, where: Filter, expect }),
  Type.Object({
    update: Name,
    columns: Type.Array(Name, { minItems: 1, maxItems: limits.columns, description: 'What is set' }),
    same: Type.Array(Column, { minItems: 1, maxItems: limits.columns, description: 'What tells which row it is, and what must be as it was seen' }),
    rows: Type.Array(Type.Array(Cell, { maxItems: 2 * limits.columns }), { minItems: 1, description: 'The values that are set, and those of `same`, null where it is null. Each changes one row, else the transaction is undone, and `row` of the error says which' }),
    types,
  }),
  Type.Object({ remove: Name, where: Filter, expect }),
  Type.Object({
    check: { ...Name, description: 'A table or a view, as the steps before have left it; its rows are counted, and nothing is changed' },
    as: Type.Optional(Name),
    joins: Type.Optional(Type.Array(Join, { maxItems: limits.joins })),
    columns: Type.Optional(columns),
    rows: Type.Optional(Type.Array(Type.Array(Cell, { maxItems: limits.columns }), { minItems: 1, maxItems: limits.rows, description: 'Counts only rows with these values of the columns' })),
    types,
    where: Type.Optional(Filter),
    expect: Type.Integer({ minimum: 0, description: 'How many rows there must be; any other number undoes the transaction' }),
  }),
])

const about = Type.Optional(Type.String({ maxLength: 128, description: 'What tells the work from other work with the same idempotency key, where a repeat has other steps; the steps themselves without it' }))

const consumer = Type.String({ pattern: '^[a-z][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)?$', maxLength: 126, description: 'A name of its own for each thing that a component does with events; consumers belong to their component' })
const topic = Type.String({ pattern: '^[a-z][A-Za-z0-9-]*(\\.[A-Za-z0-9-]+)+$', maxLength: 190, description: 'The contract and its event, such as sales.won' })

/** A durable event that is written with the changes it reports. Only events may follow. */
export const EventStep = Type.Object({
  emit: topic,
  payload: Type.Unknown({ description: 'A JSON value of at most a megabyte' }),
  subject: Type.Optional(Type.Union([Type.String({ maxLength: 512 }), KeyReference], { description: 'What it is about, such as the key that an earlier step generates' })),
})

/** The work of this transaction is the answer to an event: done once, since a second time fails with `ALREADY_HANDLED`. */
export const HandledStep = Type.Object({ handled: Type.Object({ consumer, id: Type.String({ format: 'uuid' }) }) })

/** One step of a transaction. */
export const Step = Type.Union([...PlainStep.anyOf, EventStep, HandledStep])

/** A durable event as its consumers get it; `seq` is its place among those of the data source. */
export const DurableEvent = Type.Object({ seq: Type.Integer(), id: Type.String(), topic: Type.String(), subject: Type.Union([Type.Null(), Type.String()]), payload: Type.Unknown(), at: Type.String({ description: 'When it was written, in UTC' }) })

/** What a step did; `keys` holds the primary key of each inserted row, in order. */
export const StepResult = Type.Object({ affected: Type.Integer(), keys: Type.Array(Row) })

/** A data source as operators see it. */
export const SourceStatus = Type.Object({
  name: Name,
  kind: Type.String(),
  readonly: Type.Boolean(),
  ok: Type.Boolean(),
  detail: Type.Optional(Type.String()),
})

export type Value = DeepReadonly<Static<typeof Value>>
export type Term = DeepReadonly<Static<typeof Term>>
export type Row = DeepReadonly<Static<typeof Row>>
export type Filter = DeepReadonly<Static<typeof Filter>>
export type Plan = DeepReadonly<Static<typeof Plan>>
export type KeyReference = DeepReadonly<Static<typeof KeyReference>>
export type Cell = DeepReadonly<Static<typeof Cell>>
export type PlainStep = DeepReadonly<Static<typeof PlainStep>>
export type EventStep = DeepReadonly<Static<typeof EventStep>>
export type HandledStep = DeepReadonly<Static<typeof HandledStep>>
export type DurableEvent = DeepReadonly<Static<typeof DurableEvent>>
export type Step = DeepReadonly<Static<typeof Step>>
export type StepResult = DeepReadonly<Static<typeof StepResult>>
export type SourceStatus = DeepReadonly<Static<typeof SourceStatus>>

/** Data sources behind plans: plain data, of which only the storage makes SQL. */
export const Storage = contract({
  name: 'storage',
  version: '1.4.0',
  operations: {
    query: {
      description: `The rows of a plan, at most ${limits.rows}`,
      input: Plan,
      output: Type.Object({ rows: Type.Array(Row) }),
      idempotent: true,
    },
    stream: {
      description: `All rows of a plan, as they were when it began, in batches of at most ${limits.batchRows}`,
      input: Plan,
      stream: Type.Object({ rows: Type.Array(Row) }),
      idempotent: true,
      timeout: 3_600_000,
    },
    transact: {
      description: 'Changes and checks of one data source, all or none, in order; a repeat with the same key gets the first answer',
      input: Type.Object({ source: Name, steps: Type.Array(Step, { minItems: 1, maxItems: limits.steps }), about }),
      output: Type.Object({ results: Type.Array(StepResult) }),
    },
    remembered: {
      description: 'What a transaction of the same caller with this idempotency key answered, or null',
      input: Type.Object({ source: Name, key: Type.String({ maxLength: 512 }), about: Type.String({ maxLength: 128 }) }),
      output: Type.Object({ results: Type.Union([Type.Null(), Type.Array(StepResult)]) }),
      idempotent: true,
    },
    sql: {
      description: 'One statement of the caller\'s own with values for its question marks; it only reads unless `write` is set',
      input: Type.Object({
        source: Name,
        sql: Type.String({ minLength: 1, maxLength: limits.sql }),
        values: Type.Optional(Type.Array(Value, { maxItems: limits.filterValues })),
        write: Type.Optional(Type.Boolean()),
      }),
      output: Type.Object({ rows: Type.Array(Row), affected: Type.Integer() }),
      permission: 'storage.sql',
    },
    describe: {
      description: 'All tables and views of a data source as its database declares them, by schema and name, some at a time',
      input: Type.Object({ source: Name }),
      stream: Type.Object({ tables: Type.Array(TableDescription) }),
      idempotent: true,
      timeout: 600_000,
    },
    sidecar: {
      description: 'Makes a table beside another, unless it is there: it knows the rows by their primary key, and keeps their state or the history of their changes',
      input: Type.Object({ source: Name, table: Name, key: Type.Array(Name, { minItems: 1, maxItems: 16, description: 'The columns of the primary key' }), kind: Type.Union([Type.Literal('state'), Type.Literal('history')]) }),
      output: Type.Object({ name: Name }),
      idempotent: true,
    },
    alter: {
      description: 'Changes of the structure of one data source, in order, or with `run` false only their statements, by change. What would lose a value that is not dropped by name is refused before anything is touched. All or none, but in MySQL and MariaDB each for itself',
      input: Type.Object({ source: Name, changes: Type.Array(Change, { minItems: 1, maxItems: limits.changes }), run: Type.Boolean() }),
      output: Type.Object({ statements: Type.Array(Type.Array(Type.String())) }),
      permission: 'storage.alter',
      timeout: 3_600_000,
    },
    events: {
      description: 'The next durable events for a consumer of the caller, the oldest first, after those that it has acknowledged',
      input: Type.Object({ source: Name, consumer, topics: Type.Array(topic, { minItems: 1, maxItems: 100 }), from: Type.Union([Type.Literal('begin'), Type.Literal('now')], { description: 'Where a consumer begins that was never heard of' }), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })) }),
      output: Type.Object({ events: Type.Array(DurableEvent) }),
      idempotent: true,
    },
    acknowledge: {
      description: 'A consumer of the caller is done with all events up to one',
      input: Type.Object({ source: Name, consumer, seq: Type.Integer({ minimum: 0 }) }),
      output: Type.Object({}),
      idempotent: true,
    },
    sources: {
      description: 'The data sources and how they are',
      input: Type.Object({}),
      output: Type.Object({ sources: Type.Array(SourceStatus) }),
      idempotent: true,
    },
  },
  events: {
    emitted: { description: 'Durable events were written; who waits for some looks at once', payload: Type.Object({ source: Name }) },
  },
})
