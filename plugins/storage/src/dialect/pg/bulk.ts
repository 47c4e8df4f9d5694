import type { Codec } from '../../codec.ts'
import type { SourceConfig } from '../../config.ts'
import type { Bulk, BulkTable } from '../../copy/bulk.ts'
import { comparedFieldOf } from '../../copy/row-line.ts'
import { ServerBulk } from '../../copy/server-bulk.ts'
import type { BulkServer } from '../../copy/server-bulk.ts'
import type { CopiedColumn } from '../../copy/structure.ts'
import type { Value } from '../../contract.ts'
import { StorageError } from '../../errors.ts'
import type { LogicalType } from '../../logical-type.ts'
import { serverConfig } from '../../server-config.ts'
import { pgTables } from './catalogue-reader.ts'
import { PgConnection } from './connection.ts'
import { pgDialect } from './dialect.ts'
import { toStorageError } from './failures.ts'
import { clientConfig, usualPort } from './open.ts'
import { refusedLine } from './refused-line.ts'

const { quote } = pgDialect

const server: BulkServer = {
  kind: 'pg',
  dialect: pgDialect,
  tables: pgTables,
  place: (number) => `$${number}`,
  countOn: async (connection, table, column) => {
    await connection.describe(`select setval(pg_get_serial_sequence($1, $2), coalesce(max(${quote(column)}), 1), max(${quote(column)}) is not null) from ${quote(table)}`, [quote(table), column])
  },
  explain: toStorageError,
}

/** Writes rows by `copy`, as the server does when it restores. */
class PgBulk extends ServerBulk {
  readonly #connection: PgConnection

  constructor(connection: PgConnection) {
    super(server, connection)
    this.#connection = connection
  }

  async insertLines(table: BulkTable, lines: Uint8Array): Promise<void> {
    try {
      await this.#connection.copyIn(`copy ${quote(table.name)} (${table.columns.map((column) => quote(column.name)).join(', ')}) from stdin`, lines)
    } catch (error) {
      throw refusedLine(error, table, lines)
    }
  }

  /** The server writes most values as we compare them, escaped alike. */
  async *comparedLines({ name, columns, codecs }: BulkTable): AsyncGenerator<readonly string[], void> {
    const selected = codecs.map(({ select = '??' }, index) => select.replaceAll('??', quote(columns[index]?.name ?? '')))
    const changed = columns.flatMap((column, index) => {
      const codec = codecs[index]
      const field = codec === undefined ? undefined : fieldAsCompared(column, codec)
      return field === undefined ? [] : [{ index, field }]
    })
    for await (const lines of this.#connection.copyOut(`copy (select ${selected.join(', ')} from ${quote(name)}) to stdout`)) {
      yield lines.map((line) => {
        const fields = line.split('\t')
        for (const { index, field } of changed) fields[index] = field(fields[index] ?? '')
        return fields.join('\t')
      })
    }
  }
}

/** Fields that the server does not write as we compare them. */
const read: { readonly [Type in LogicalType]?: (text: string, read: Codec['read']) => Value | undefined } = {
  decimal: (text, codec) => codec(text),
  float: (text, codec) => codec(text),
  boolean: (text) => text === 't',
  time: (text, codec) => codec(text),
  instant: (text, codec) => codec(text),
  json: (text) => text.replace(/\\(.)/g, (_, sign: string) => signs[sign] ?? sign),
}

const signs: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function fieldAsCompared({ type }: CopiedColumn, codec: Codec): ((text: string) => string) | undefined {
  const own = read[type]
  const field = comparedFieldOf(type)
  if (own === undefined) return undefined
  return (text) => {
    if (text === '\\N') return text
    const value = own(text, codec.read)
    if (value === undefined) throw new StorageError('VALUE_INVALID', `Read a column as ${type}: found ${JSON.stringify(text.slice(0, 80))}`)
    return field(value)
  }
}

export async function openBulk(name: string, config: SourceConfig): Promise<Bulk> {
  return new PgBulk(await PgConnection.open(clientConfig(serverConfig(name, config, usualPort))))
}
