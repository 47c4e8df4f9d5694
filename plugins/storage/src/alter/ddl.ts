import type { ForeignKey } from '../description.ts'
import type { Change, NewColumn, NewForeignKey, NewIndex } from './change.ts'

/** How a database writes what its tables are made of. */
export interface DdlDialect {
  quote(name: string): string
  /** The declared type; where a key or an index finds its values, `keyed` columns share its length. */
  declare(column: NewColumn, keyed: number | undefined): string
  /** What follows `default`. */
  fallback(column: NewColumn): string
  /** What follows the type of a column that the database counts. */
  readonly identity: string
  /** Where `create table` may contain indexes: how one is written there. */
  readonly inline?: (index: NewIndex) => string
}

type CreateTable = Extract<Change, { readonly createTable: string }>

/** The statements that make a table with all that belongs to it. */
export function createTableSql(ddl: DdlDialect, change: CreateTable, name = change.createTable): string[] {
  const { columns, key, indexes = [], foreignKeys = [] } = change
  const { inline } = ddl
  const parts = [
    ...columns.map((column) => columnSql(ddl, column, keyedOf(change, column.name))),
    ...(key.length === 0 ? [] : [`primary key (${namesSql(ddl, key)})`]),
    ...(inline === undefined ? [] : indexes.map(inline)),
    ...foreignKeys.map((one) => foreignKeySql(ddl, one)),
  ]
  return [`create table ${ddl.quote(name)} (${parts.join(', ')})`, ...(inline === undefined ? indexes.map((index) => indexSql(ddl, change.createTable, index)) : [])]
}

export function columnSql(ddl: DdlDialect, column: NewColumn, keyed: number | undefined): string {
  const { name, nullable, identity } = column
  return [
    ddl.quote(name),
    ddl.declare(column, keyed),
    ...(identity === undefined ? [] : [ddl.identity]),
    ...(nullable ? [] : ['not null']),
    ...(column.default === undefined ? [] : [`default ${ddl.fallback(column)}`]),
  ].filter((part) => part !== '').join(' ')
}

export function indexSql(ddl: DdlDialect, table: string, { name, unique, parts }: NewIndex): string {
  return `create ${unique ? 'unique ' : ''}index ${ddl.quote(name)} on ${ddl.quote(table)} (${parts.map(({ column, desc }) => `${ddl.quote(column)}${desc ? ' desc' : ''}`).join(', ')})`
}

export function foreignKeySql(ddl: DdlDialect, { name, columns, table, references, onDelete, onUpdate }: NewForeignKey): string {
  return `constraint ${ddl.quote(name)} foreign key (${namesSql(ddl, columns)}) references ${ddl.quote(table)} (${namesSql(ddl, references)})${actionSql('delete', onDelete)}${actionSql('update', onUpdate)}`
}

export function namesSql(ddl: Pick<DdlDialect, 'quote'>, names: readonly string[]): string {
  return names.map((name) => ddl.quote(name)).join(', ')
}

function actionSql(event: string, action: ForeignKey['onDelete']): string {
  return action === 'no action' ? '' : ` on ${event} ${action}`
}

/** The most columns of any key or index that the column is in. */
function keyedOf({ key, indexes = [], foreignKeys = [] }: CreateTable, name: string): number | undefined {
  const sets = [key, ...indexes.map(({ parts }) => parts.map(({ column }) => column)), ...foreignKeys.map(({ columns }) => columns)]
  const sizes = sets.filter((columns) => columns.includes(name)).map((columns) => columns.length)
  return sizes.length === 0 ? undefined : Math.max(...sizes)
}

/** A text in quotes, doubled inside. */
export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
