import type { CatalogueReader, Column, Table } from '../../catalogue.ts'
import type { Connection } from './connection.ts'
import { toStorageError } from './failures.ts'
import { keysTable } from '../../keys.ts'
import { ownTypes } from './codecs.ts'

const tables = `select name from pragma_table_list where schema = 'main' and type in ('table', 'view', 'virtual') and name not like 'sqlite\\_%' escape '\\' and name <> ?`
const kind = `select type from pragma_table_list where schema = 'main' and name = ?`
// Hidden columns of virtual tables (1) are functions in disguise; generated ones (2, 3) are columns.
const keyIndexes = `select count(*) from pragma_index_list(?) where origin = 'pk'`
const columns = `select name, type, pk, "notnull" from pragma_table_xinfo(?) where hidden <> 1 order by cid`

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
    const key = rows.filter(([, , place]) => Number(place) > 0).toSorted((a, b) => Number(a[2]) - Number(b[2]))
    // The number of a row needs no index, which `integer primary key desc` and tables without rowid have.
    const numbered = key.length === 1 && /^integer$/i.test(String(key[0]?.[1])) && Number(connection.all(keyIndexes, [name])[0]?.[0]) === 0
    const found = new Map<string, Column>(rows.map(([column, type, place, required]) => {
      const stored = storedAs(String(type))
      // Other keys may hold nulls in SQLite.
      return [String(column), { name: String(column), text: stored.endsWith('text'), stored, nullable: Number(required) === 0 && !(numbered && Number(place) > 0) }]
    }))
    const answersKeys = connection.all(kind, [name])[0]?.[0] === 'table'
    return { name, columns: found, key: answersKeys ? key.map(([column]) => String(column)) : [], numbered }
  } catch (error) {
    throw toStorageError(error, `Looked up the columns of ${JSON.stringify(name)}`)
  }
}

/** One of our own types, or the affinity that SQLite finds in the declared type by its five rules. */
function storedAs(type: string): string {
  const own = ownTypes.find((one) => type.toLowerCase().startsWith(one))
  if (own !== undefined) return own
  if (/int/i.test(type)) return 'integer'
  if (/char|clob|text/i.test(type)) return 'text'
  if (type === '' || /blob/i.test(type)) return 'blob'
  return /real|floa|doub/i.test(type) ? 'real' : 'numeric'
}
