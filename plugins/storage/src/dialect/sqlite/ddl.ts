import { textLiteral } from '../../alter/ddl.ts'
import type { DdlDialect } from '../../alter/ddl.ts'
import { defaultText } from '../../alter/values.ts'
import type { LogicalType } from '../../logical-type.ts'
import { sqliteDialect } from './dialect.ts'
import { sixDigits } from './instants.ts'

const declared: Readonly<Record<LogicalType, string>> = {
  text: 'text',
  integer: 'integer',
  decimal: 'decimal_text',
  float: 'real',
  boolean: 'boolean',
  date: 'date_text',
  time: 'time_text',
  instant: 'instant_text',
  json: 'json_text',
  uuid: 'uuid_text',
  bytes: 'blob',
}

/** How SQLite writes our own tables. */
export const sqliteDdl: DdlDialect = {
  quote: sqliteDialect.quote,
  declare: ({ type, length, digits, places }) => {
    if (length !== undefined && type === 'text') return `varchar(${length})`
    if (length !== undefined && type === 'bytes') return `blob(${length})`
    if (type === 'decimal' && digits !== undefined) return `decimal_text(${digits}, ${places ?? 0})`
    if ((type === 'instant' || type === 'time') && places !== undefined) return `${declared[type]}(${places})`
    return declared[type]
  },
  fallback: (column) => {
    const text = defaultText(column)
    if (column.type === 'boolean') return text === 'true' ? '1' : '0'
    if (column.type === 'bytes') return `x'${Buffer.from(text, 'base64').toString('hex')}'`
    if (column.type === 'instant') return textLiteral(sixDigits(text))
    return column.type === 'integer' || column.type === 'float' ? text : textLiteral(text)
  },
  // A key of one integer is the number of the row.
  identity: '',
}
