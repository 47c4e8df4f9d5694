import type { SourceConfig } from '../../config.ts'
import type { Bulk, BulkTable } from '../../copy/bulk.ts'
import { ServerBulk } from '../../copy/server-bulk.ts'
import type { BulkServer } from '../../copy/server-bulk.ts'
import { serverConfig } from '../../server-config.ts'
import { pgTables } from './catalogue-reader.ts'
import { PgConnection } from './connection.ts'
import { pgDialect } from './dialect.ts'
import { clientConfig, usualPort } from './open.ts'

const { quote } = pgDialect

const server: BulkServer = {
  kind: 'pg',
  dialect: pgDialect,
  tables: pgTables,
  place: (number) => `$${number}`,
  countOn: async (connection, table, column) => {
    await connection.describe(`select setval(pg_get_serial_sequence($1, $2), coalesce(max(${quote(column)}), 1), max(${quote(column)}) is not null) from ${quote(table)}`, [quote(table), column])
  },
}

/** Writes rows by `copy`, as the server does when it restores. */
class PgBulk extends ServerBulk {
  readonly #connection: PgConnection

  constructor(connection: PgConnection) {
    super(server, connection)
    this.#connection = connection
  }

  async insertLines({ name, columns }: BulkTable, lines: Uint8Array): Promise<void> {
    await this.#connection.copyIn(`copy ${quote(name)} (${columns.map((column) => quote(column.name)).join(', ')}) from stdin`, lines)
  }
}

export async function openBulk(name: string, config: SourceConfig): Promise<Bulk> {
  return new PgBulk(await PgConnection.open(clientConfig(serverConfig(name, config, usualPort))))
}
