import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'

/** Keeps the SQLite files of this thread from growing beyond so many pages, those that are opened later too. */
export function fullFiles(): { readonly setPages: (most: number) => void } {
  const opened = new Set<Database>()
  let limit = 1_000_000
  const { prototype } = Database
  const { exec } = prototype
  const restrict = (connection: Database): Database => exec.call(connection, `pragma max_page_count = ${limit}`)
  prototype.exec = function (this: Database, sql: string) {
    if (!opened.has(this)) restrict(this)
    opened.add(this)
    return exec.call(this, sql)
  }
  onTestFinished(() => {
    prototype.exec = exec
  })
  return {
    setPages: (most) => {
      limit = most
      for (const connection of opened) if (connection.open) restrict(connection)
    },
  }
}
