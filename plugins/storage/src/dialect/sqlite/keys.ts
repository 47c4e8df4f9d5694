import type { Call } from '@caruso/contract'
import { createHash } from 'node:crypto'
import type { Step, StepResult } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import type { Connection } from './connection.ts'

export const keysTable = 'caruso_keys'

const keptFor = 24 * 60 * 60 * 1000
const keptMost = 10_000

// No STRICT table: an application with an older SQLite could no longer open its database.
const create = `create table if not exists ${keysTable} (
  seq integer primary key, component text not null, key text not null, at integer not null,
  digest text not null, results text not null, unique (component, key)
)`
const find = `select digest, results from ${keysTable} where component = ? and key = ?`
const insert = `insert into ${keysTable} (component, key, at, digest, results) values (?, ?, ?, ?, ?)`
// Sequence numbers grow with time, so both bounds are found at the table's ends.
const prune = `delete from ${keysTable} where seq <= (select max(seq) from ${keysTable}) - ? or seq < (select seq from ${keysTable} where at >= ? order by seq limit 1)`

/**
 * Runs the work once per key of a call, inside the transaction that is open: a repeat gets the first answer.
 * Keys belong to the calling component and are remembered for a day, the last 10,000 of a data source.
 *
 * @throws StorageError `KEY_REUSED` when the key came with other steps before
 */
export function once(connection: Connection, call: Call, steps: readonly Step[], work: () => readonly StepResult[]): readonly StepResult[] {
  const { key } = call
  if (key === undefined) return work()
  const { component } = call.caller
  connection.prepare(create).run([])
  const digest = createHash('sha256').update(JSON.stringify(steps)).digest('base64')
  const known = connection.prepare(find).get([component, key])
  if (known) {
    if (known[0] !== digest) throw new StorageError('KEY_REUSED', `Changed a data source with the key ${JSON.stringify(key)}: "${component}" used it for other steps before`)
    return JSON.parse(String(known[1]))
  }
  const results = work()
  connection.prepare(insert).run([component, key, BigInt(Date.now()), digest, JSON.stringify(results)])
  connection.prepare(prune).run([BigInt(keptMost), BigInt(Date.now() - keptFor)])
  return results
}
