import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from '@caruso/contract'
import { ManagerError } from './errors.ts'

/**
 * Runs work that one process at a time may do, guarded by a file that holds the id of the process.
 * The guard of a process that was killed is taken over.
 *
 * @throws ManagerError `STORE_BUSY` while another process is at it
 */
export async function exclusively<Result>(guard: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(guard), { recursive: true })
  if (!(await take(guard))) {
    const holder = Number(await readFile(guard, 'utf8').catch(emptyIfGone))
    if (isRunning(holder)) throw new ManagerError('STORE_BUSY', `Changed ${JSON.stringify(dirname(guard))}: process ${holder} is changing it (if that is not caruso, remove ${JSON.stringify(guard)})`)
    await rm(guard, { force: true })
    if (!(await take(guard))) throw new ManagerError('STORE_BUSY', `Changed ${JSON.stringify(dirname(guard))}: another process has just begun to change it`)
  }
  try {
    return await work()
  } finally {
    await rm(guard, { force: true })
  }
}

async function take(guard: string): Promise<boolean> {
  try {
    await using handle = await open(guard, 'wx')
    await handle.writeFile(String(process.pid))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function emptyIfGone(error: unknown): string {
  if (codeOf(error) === 'ENOENT') return ''
  throw error
}

function isRunning(id: number): boolean {
  if (!(id > 0)) return false
  try {
    return process.kill(id, 0)
  } catch (error) {
    // Of another user, but there.
    return codeOf(error) === 'EPERM'
  }
}
