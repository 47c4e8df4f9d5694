import type { LogicalType } from '../../logical-type.ts'
import { ownTypes } from './codecs.ts'

/**
 * What a declared type means to whoever wrote it, by the names that applications use and else by SQLite's own rules.
 * Undefined where none is declared, and for names that mean nothing to either: SQLite keeps any value there.
 */
export function declaredType(declared: string): LogicalType | undefined {
  const name = declared.toLowerCase().replace(/\(.*$/, '').trim()
  const own = ownTypes.find((one) => one === name)
  if (own !== undefined) return own.slice(0, -'_text'.length) as LogicalType
  return usual.find(([pattern]) => pattern.test(name))?.[1]
}

const usual: readonly (readonly [RegExp, LogicalType])[] = [
  [/^(bool|boolean|bit)$/, 'boolean'],
  [/^date$/, 'date'],
  [/^time$/, 'time'],
  [/^(datetime|datetime2|smalldatetime|timestamp|timestamptz)/, 'instant'],
  [/^(decimal|numeric|number|money|smallmoney|currency)$/, 'decimal'],
  [/^jsonb?$/, 'json'],
  [/^(uuid|guid|uniqueidentifier)$/, 'uuid'],
  [/int/, 'integer'],
  [/char|clob|text/, 'text'],
  [/blob|binary|bytea|^image$/, 'bytes'],
  [/real|floa|doub/, 'float'],
]
