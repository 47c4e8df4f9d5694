import { messageOf } from '@caruso/contract'
import { readFileSync } from 'node:fs'
import type { SourceConfig } from './config.ts'
import { StorageError } from './errors.ts'

/** Where a database server is, checked. */
export interface ServerConfig {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly ssl: { readonly ca?: string } | undefined
  readonly connections: number
  readonly readonly: boolean
}

const usualConnections = 10

/** @throws StorageError `SOURCE_MISCONFIGURED` */
export function serverConfig(name: string, config: SourceConfig, usualPort: number): ServerConfig {
  const { kind, file, host = 'localhost', port = usualPort, database, user, password, ssl = false, connections = usualConnections, readonly = false } = config
  if (file !== undefined) throw misconfigured(name, `kind "${kind}" has no "file", which is SQLite's`)
  if (database === undefined || user === undefined) throw misconfigured(name, `kind "${kind}" needs "${database === undefined ? 'database' : 'user'}"`)
  return { host, port, database, user, password, ssl: ssl === false ? undefined : ssl === true ? {} : { ca: certificates(name, ssl.ca) }, connections, readonly }
}

/** Where it is, for people; never the password. */
export function placeOf({ host, port, database, user }: ServerConfig): string {
  return `database "${database}" at ${host}:${port} as "${user}"`
}

export function misconfigured(name: string, found: string): StorageError {
  return new StorageError('SOURCE_MISCONFIGURED', `Read the configuration of data source "${name}": ${found}`)
}

function certificates(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw misconfigured(name, `expected certificates in the file ${JSON.stringify(file)} of "ssl.ca", found ${JSON.stringify(messageOf(error))}`)
  }
}
