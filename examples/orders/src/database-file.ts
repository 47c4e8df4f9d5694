import Database from 'better-sqlite3'
import { schema } from './schema.ts'

export type Cell = string | number | null
export type Tables = Readonly<Record<string, readonly (readonly Cell[])[]>>

/** Writes tables into a new SQLite file; they come in an order that satisfies their foreign keys. */
export function writeDatabase(file: string, tables: Tables): void {
  const database = new Database(file)
  try {
    // The file counts only once it has its name, so nothing is lost by not waiting for the disk.
    database.exec(`pragma synchronous = off; pragma journal_mode = memory; pragma foreign_keys = on; begin; ${schema}`)
    for (const [table, rows] of Object.entries(tables)) {
      const places = (rows[0] ?? []).map(() => '?').join(', ')
      const insert = database.prepare(`insert into "${table}" values (${places})`)
      for (const row of rows) insert.run(row)
    }
    database.exec('commit')
  } finally {
    database.close()
  }
}
