import type { SourceConfig } from '../../config.ts'
import type { Bulk } from '../../copy/bulk.ts'
import { ServerBulk } from '../../copy/server-bulk.ts'
import { serverConfig } from '../../server-config.ts'
import { mysqlTables } from './catalogue-reader.ts'
import { MysqlConnection } from './connection.ts'
import { mysqlDialect } from './dialect.ts'
import { toStorageError } from './failures.ts'
import { clientConfig, usualPort } from './open.ts'

export async function openBulk(name: string, config: SourceConfig): Promise<Bulk> {
  const connection = await MysqlConnection.open(clientConfig(name, serverConfig(name, config, usualPort)))
  // Else a key of zero would become the next number.
  await connection.describe(`set session sql_mode = concat(@@session.sql_mode, ',NO_AUTO_VALUE_ON_ZERO')`, [])
  // What the server counts it counts on from the highest by itself.
  return new ServerBulk({ kind: 'mysql', dialect: mysqlDialect(false), tables: mysqlTables, place: () => '?', countOn: async () => {}, explain: toStorageError }, connection)
}
