import type { OwnSql } from '../../data-source.ts'
import { ownKeyword, unwritten } from '../../own-keyword.ts'

/** The statement as it is: MySQL's places are question marks. */
export function mysqlOwn({ sql, write }: OwnSql): string {
  const { keyword, mayRead } = ownKeyword(sql)
  if (!write && !mayRead) throw unwritten(keyword)
  return sql
}
