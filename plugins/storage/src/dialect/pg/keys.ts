import { keysTable } from '../../keys.ts'
import type { Server } from '../../server-source.ts'

/** Keys stay for a day. The old ones are found by an index, which can be made with the table only as one of unique columns. */
export const pgKeys: Server['keys'] = {
  create: `create table if not exists ${keysTable} (
    seq bigint generated always as identity primary key, component text not null, key text not null, at bigint not null,
    digest text not null, results text not null, unique (component, key), unique (at, seq)
  )`,
  find: `select digest, results from ${keysTable} where component = $1 and key = $2`,
  insert: `insert into ${keysTable} (component, key, at, digest, results) values ($1, $2, $3, $4, $5)`,
  forget: `delete from ${keysTable} where at < $1`,
}
