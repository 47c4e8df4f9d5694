import type { NewColumn } from '../../alter/change.ts'
import { textLiteral } from '../../alter/ddl.ts'
import type { DdlDialect } from '../../alter/ddl.ts'
import { defaultText } from '../../alter/values.ts'
import type { LogicalType } from '../../logical-type.ts'
import { mysqlDialect } from './dialect.ts'

const { quote } = mysqlDialect(false)

// A row has at most 65,535 bytes, of which texts that are kept elsewhere take little.
const longestVarchar = 4_000
// A key has at most 3,072 bytes, four for a character.
const keyCharacters = 768
const usualDecimal = 'decimal(65, 30)'

const declared: Readonly<Record<Exclude<LogicalType, 'text' | 'bytes'>, string>> = {
  integer: 'bigint',
  decimal: usualDecimal,
  float: 'double',
  boolean: 'tinyint(1)',
  date: 'date',
  time: 'time(6)',
  instant: 'datetime(6)',
  json: 'json',
  uuid: 'binary(16)',
}

/** What is known of columns that are there. */
export interface Known {
  collationOf(column: NewColumn): string | undefined
  /** How a column is declared, with its collation. */
  likeOf(column: NonNullable<NewColumn['like']>): string | undefined
}

const nothingKnown: Known = { collationOf: () => undefined, likeOf: () => undefined }

/** How MySQL and MariaDB write tables: texts are the same only if their code points are. */
export function mysqlDdl(mariadb: boolean, { collationOf, likeOf }: Known = nothingKnown): DdlDialect {
  const binary = `utf8mb4_${mariadb ? 'nopad_bin' : '0900_bin'}`
  return {
    quote,
    declare: (column, keyed) => {
      const { type, length, digits, places, like } = column
      const same = like && likeOf(like)
      if (same !== undefined) return same
      if (type === 'text') return `${textType(length, keyed)} collate ${collationOf(column) ?? binary}`
      if (type === 'bytes') return keyed !== undefined || (length !== undefined && length <= longestVarchar) ? `varbinary(${length ?? Math.floor(keyCharacters / (keyed ?? 1))})` : 'longblob'
      if (type === 'decimal' && digits !== undefined) return `decimal(${digits}, ${places ?? 0})`
      if ((type === 'instant' || type === 'time') && places !== undefined) return declared[type].replace('6', String(places))
      if (type === 'uuid' && mariadb) return 'uuid'
      return declared[type]
    },
    fallback: (column) => `(${literal(mariadb, column)})`,
    identity: 'auto_increment',
    inline: ({ name, unique, parts }) => `${unique ? 'unique ' : ''}index ${quote(name)} (${partsSql(parts)})`,
  }
}

function textType(length: number | undefined, keyed: number | undefined): string {
  if (length !== undefined && length <= longestVarchar) return `varchar(${length})`
  return keyed === undefined ? 'longtext' : `varchar(${Math.floor(keyCharacters / keyed)})`
}

function literal(mariadb: boolean, column: NewColumn): string {
  const text = defaultText(column)
  if (column.type === 'boolean') return text === 'true' ? '1' : '0'
  if (column.type === 'bytes') return `x'${Buffer.from(text, 'base64').toString('hex')}'`
  if (column.type === 'uuid' && !mariadb) return `x'${text.replaceAll('-', '')}'`
  if (column.type === 'instant') return textLiteral(text.slice(0, -1).replace('T', ' '))
  if (column.type === 'integer' || column.type === 'decimal' || column.type === 'float') return text
  return textLiteral(text.replaceAll('\\', '\\\\'))
}

function partsSql(parts: readonly { readonly column: string; readonly desc?: boolean | undefined }[]): string {
  return parts.map(({ column, desc }) => `${quote(column)}${desc ? ' desc' : ''}`).join(', ')
}
