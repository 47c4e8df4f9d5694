import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { password, startPostgres as startServer, user } from '../database-servers.ts'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A PostgreSQL server in processes of its own, on a free port of the loopback. */
export interface Postgres extends AsyncDisposable {
  at(database: string): Extract<ShopDatabase, { readonly kind: 'pg' }>
}

const initdb = ['--encoding=UTF8', '--locale=C', '--no-sync']
// Nothing is written at times of its own, and a commit waits for the disk no more than SQLite's does with synchronous = normal.
const settings = ['autovacuum=off', 'max_wal_size=4GB', 'checkpoint_timeout=1h', 'synchronous_commit=off', 'shared_buffers=256MB', 'timezone=UTC', 'max_connections=60']

/** Starts the PostgreSQL that the development dependencies bring. */
export async function startPostgres(): Promise<Postgres> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(temporaryFolder('pg'))
  // PostgreSQL's own user has to get through it.
  chmodSync(folder.path, 0o711)
  const { port, stop } = await startServer(join(folder.path, 'data'), { initdb, settings })
  stack.defer(stop)
  const running = stack.move()
  return {
    at: (database) => ({ kind: 'pg', host: '127.0.0.1', port, user, password, database }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
