import type { Log } from '@caruso/kernel'
import { awaitServer } from '../../await-server.ts'
import type { SourceConfig } from '../../config.ts'
import type { DataSource } from '../../data-source.ts'
import { placeOf, serverConfig } from '../../server-config.ts'
import { ServerSource } from '../../server-source.ts'
import { mysqlAlter } from './alter.ts'
import { mysqlTables } from './catalogue-reader.ts'
import { MysqlConnection } from './connection.ts'
import { describeTables } from './describe.ts'
import { mysqlDialect } from './dialect.ts'
import { toStorageError } from './failures.ts'
import { mysqlKeys } from './keys.ts'
import { clientConfig, usualPort } from './open.ts'
import { mysqlOwn } from './own-sql.ts'
import { sidecarStatements } from './sidecar.ts'

const longest = 60_000

/** Opens a MySQL or MariaDB database as a data source. It waits up to a minute for the server. */
export async function openSource(name: string, source: SourceConfig, log: Log): Promise<DataSource> {
  const config = serverConfig(name, source, usualPort)
  const client = clientConfig(name, config)
  const connect = (): Promise<MysqlConnection> => MysqlConnection.open(client)
  await awaitServer(connect, toStorageError, { name, place: placeOf(config), log, longest })
  const mariadb = await isMariadb(connect)
  return new ServerSource(name, { kind: 'mysql', dialect: mysqlDialect(mariadb), keys: mysqlKeys, connect, tables: mysqlTables, describe: (connection) => describeTables(connection, mariadb), sidecar: sidecarStatements, alter: mysqlAlter(mariadb), own: mysqlOwn, explain: toStorageError }, config)
}

/** MariaDB is told by its version, such as `10.11.6-MariaDB`. */
async function isMariadb(connect: () => Promise<MysqlConnection>): Promise<boolean> {
  const connection = await connect()
  try {
    return String((await connection.run('select version()', [])).rows[0]?.[0]).includes('MariaDB')
  } finally {
    await connection.close()
  }
}
