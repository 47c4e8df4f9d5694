import { messageOf } from '@caruso/contract'
import { open } from 'node:fs/promises'
import { backup, DatabaseSync } from 'node:sqlite'
import { BackupError } from './errors.ts'

const magic = 'SQLite format 3\0'
/** Milliseconds to wait for an application that has locked the database. */
const patience = 10_000
/** Pages that are copied at a time. */
const rate = 1_000

/** Whether a file is a SQLite database, by what it begins with. */
export async function isDatabase(file: string): Promise<boolean> {
  await using handle = await open(file, 'r')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0)
  return bytesRead === magic.length && buffer.toString('latin1') === magic
}

/**
 * Copies a SQLite database as it is at this moment, while others read and write it.
 *
 * The copy is made within one reading transaction: without that, each write of another process would make SQLite begin
 * again. Where the database is in WAL mode nobody waits; in other modes writers wait until it is copied.
 *
 * @throws BackupError `BACKUP_FAILED`
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  let database: DatabaseSync | undefined
  try {
    database = opened(from)
    await backup(database, to, { rate })
  } catch (cause) {
    throw new BackupError('BACKUP_FAILED', `Copied database "${from}": ${messageOf(cause)}`, { cause })
  } finally {
    database?.close()
  }
}

function opened(file: string): DatabaseSync {
  try {
    return reading(new DatabaseSync(file, { readOnly: true, timeout: patience }))
  } catch (error) {
    if (!isHalfWritten(error)) throw error
    return reading(new DatabaseSync(file, { timeout: patience }))
  }
}

function reading(database: DatabaseSync): DatabaseSync {
  try {
    database.exec('begin')
    database.prepare('select count(*) from sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * SQLITE_READONLY_ROLLBACK, https://sqlite.org/rescode.html#readonly_rollback: an application was killed in the middle of
 * a change, which whoever opens the database next to write takes back.
 */
function isHalfWritten(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 776
}
