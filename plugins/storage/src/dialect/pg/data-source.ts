import type { Log } from '@caruso/kernel'
import { awaitServer } from '../../await-server.ts'
import type { SourceConfig } from '../../config.ts'
import type { DataSource } from '../../data-source.ts'
import { placeOf, serverConfig } from '../../server-config.ts'
import { ServerSource } from '../../server-source.ts'
import { pgAlter } from './alter.ts'
import { pgTables } from './catalogue-reader.ts'
import { PgConnection } from './connection.ts'
import { describeTables } from './describe.ts'
import { pgDialect } from './dialect.ts'
import { toStorageError } from './failures.ts'
import { pgKeys } from './keys.ts'
import { clientConfig, usualPort } from './open.ts'
import { pgOwn } from './own-sql.ts'
import { sidecarStatements } from './sidecar.ts'

const longest = 60_000

/** Opens a PostgreSQL database as a data source. It waits up to a minute for the server. */
export async function openSource(name: string, source: SourceConfig, log: Log): Promise<DataSource> {
  const config = serverConfig(name, source, usualPort)
  const connect = (): Promise<PgConnection> => PgConnection.open(clientConfig(config))
  await awaitServer(connect, toStorageError, { name, place: placeOf(config), log, longest })
  return new ServerSource(name, { kind: 'pg', dialect: pgDialect, keys: pgKeys, connect, tables: pgTables, describe: describeTables, sidecar: sidecarStatements, alter: pgAlter, own: pgOwn, explain: toStorageError }, config)
}
