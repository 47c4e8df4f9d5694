import type { CatalogueReader, Column, Table } from '../../catalogue.ts'
import type { Connection } from './connection.ts'
import { toStorageError } from './failures.ts'
import { keysTable } from './keys.ts'

const tables = `select name from pragma_table_list where schema = 'main' and type in ('table', 'view', 'virtual') and name not like 'sqlite\\_%' escape '\\' and name <> ?`
const kind = `select type from pragma_table_list where schema = 'main' and name = ?`
// Hidden columns of virtual tables (1) are functions in disguise; generated ones (2, 3) are columns.
const columns = `select name, type, pk from pragma_table_xinfo(?) where hidden <> 1 order by cid`

/** Reads SQLite's catalogue through the connection that `use` lends. */
export function sqliteCatalogue(use: <T>(work: (connection: Connection) => T) => T): CatalogueReader {
  return {
    version: () => use((connection) => Number(connection.all('pragma schema_version')[0]?.[0])),
    names: () => use((connection) => connection.all(tables, [keysTable]).map(([name]) => String(name))),
    table: (name) => use((connection) => readTable(connection, name)),
  }
}

function readTable(connection: Connection, name: string): Table {
  try {
    const rows = connection.all(columns, [name])
    const found = new Map<string, Column>(rows.map(([column, type]) => [String(column), { name: String(column), text: isText(String(type)) }]))
    const answersKeys = connection.all(kind, [name])[0]?.[0] === 'table'
    const key = rows.filter(([, , place]) => Number(place) > 0).toSorted((a, b) => Number(a[2]) - Number(b[2]))
    return { name, columns: found, key: answersKeys ? key.map(([column]) => String(column)) : [] }
  } catch (error) {
    throw toStorageError(error, `Looked up the columns of ${JSON.stringify(name)}`)
  }
}

/** SQLite's rule 2 of column affinity; rule 1, INT, goes before it. */
function isText(type: string): boolean {
  return !/int/i.test(type) && /char|clob|text/i.test(type)
}
