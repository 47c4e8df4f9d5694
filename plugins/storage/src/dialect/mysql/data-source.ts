import type { Log } from '@caruso/kernel'
import { createConnection } from 'mysql2/promise'
import { awaitServer } from '../../await-server.ts'
import type { SourceConfig } from '../../config.ts'
import type { DataSource } from '../../data-source.ts'
import { placeOf, serverConfig } from '../../server-config.ts'
import { ServerSource } from '../../server-source.ts'
import { mysqlTables } from './catalogue-reader.ts'
import { MysqlConnection } from './connection.ts'
import { mysqlDialect } from './dialect.ts'
import { toStorageError } from './failures.ts'
import { mysqlKeys } from './keys.ts'
import { clientConfig, usualPort } from './open.ts'
import { mysqlOwn } from './own-sql.ts'

const longest = 60_000

/** Opens a MySQL or MariaDB database as a data source. It waits up to a minute for the server. */
export async function openSource(name: string, source: SourceConfig, log: Log): Promise<DataSource> {
  const config = serverConfig(name, source, usualPort)
  const client = clientConfig(config)
  let mariadb = false
  const first = async (): Promise<MysqlConnection> => {
    mariadb = await isMariadb(client)
    return MysqlConnection.open(client, mariadb)
  }
  await awaitServer(first, toStorageError, { name, place: placeOf(config), log, longest })
  const connect = (): Promise<MysqlConnection> => MysqlConnection.open(client, mariadb)
  return new ServerSource(name, { kind: 'mysql', dialect: mysqlDialect(mariadb), keys: mysqlKeys, connect, tables: mysqlTables, own: mysqlOwn, explain: toStorageError }, config)
}

async function isMariadb(client: Parameters<typeof createConnection>[0]): Promise<boolean> {
  const connection = await createConnection(client)
  try {
    const [rows] = await connection.query({ sql: 'select version()', rowsAsArray: true })
    return JSON.stringify(rows).includes('MariaDB')
  } finally {
    await connection.end()
  }
}
