import type { Bound, Statement } from 'better-sqlite3'
import { messageOf } from '@caruso/contract'
import type { OwnSql } from '../../data-source.ts'
import { StorageError } from '../../errors.ts'
import { ownKeyword, requireNames, unwritten } from '../../own-keyword.ts'
import type { Connection } from './connection.ts'
import { encode } from './values.ts'

/**
 * Prepares a statement of a caller's own.
 *
 * @throws StorageError `SQL_REFUSED` when it is none or several, changes data without saying so, or is no plain read or change
 */
export function prepareOwn(connection: Connection, { sql, write }: OwnSql): Statement {
  const { keyword, mayRead } = ownKeyword(sql)
  const statement = prepare(connection, sql)
  if (!write && !(statement.readonly && mayRead)) throw unwritten(keyword)
  return statement
}

/** The names of the values of its rows. */
export function columnsOf(statement: Statement): readonly string[] {
  return requireNames(statement.columns().map(({ name }) => name))
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
