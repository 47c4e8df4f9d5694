import { type Static, Type } from '@caruso/contract'
import type { DeepReadonly } from '@caruso/contract'
import { LogicalType } from './logical-type.ts'

const Names = Type.Array(Type.String())
const text = Type.Optional(Type.String())
const flag = Type.Optional(Type.Boolean())

/** A column as its database declares it. What does not apply, or the database does not say, is left out. */
export const ColumnDescription = Type.Object({
  name: Type.String(),
  declared: Type.String({ description: 'Its type in the words of the database; empty where none is declared' }),
  type: Type.Optional(Type.Union(LogicalType.anyOf, { description: 'What plans handle it as; left out where its values can be of any type' })),
  length: Type.Optional(Type.Integer({ description: 'Characters or bytes at most' })),
  digits: Type.Optional(Type.Integer({ description: 'Of a decimal, all together' })),
  places: Type.Optional(Type.Integer({ description: 'Of a decimal behind the point; of a moment the digits of a second' })),
  values: Type.Optional(Type.Array(Type.String(), { description: 'The only ones there can be' })),
  several: Type.Optional(Type.Boolean({ description: 'It holds several of these: an array or a set, which plans handle as text' })),
  domain: Type.Optional(Type.Object({ base: Type.String(), checks: Names }, { description: 'What the declared type stands for' })),
  nullable: Type.Boolean(),
  default: Type.Optional(Type.String({ description: 'An expression in the words of the database' })),
  onUpdate: Type.Optional(Type.String({ description: 'An expression whose value it gets with every update of its row' })),
  identity: Type.Optional(Type.Union([Type.Literal('always'), Type.Literal('by default')], { description: 'The database counts its values' })),
  generated: Type.Optional(Type.Object({ stored: Type.Boolean(), expression: text })),
  hidden: Type.Optional(Type.Boolean({ description: 'Whoever does not name it does not get it' })),
  comment: text,
})

/** An index; a part is a column or an expression. */
export const IndexDescription = Type.Object({
  name: Type.String(),
  unique: Type.Boolean(),
  parts: Type.Array(Type.Object({ column: text, expression: text, length: Type.Optional(Type.Integer({ description: 'Only so much of the column, from its beginning' })), desc: flag })),
  method: Type.Optional(Type.String({ description: 'Where it is no ordinary one: gin, fulltext' })),
  where: Type.Optional(Type.String({ description: 'The condition of the rows that are in it' })),
})

const TriggerEvent = Type.Union([Type.Literal('insert'), Type.Literal('update'), Type.Literal('delete'), Type.Literal('truncate')])

/** What the database does by itself when rows of the table are written. */
export const TriggerDescription = Type.Object({
  name: Type.String(),
  when: Type.Union([Type.Literal('before'), Type.Literal('after'), Type.Literal('instead of')]),
  events: Type.Array(TriggerEvent),
  disabled: Type.Optional(Type.Boolean({ description: 'It does nothing where rows are written as usual' })),
})

const Action = Type.Union([Type.Literal('no action'), Type.Literal('restrict'), Type.Literal('cascade'), Type.Literal('set null'), Type.Literal('set default')])

export const ForeignKey = Type.Object({
  name: text,
  columns: Names,
  schema: Type.Optional(Type.String({ description: 'Of the table it refers to, where plans cannot name that' })),
  table: Type.String(),
  references: Names,
  onDelete: Action,
  onUpdate: Action,
})

/** A table or view as its database declares it. What does not apply, or the database does not say, is left out. */
export const TableDescription = Type.Object({
  name: Type.String(),
  schema: Type.Optional(Type.String({ description: 'Only where it has to be said, and plans cannot name the table' })),
  kind: Type.Union([Type.Literal('table'), Type.Literal('view'), Type.Literal('materialized view'), Type.Literal('virtual table'), Type.Literal('foreign table')]),
  comment: text,
  columns: Type.Array(ColumnDescription),
  key: Type.Array(Type.String(), { description: 'The columns of the primary key, in its order; empty without one' }),
  unique: Type.Array(Type.Object({ name: text, columns: Names }), { description: 'Columns of which no two rows have the same values, by constraint or index; not the primary key' }),
  indexes: Type.Array(IndexDescription, { description: 'All others, also unique ones of some rows or of expressions' }),
  foreignKeys: Type.Array(ForeignKey),
  checks: Type.Array(Type.Object({ name: text, expression: Type.String() })),
  triggers: Type.Optional(Type.Array(TriggerDescription)),
  triggersHidden: Type.Optional(Type.Boolean({ description: 'The user of the data source may not see them' })),
  rows: Type.Optional(Type.Integer({ description: 'Roughly, where the database knows without counting' })),
  partitionedBy: text,
  partitionOf: text,
  withoutRowid: flag,
  strict: flag,
  unreadable: Type.Optional(Type.Boolean({ description: 'The user of the data source may not read it' })),
  problem: Type.Optional(Type.String({ description: 'Why there is no more to say, such as a view of tables that are gone' })),
})

export type ColumnDescription = DeepReadonly<Static<typeof ColumnDescription>>
export type IndexDescription = DeepReadonly<Static<typeof IndexDescription>>
export type TriggerDescription = DeepReadonly<Static<typeof TriggerDescription>>
export type ForeignKey = DeepReadonly<Static<typeof ForeignKey>>
export type TableDescription = DeepReadonly<Static<typeof TableDescription>>
