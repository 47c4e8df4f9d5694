import type { Column, Table } from '../../catalogue.ts'
import type { ServerConnection } from '../../server-connection.ts'

// Every name of the answer is given, since MySQL answers those of this schema in capitals and MariaDB does not.
const columns = `
  select c.table_name as t, c.column_name as n, c.data_type as d, c.column_type as f, c.is_nullable as o, c.numeric_scale as s, c.datetime_precision as p, c.collation_name as l, k.seq_in_index as k
  from information_schema.columns c
  left join information_schema.statistics k on k.table_schema = c.table_schema and k.table_name = c.table_name and k.column_name = c.column_name and k.index_name = 'PRIMARY'
  where c.table_schema = database()
  order by c.table_name, c.ordinal_position`

/** The tables and views of the connection's database. */
export async function mysqlTables(connection: ServerConnection): Promise<readonly Table[]> {
  const found = new Map<string, { readonly columns: Map<string, Column>; readonly key: string[] }>()
  for (const row of (await connection.run(columns, [])).rows) {
    const [table = '', name = '', data = '', full = '', nullable = '', scale, digits, collation, place] = row.map((value) => (value === null ? undefined : text(value)))
    const known = found.get(table) ?? { columns: new Map(), key: [] }
    found.set(table, known)
    const places = data === 'decimal' ? Number(scale) : digits === undefined ? undefined : Number(digits)
    // Pad-space collations, utf8mb4_bin among them, take "a" and "a " for the same.
    const binary = /^utf8mb4_(nopad_bin|0900_bin)$/.test(collation ?? '')
    // A single bit is yes or no, several are bytes.
    const kept = data === 'bit' && full !== 'bit(1)' ? 'binary' : data
    known.columns.set(name, { name, text: texts.has(data), stored: full.includes('unsigned') ? `${data} unsigned` : kept, nullable: nullable === 'YES', places, binary, cased: /_(bin|cs)$/.test(collation ?? '') })
    if (place !== undefined) known.key[Number(place) - 1] = name
  }
  return [...found].map(([name, table]) => ({ name, ...table }))
}

const texts: ReadonlySet<string> = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'])

function text(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
}
