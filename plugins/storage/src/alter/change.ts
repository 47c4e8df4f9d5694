import { type Static, Type } from '@caruso/contract'
import type { DeepReadonly } from '@caruso/contract'
import { ColumnDescription, ForeignKey, IndexDescription } from '../description.ts'
import { limits } from '../limits.ts'
import { LogicalType } from '../logical-type.ts'

const Name = Type.String({ minLength: 1, maxLength: 256 })
const NewName = Type.String({ minLength: 1, maxLength: 63, description: 'At most 63 bytes, without control characters, no blank at either end' })
const Names = Type.Array(Name, { minItems: 1, maxItems: 16 })
const { length, digits, places } = ColumnDescription.properties

/** A column as it shall be; each database declares it in its own words. */
export const NewColumn = Type.Object({
  name: NewName,
  type: LogicalType,
  length,
  digits,
  places,
  like: Type.Optional(Type.Object({ table: Name, column: Name }, { description: 'A column to which it refers: MySQL and MariaDB ask for the same declaration then, to the size of a number and the collation of a text' })),
  nullable: Type.Boolean(),
  default: Type.Optional(Type.Union([Type.Boolean(), Type.Number(), Type.String({ maxLength: 10_000 })], { description: 'A value as its type writes it' })),
  identity: Type.Optional(Type.Literal('by default', { description: 'The database counts its values; of a key of one integer' })),
})

const NewIndex = Type.Object({
  name: NewName,
  unique: Type.Boolean(),
  parts: Type.Array(Type.Object({ column: Name, desc: IndexDescription.properties.parts.items.properties.desc }), { minItems: 1, maxItems: 16 }),
})

const { onDelete, onUpdate } = ForeignKey.properties
const NewForeignKey = Type.Object({ name: NewName, columns: Names, table: Name, references: Names, onDelete, onUpdate })

/** One change of a database's structure. SQLite keeps no names of foreign keys, so these are dropped by their columns. */
export const Change = Type.Union([
  Type.Object({
    createTable: NewName,
    columns: Type.Array(NewColumn, { minItems: 1, maxItems: limits.columns }),
    key: Type.Array(Name, { maxItems: 16 }),
    indexes: Type.Optional(Type.Array(NewIndex, { maxItems: 64 })),
    foreignKeys: Type.Optional(Type.Array(NewForeignKey, { maxItems: 64 })),
  }),
  Type.Object({ dropTable: Name }),
  Type.Object({ renameTable: Name, to: NewName }),
  Type.Object({ addColumn: NewColumn, table: Name }),
  Type.Object({ dropColumn: Name, table: Name }),
  Type.Object({ renameColumn: Name, table: Name, to: NewName }),
  Type.Object({ changeColumn: NewColumn, table: Name }),
  Type.Object({ addIndex: NewIndex, table: Name }),
  Type.Object({ dropIndex: Name, table: Name }),
  Type.Object({ dropUnique: Names, table: Name }, { description: 'What makes these columns unique, where it has no name' }),
  Type.Object({ addForeignKey: NewForeignKey, table: Name }),
  Type.Object({ dropForeignKey: Names, table: Name }, { description: 'The columns that refer' }),
  Type.Object({ addSearch: Names, table: Name }, { description: 'An index for searches in these columns, which are texts: tables beside, and triggers that mark what is changed' }),
  Type.Object({ dropSearch: Names, table: Name }, { description: 'The columns whose words the index has' }),
])

export type NewColumn = DeepReadonly<Static<typeof NewColumn>>
export type NewIndex = DeepReadonly<Static<typeof NewIndex>>
export type NewForeignKey = DeepReadonly<Static<typeof NewForeignKey>>
export type Change = DeepReadonly<Static<typeof Change>>

/** A change in words: `add column "born" to "Customer"`. */
export function titleOf(change: Change): string {
  const quoted = JSON.stringify
  if ('createTable' in change) return `create table ${quoted(change.createTable)}`
  if ('dropTable' in change) return `drop table ${quoted(change.dropTable)}`
  if ('renameTable' in change) return `rename table ${quoted(change.renameTable)} to ${quoted(change.to)}`
  const table = quoted(change.table)
  if ('addColumn' in change) return `add column ${quoted(change.addColumn.name)} to ${table}`
  if ('dropColumn' in change) return `drop column ${quoted(change.dropColumn)} of ${table}`
  if ('renameColumn' in change) return `rename column ${quoted(change.renameColumn)} of ${table} to ${quoted(change.to)}`
  if ('changeColumn' in change) return `change column ${quoted(change.changeColumn.name)} of ${table}`
  if ('addIndex' in change) return `add index ${quoted(change.addIndex.name)} to ${table}`
  if ('dropIndex' in change) return `drop index ${quoted(change.dropIndex)} of ${table}`
  if ('dropUnique' in change) return `let ${change.dropUnique.map((name) => quoted(name)).join(', ')} of ${table} be the same in several rows`
  if ('addForeignKey' in change) return `add foreign key ${quoted(change.addForeignKey.name)} to ${table}`
  if ('addSearch' in change) return `add search index of ${change.addSearch.map((name) => quoted(name)).join(', ')} to ${table}`
  if ('dropSearch' in change) return `drop search index of ${table}`
  return `drop foreign key of ${change.dropForeignKey.map((name) => quoted(name)).join(', ')} of ${table}`
}
