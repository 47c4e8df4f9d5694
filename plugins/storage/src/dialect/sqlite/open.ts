import { codeOf, messageOf } from '@caruso/contract'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Log } from '@caruso/kernel'
import type { SourceConfig } from '../../config.ts'
import { StorageError } from '../../errors.ts'
import { Checkpointer } from './checkpointer.ts'
import { Connection } from './connection.ts'
import { ReaderThread } from './reader-thread.ts'
import { Readers } from './readers.ts'

const keptReaders = 4
const longestWait = 2_000
const pause = 20

/** The connections of one data source. */
export interface Connections {
  /** Absent when the source is read-only. */
  readonly writer: Connection | undefined
  readonly readers: Readers
  /** Reads what takes long, where the database is a file. */
  readonly thread?: ReaderThread
  /** Absent where the file has no log, or the process may have no threads. */
  readonly checkpoints?: Checkpointer
  /** The file. */
  readonly path?: string
  /** Reads that are over in one go: for a database in memory these see the writer's own, others a copy. */
  readonly short: <T>(work: (connection: Connection) => T) => T
}

/**
 * Opens a SQLite database: one connection that writes and several that read. A file that is missing is made, with its
 * folder, unless the source is read-only. Only a database that is new gets WAL mode, which is kept in the file:
 * one that another application made keeps its mode. A locked file is tried for two seconds.
 *
 * @throws StorageError `SOURCE_UNAVAILABLE`
 */
export async function openSqlite(name: string, config: SourceConfig, log: Log): Promise<Connections> {
  const { file, readonly = false } = config
  if (file === undefined || file === '') throw unavailable(name, 'expected "file", the path of a SQLite database or ":memory:"')
  if (file === ':memory:') {
    if (readonly) throw unavailable(name, 'a database in memory cannot be read-only')
    return openMemory()
  }
  const path = resolve(file)
  if (readonly && !existsSync(path)) throw unavailable(name, `expected a SQLite database at ${JSON.stringify(path)} to read, found no such file`)
  const until = Date.now() + longestWait
  for (;;) {
    const opened = tryFile(name, path, Date.now() < until, () => openFile(path, readonly, log))
    if (opened) return opened
    await setTimeout(pause)
  }
}

/** Undefined when another application has locked the file and that may pass. */
function tryFile(name: string, path: string, patient: boolean, open: () => Connections): Connections | undefined {
  try {
    return open()
  } catch (error) {
    if (patient && codeOf(error)?.startsWith('SQLITE_BUSY')) return undefined
    throw new StorageError('SOURCE_UNAVAILABLE', `Opened data source "${name}": expected a SQLite database at ${JSON.stringify(path)}, found ${JSON.stringify(messageOf(error))}`, { cause: error })
  }
}

function openFile(path: string, readonly: boolean, log: Log): Connections {
  if (!readonly) mkdirSync(dirname(path), { recursive: true })
  const writer = readonly ? undefined : openWriter(path)
  const readers = new Readers(() => new Connection(path, { readonly: true, fileMustExist: true }), keptReaders)
  try {
    readers.use((connection) => connection.all('select count(*) from sqlite_schema'))
  } catch (error) {
    readers.close()
    writer?.close()
    throw error
  }
  const threads = ReaderThread.allowed ? { thread: new ReaderThread(path), ...(writer && hasLog(writer) ? { checkpoints: new Checkpointer(path, writer, log) } : {}) } : {}
  return { writer, readers, path, ...threads, short: (work) => readers.use(work) }
}

function openWriter(path: string): Connection {
  const writer = new Connection(path, { readonly: false, fileMustExist: false })
  try {
    const isNew = Number(writer.all('select count(*) from sqlite_schema')[0]?.[0]) === 0
    if (isNew) writer.execute('pragma journal_mode = wal')
    // In WAL mode this cannot break the database, and loses at most the last commits when the machine loses power.
    if (hasLog(writer)) writer.execute('pragma synchronous = normal')
    return writer
  } catch (error) {
    writer.close()
    throw error
  }
}

function hasLog(writer: Connection): boolean {
  return writer.all('pragma journal_mode')[0]?.[0] === 'wal'
}

/** Each connection to memory has its own database, so a long read gets a copy, which also keeps the writer free. */
function openMemory(): Connections {
  const writer = new Connection(':memory:', { readonly: false, fileMustExist: false })
  const readers = new Readers(() => new Connection(writer.snapshot(), { readonly: true, fileMustExist: false }), 0)
  return { writer, readers, short: (work) => work(writer) }
}

function unavailable(name: string, found: string): StorageError {
  return new StorageError('SOURCE_UNAVAILABLE', `Opened data source "${name}": ${found}`)
}
