import type { Bound, Statement } from 'better-sqlite3'
import { messageOf } from '@caruso/contract'
import type { OwnSql } from '../../data-source.ts'
import { StorageError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { encode } from './values.ts'

// An allow-list, because SQLite calls some statements read-only that are not harmless, such as ATTACH and PRAGMA.
const reading: ReadonlySet<string> = new Set(['select', 'with', 'values'])
const writing: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'replace', 'with', 'create', 'alter', 'drop'])

/**
 * Prepares a statement of a caller's own.
 *
 * @throws StorageError `SQL_REFUSED` when it is none or several, changes data without saying so, or is no plain read or change
 */
export function prepareOwn(connection: Connection, { sql, write }: OwnSql): Statement {
  const keyword = firstKeyword(sql)
  if (!reading.has(keyword) && !writing.has(keyword)) {
    throw new StorageError('SQL_REFUSED', `Prepared a statement that begins with ${JSON.stringify(keyword.slice(0, 32))}: expected one of ${[...new Set([...reading, ...writing])].join(', ')}`)
  }
  const statement = prepare(connection, sql)
  if (!write && !(statement.readonly && reading.has(keyword))) throw new StorageError('SQL_REFUSED', `Prepared a statement that begins with "${keyword}": it changes data, which needs "write"`)
  return statement
}

/** The names of the values of its rows. */
export function columnsOf(statement: Statement): readonly string[] {
  const names = statement.columns().map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new StorageError('SQL_REFUSED', `Prepared a statement with two values named ${JSON.stringify(twice)}: give one of them another name with AS`)
  if (names.includes('__proto__')) throw new StorageError('SQL_REFUSED', 'Prepared a statement with a value named "__proto__": no value of a row can have this name')
  return names
}

export function bindOwn({ values }: OwnSql): Bound[] {
  return values.map(encode)
}

function prepare(connection: Connection, sql: string): Statement {
  try {
    return connection.prepare(sql)
  } catch (error) {
    if (error instanceof RangeError) throw new StorageError('SQL_REFUSED', `Prepared a statement: ${messageOf(error)}`, { cause: error })
    throw error
  }
}

/** The first word after white space and comments; a loop, since an expression for this can be made to run for ages. */
function firstKeyword(sql: string): string {
  let at = 0
  for (;;) {
    while (at < sql.length && /\s/.test(sql.charAt(at))) at++
    const end = sql.startsWith('--', at) ? sql.indexOf('\n', at) : sql.startsWith('/*', at) ? sql.indexOf('*/', at) + 1 : undefined
    if (end === undefined) break
    if (end <= 0) return ''
    at = end + 1
  }
  return /^[a-z]*/i.exec(sql.slice(at, at + 32))?.[0].toLowerCase() ?? ''
}
