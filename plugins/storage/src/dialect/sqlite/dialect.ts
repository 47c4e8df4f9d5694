import type { SqlDialect } from '../../sql-builder.ts'

/** How SQLite writes what differs between databases. */
export const sqliteDialect: SqlDialect = {
  client: 'better-sqlite3',
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  // GLOB minds case and can use an index, which LIKE does not and cannot.
  startsWith: '?? glob ?',
  notStartsWith: '?? not glob ?',
}

/** The pattern of all texts that start with this one. */
export function startsWithValue(prefix: string): string {
  return `${prefix.replace(/[*?[]/g, '[$&]')}*`
}
