import type { ConnectionOptions } from 'mysql2/promise'
import type { ServerConfig } from '../../server-config.ts'

const usualTimeout = 10_000
const rememberedStatements = 500
export const usualPort = 3306

/** What the driver is told to connect. Values come as texts wherever JavaScript has no exact number or no moment. */
export function clientConfig({ host, port, database, user, password, ssl }: ServerConfig): ConnectionOptions {
  return {
    ...(host.startsWith('/') ? { socketPath: host } : { host, port }),
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? {} : { ssl: { ...ssl, rejectUnauthorized: true } }),
    charset: 'utf8mb4',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
    maxPreparedStatements: rememberedStatements,
    connectTimeout: usualTimeout,
    enableKeepAlive: true,
    keepAliveInitialDelay: usualTimeout,
  }
}
