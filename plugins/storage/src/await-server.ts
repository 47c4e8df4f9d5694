import { codeOf, messageOf } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import { setTimeout } from 'node:timers/promises'
import { StorageError } from './errors.ts'
import type { ServerConnection } from './server-connection.ts'

const [shortestPause, longestPause] = [100, 2_000]
const saidEvery = 10_000

/** For whom a server is waited for. */
export interface Awaited {
  readonly name: string
  /** Where it is, without the password. */
  readonly place: string
  readonly log: Log
  /** Milliseconds. */
  readonly longest: number
}

/**
 * Connects once, and waits for a server that is not there yet: after a power cut the machine with the database is
 * often the last to come. What waiting does not change, such as a wrong password, is told at once.
 *
 * @throws StorageError `SOURCE_UNAVAILABLE`
 */
export async function awaitServer(connect: () => Promise<ServerConnection>, explain: (error: unknown, tried: string) => unknown, { name, place, log, longest }: Awaited): Promise<void> {
  let since: number | undefined
  let said = -Infinity
  for (let pause = shortestPause; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      const connection = await connect()
      if (said > 0) log.info({ source: name, waited: Date.now() - (since ?? said) }, `Data source "${name}" is there`)
      return await connection.close()
    } catch (error) {
      since ??= Date.now()
      const waited = Date.now() - since
      const found = explain(error, `Opened data source "${name}"`)
      if (!mayCome(error, found) || waited + pause > longest) throw unavailable(name, place, waited, error)
      if (Date.now() - said >= saidEvery) {
        said = Date.now()
        log.warn({ source: name, waited }, `Waits for data source "${name}": ${place}: ${messageOf(error)}`)
      }
    }
    await setTimeout(pause)
  }
}

/** Nobody listens yet, or it is starting up, or has no connection left; other answers stay what they are. */
function mayCome(error: unknown, found: unknown): boolean {
  const code = codeOf(error) ?? ''
  return codeOf(found) === 'SOURCE_BUSY' || code === '57P03' || (codeOf(found) === 'SOURCE_UNAVAILABLE' && !/^(28|3D)|^ER_|^ENOTFOUND|^EACCES/.test(code))
}

function unavailable(name: string, place: string, waited: number, error: unknown): StorageError {
  const long = waited === 0 ? '' : `, waited ${Math.round(waited / 1_000)} s`
  return new StorageError('SOURCE_UNAVAILABLE', `Opened data source "${name}": expected ${place}${long}, found ${JSON.stringify(messageOf(error))}`, { cause: error })
}
