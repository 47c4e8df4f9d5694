import type { Column } from '../catalogue.ts'
import type { Raw } from '../logical.ts'
import type { SqlDialect } from '../sql-builder.ts'
import type { Change, NewColumn } from './change.ts'
import { columnOf } from './tables.ts'
import type { Planned, Tables } from './tables.ts'
import { converted, fitsSize, isNarrower } from './values.ts'

/** What stands in the way of a change, by the names that the database has now. */
export interface Obstacle {
  /** Answers a number of rows or, with `isInTheWay`, one value of each row. */
  readonly sql: string
  readonly isInTheWay?: (raw: Raw) => boolean
  /** What these rows are. */
  readonly says: string
}

export interface Looked {
  readonly dialect: SqlDialect
  /** How the database keeps a column. */
  column(table: string, name: string): Column
}

/** What to count before anything is touched: rows of which a change would lose a value, or that it could not keep. */
export function obstaclesTo(change: Change, tables: Tables, looked: Looked): Obstacle[] {
  const planned = 'table' in change && !('createTable' in change) ? tables.get(change.table) : undefined
  // A table that is made by an earlier change has no rows.
  if (planned?.was === undefined) return []
  const { quote } = looked.dialect
  const from = quote(planned.was)
  if ('addColumn' in change) {
    const { nullable, default: fallback } = change.addColumn
    return nullable || fallback !== undefined ? [] : [{ sql: `select count(*) from ${from}`, says: 'would have no value, and it may not be null' }]
  }
  if ('changeColumn' in change) return ofColumn(change.changeColumn, planned, planned.was, looked)
  if ('addIndex' in change && change.addIndex.unique) return ofUnique(change.addIndex.parts.map(({ column }) => column), planned, from, quote)
  if ('addForeignKey' in change) return ofForeignKey(change.addForeignKey, planned, from, tables, quote)
  return []
}

function ofColumn(column: NewColumn, { table, columnsWere }: Planned, was: string, looked: Looked): Obstacle[] {
  const [before, name] = [columnOf(table, column.name), columnsWere.get(column.name)]
  if (before === undefined || name === undefined) return []
  const { dialect } = looked
  const [from, held] = [dialect.quote(was), dialect.quote(name)]
  const empty: Obstacle[] = !column.nullable && before.nullable ? [{ sql: `select count(*) from ${from} where ${held} is null`, says: 'are null' }] : []
  if (!isNarrower(column, before)) return empty
  const kind = before.type ?? 'text'
  const codec = dialect.codec(looked.column(was, name), kind)
  const select = (codec?.select ?? '??').replaceAll('??', held)
  const isInTheWay = (raw: Raw): boolean => {
    const value = raw === null ? null : codec?.read(raw)
    if (value === undefined) return true
    const found = typeof value === 'object' ? (column.type === kind ? value : undefined) : converted(kind, column.type, value)
    return found === undefined || !fitsSize(column, found)
  }
  return [...empty, { sql: `select ${select} from ${from} where ${held} is not null`, isInTheWay, says: 'do not fit' }]
}

function ofUnique(columns: readonly string[], { columnsWere }: Planned, from: string, quote: SqlDialect['quote']): Obstacle[] {
  const held = columns.flatMap((column) => columnsWere.get(column) ?? []).map(quote)
  // What is new has a default or nothing in every row, which the database looks at.
  if (held.length < columns.length) return []
  const given = held.map((column) => `${column} is not null`).join(' and ')
  return [{ sql: `select coalesce(sum(n), 0) from (select count(*) as n from ${from} where ${given} group by ${held.join(', ')} having count(*) > 1) d`, says: 'have the same values' }]
}

function ofForeignKey({ columns, table: other, references }: Extract<Change, { readonly addForeignKey: unknown }>['addForeignKey'], planned: Planned, from: string, tables: Tables, quote: SqlDialect['quote']): Obstacle[] {
  const parent = other === planned.table.name ? planned : tables.get(other)
  const held = columns.flatMap((column) => planned.columnsWere.get(column) ?? []).map(quote)
  const referred = references.flatMap((column) => parent?.columnsWere.get(column) ?? []).map(quote)
  if (held.length < columns.length) return []
  const given = held.map((column) => `c.${column} is not null`).join(' and ')
  if (parent?.was === undefined || referred.length < references.length) return [{ sql: `select count(*) from ${from} c where ${given}`, says: 'refer to nothing' }]
  const met = held.map((column, index) => `p.${referred[index]} = c.${column}`).join(' and ')
  return [{ sql: `select count(*) from ${from} c where ${given} and not exists (select 1 from ${quote(parent.was)} p where ${met})`, says: 'refer to nothing' }]
}
