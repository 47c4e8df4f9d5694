import type { ConnectionOptions } from 'mysql2/promise'
import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { misconfigured } from '../../server-config.ts'
import type { ServerConfig } from '../../server-config.ts'

const usualTimeout = 10_000
const rememberedStatements = 500
export const usualPort = 3306

/** What the driver is told, and the socket, which is our own: what the driver calls destroying one waits for the server to close it. */
export interface MysqlConfig extends ConnectionOptions {
  readonly openSocket: () => Socket
}

/**
 * What the driver is told to connect. Values come as texts wherever JavaScript has no exact number or no moment.
 *
 * @throws StorageError `SOURCE_MISCONFIGURED`
 */
export function clientConfig(name: string, { host, port, database, user, password, ssl }: ServerConfig): MysqlConfig {
  // The driver compares a certificate with names only, and would look for "localhost" in it.
  if (ssl !== undefined && isIP(host) !== 0) throw misconfigured(name, `kind "mysql" with "ssl" needs a name for "host", which the certificate is for, found the address ${JSON.stringify(host)}`)
  return {
    openSocket: () => connect(host.startsWith('/') ? { path: host } : { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: usualTimeout }),
    host,
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl: { ...ssl, rejectUnauthorized: true, verifyIdentity: true } }),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    maxPreparedStatements: rememberedStatements,
    connectTimeout: usualTimeout,
  }
}
