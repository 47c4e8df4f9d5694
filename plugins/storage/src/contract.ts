import { contract, type Static, Type } from '@caruso/contract'
import type { DeepReadonly } from '@caruso/contract'
import { limits } from './limits.ts'

const Name = Type.String({ minLength: 1, maxLength: 256 })
const Text = Type.String({ maxLength: limits.text })
const Bytes = Type.Object({ bytes: Type.String({ contentEncoding: 'base64', maxLength: Math.ceil(limits.bytes / 3) * 4 }) })

/**
 * A value of a column. Integers beyond 2^53 are decimal strings, in both directions; decimals that the database keeps
 * as text stay text; binary values are base64. Booleans are accepted, and answered as the database holds them.
 */
export const Value = Type.Union([Type.Null(), Type.Boolean(), Type.Number(), Text, Bytes])

/** One row: values by the name of the column, or by the name the plan gave it. */
export const Row = Type.Record(Type.String(), Value)

const of = Type.Optional(Type.String({ ...Name, description: 'The table, or the name the plan gave it, when several have such a column' }))
const Column = Type.Object({ column: Name, of })

/**
 * A condition, two-valued: `==` and `!=` compare null as a value, `in` too; every other comparison with null is false.
 * Text compares as the column's collation says; `startsWith` by code point.
 */
export const Filter = Type.Cyclic(
  {
    Filter: Type.Union([
      Type.Object({ and: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ or: Type.Array(Type.Ref('Filter')) }),
      Type.Object({ not: Type.Ref('Filter') }),
      Type.Object({ column: Name, of, op: Type.Union([Type.Literal('=='), Type.Literal('!='), Type.Literal('<'), Type.Literal('<='), Type.Literal('>'), Type.Literal('>=')]), value: Value }),
      Type.Object({ column: Name, of, in: Type.Array(Value) }),
      Type.Object({ column: Name, of, startsWith: Type.String({ maxLength: 1000 }) }),
      Type.Object({ column: Name, of, isNull: Type.Boolean() }),
    ]),
  },
  'Filter',
)

const Join = Type.Object({
  table: Name,
  as: Type.Optional(Name),
  kind: Type.Optional(Type.Union([Type.Literal('inner'), Type.Literal('left')])),
  on: Type.Array(Type.Object({ left: Column, right: Column }), { minItems: 1, maxItems: 16 }),
})

const Aggregate = Type.Object({
  fn: Type.Union([Type.Literal('count'), Type.Literal('sum'), Type.Literal('avg'), Type.Literal('min'), Type.Literal('max')]),
  column: Type.Optional(Type.String({ ...Name, description: 'May be left out of count, which then counts rows' })),
  of,
  distinct: Type.Optional(Type.Boolean({ description: 'For count' })),
  as: Name,
})

/** What to read, as plain data. Columns default to all of `from` when nothing is joined or aggregated; nulls order first. */
export const Plan = Type.Object({
  source: Name,
  from: Type.String({ ...Name, description: 'A table or a view' }),
  as: Type.Optional(Name),
  columns: Type.Optional(Type.Array(Type.Union([Name, Type.Object({ column: Name, of, as: Type.Optional(Name) })]), { maxItems: limits.columns })),
  joins: Type.Optional(Type.Array(Join, { maxItems: limits.joins })),
  where: Type.Optional(Filter),
  group: Type.Optional(Type.Array(Column, { maxItems: limits.columns })),
  aggregates: Type.Optional(Type.Array(Aggregate, { maxItems: limits.columns })),
  order: Type.Optional(Type.Array(Type.Object({ column: Type.String({ ...Name, description: 'A column, or the name of an aggregate' }), of, desc: Type.Optional(Type.Boolean()) }), { maxItems: 32 })),
  limit: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
})

/** The key that an earlier insert of the same transaction generated: of its first row and only key column unless told. */
export const KeyReference = Type.Object({
  keyOf: Type.Integer({ minimum: 0, description: 'The step, counting from 0' }),
  row: Type.Optional(Type.Integer({ minimum: 0 })),
  column: Type.Optional(Name),
})

const Values = Type.Record(Type.String(), Type.Union([Value, KeyReference]))
const expect = Type.Optional(Type.Integer({ minimum: 0, description: 'Rows the step must affect; any other number undoes the transaction' }))

/** One step of a transaction. All rows of an insert name the same columns. */
export const Step = Type.Union([
  Type.Object({ insert: Name, rows: Type.Array(Values, { minItems: 1 }), expect }),
  Type.Object({ update: Name, set: Values, where: Filter, expect }),
  Type.Object({ remove: Name, where: Filter, expect }),
])

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
export type Row = DeepReadonly<Static<typeof Row>>
export type Filter = DeepReadonly<Static<typeof Filter>>
export type Plan = DeepReadonly<Static<typeof Plan>>
export type KeyReference = DeepReadonly<Static<typeof KeyReference>>
export type Step = DeepReadonly<Static<typeof Step>>
export type StepResult = DeepReadonly<Static<typeof StepResult>>
export type SourceStatus = DeepReadonly<Static<typeof SourceStatus>>

/** Data sources behind plans: plain data, of which only the storage makes SQL. */
export const Storage = contract({
  name: 'storage',
  version: '1.0.0',
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
      description: 'Changes of one data source, all or none, in order; a repeat with the same key gets the first answer',
      input: Type.Object({ source: Name, steps: Type.Array(Step, { minItems: 1, maxItems: limits.steps }) }),
      output: Type.Object({ results: Type.Array(StepResult) }),
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
    sources: {
      description: 'The data sources and how they are',
      input: Type.Object({}),
      output: Type.Object({ sources: Type.Array(SourceStatus) }),
      idempotent: true,
    },
  },
})
