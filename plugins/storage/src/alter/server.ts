import { codeOf, messageOf } from '@caruso/contract'
import type { Raw } from '../logical.ts'
import type { ServerConnection } from '../server-connection.ts'
import type { Change } from './change.ts'
import type { Looked, Obstacle } from './obstacles.ts'
import { explained, planChanges, refused, requireNone, triedChange } from './plan.ts'
import type { PlannedChange } from './plan.ts'
import type { Tables } from './tables.ts'
import type { TableDescription } from '../description.ts'

/** What a dialect with a server brings for changes of its structure. */
export interface ServerAlter {
  /** What makes the statements of a change, of a database as it is. */
  statements(connection: ServerConnection): Promise<(change: Change, tables: Tables) => string[]>
  /** Where a list of changes is one transaction: what keeps others from writing into a table. Without, each change stays as it is made. */
  readonly lock?: (quoted: string) => string
}

/** A list of changes with their statements, not made yet. */
export interface ServerPlan {
  readonly planned: readonly PlannedChange[]
  readonly statements: readonly (readonly string[])[]
}

/** @throws StorageError `CHANGE_REFUSED` */
export async function planOnServer(connection: ServerConnection, alter: ServerAlter, described: AsyncIterable<TableDescription>, changes: readonly Change[], looked: Looked): Promise<ServerPlan> {
  await connection.session.begin('read')
  const tables: TableDescription[] = []
  for await (const table of described) tables.push(table)
  const statements = await alter.statements(connection)
  await connection.session.rollback()
  const planned = planChanges(changes, tables, looked)
  return { planned, statements: planned.map(({ change, tables: before }) => statements(change, before)) }
}

/** How a failure of the server is told. */
export interface Telling {
  readonly tried: string
  explain(error: unknown, tried: string, details: Readonly<Record<string, unknown>>): unknown
}

/** Makes the changes; first looks for what stands in the way of any. @throws StorageError `CHANGE_REFUSED`, `SOURCE_FULL` and others of the source */
export async function alterServer(connection: ServerConnection, { lock }: ServerAlter, { planned, statements }: ServerPlan, looked: Looked, { tried, explain }: Telling): Promise<void> {
  if (lock !== undefined) await begin(connection, planned, (name) => lock(looked.dialect.quote(name)))
  for (const { change, index, obstacles } of planned) {
    for (const obstacle of obstacles) {
      const rows = await countOf(connection, obstacle)
      explained(change, index, () => requireNone(obstacle, rows))
    }
  }
  for (const { change, index } of planned) {
    try {
      for (const sql of statements[index] ?? []) await connection.describe(sql, [])
    } catch (error) {
      if (connection.session.broken || codeOf(error) === 'CANCELLED') throw error
      const done = lock === undefined ? index : 0
      const told = explain(error, triedChange(tried, change, index), { change: index, done })
      // A full disk is no fault of the change, nor is a server that is gone.
      throw codeOf(told)?.startsWith('SOURCE_') ? told : refused(change, index, done, messageOf(error), error)
    }
  }
  if (lock !== undefined) await connection.session.commit(tried)
}

/** Nobody writes into the tables between looking and changing. */
async function begin(connection: ServerConnection, planned: readonly PlannedChange[], lock: (name: string) => string): Promise<void> {
  await connection.session.begin('write')
  const touched = new Set(planned.filter(({ obstacles }) => obstacles.length > 0).flatMap(({ change, tables }) => ('table' in change ? tables.get(change.table)?.was ?? [] : [])))
  for (const name of [...touched].toSorted()) await connection.describe(lock(name), [])
}

async function countOf(connection: ServerConnection, { sql, isInTheWay }: Obstacle): Promise<number> {
  if (isInTheWay === undefined) return Number((await connection.describe(sql, [])).rows[0]?.[0])
  let found = 0
  for await (const rows of connection.stream(sql, [])) found += rows.filter(([value]) => isInTheWay((value ?? null) as Raw)).length
  return found
}
