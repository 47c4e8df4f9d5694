import type { ClientConfig } from 'pg'
import type { ServerConfig } from '../../server-config.ts'

const usualTimeout = 10_000
export const usualPort = 5432

/** What the driver is told to connect. Keep-alive, so that a peer that is gone is noticed while nothing is said. */
export function clientConfig({ host, port, database, user, password, ssl }: ServerConfig): ClientConfig {
  return {
    host,
    port,
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ...(ssl === undefined ? { ssl: false } : { ssl: { ...ssl, rejectUnauthorized: true } }),
    application_name: 'caruso',
    connectionTimeoutMillis: usualTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: usualTimeout,
  }
}
