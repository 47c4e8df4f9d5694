import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ManagerError } from './errors.ts'

/**
 * Runs work that one caller at a time may do, guarded by the lock of an empty SQLite file.
 *
 * The system takes the lock back when its process ends, however it ends. A file that names its holder would have to be
 * written, read and taken over in steps between which another process may act.
 *
 * @throws ManagerError `STORE_BUSY` while another caller is at it, in this process or another
 */
export async function exclusively<Result>(guard: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(guard), { recursive: true })
  using lock = new DatabaseSync(guard, { timeout: 0 })
  try {
    lock.exec('BEGIN IMMEDIATE')
  } catch (error) {
    if (!isBusy(error)) throw error
    throw new ManagerError('STORE_BUSY', `Changed ${JSON.stringify(dirname(guard))}: another "caruso" is changing it and holds ${JSON.stringify(guard)}; try again when it has ended`, { cause: error })
  }
  return await work()
}

/** SQLITE_BUSY, https://sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
