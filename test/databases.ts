import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import type { TestDatabase } from './database-servers.ts'

export type { TestDatabase } from './database-servers.ts'

/** A new, empty database on the server of this test run. MariaDB's tests are skipped where `inject('mysql')` is undefined. */
export async function freshDatabase(kind: 'pg' | 'mysql'): Promise<TestDatabase> {
  const socket = connect(inject('databases'))
  socket.end(kind)
  const { database, error } = JSON.parse(await text(socket)) as { readonly database?: TestDatabase; readonly error?: string }
  if (database === undefined) throw new Error(error)
  return database
}
