import { keptFor, keysTable } from '../../keys.ts'
import type { KeyStatements } from '../../keys.ts'

const keptMost = 10_000

// No STRICT table: an application with an older SQLite could no longer open its database.
export const createKeys = `create table if not exists ${keysTable} (
  seq integer primary key, component text not null, key text not null, at integer not null,
  digest text not null, results text not null, unique (component, key)
)`

/** Keys stay for a day, the last 10,000 of a data source. */
export const sqliteKeys: KeyStatements = {
  find: `select digest, results from ${keysTable} where component = ? and key = ?`,
  insert: `insert into ${keysTable} (component, key, at, digest, results) values (?, ?, ?, ?, ?)`,
  prune: {
    // Sequence numbers grow with time, so both bounds are found at the table's ends.
    sql: `delete from ${keysTable} where seq <= (select max(seq) from ${keysTable}) - ? or seq < (select seq from ${keysTable} where at >= ? order by seq limit 1)`,
    values: (now) => [BigInt(keptMost), BigInt(now - keptFor)],
  },
}
