import { StorageError } from './errors.ts'

// An allow-list, because databases call some statements read-only that are not harmless, and some end a transaction.
const reading: ReadonlySet<string> = new Set(['select', 'with', 'values'])
const writing: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'replace', 'with', 'create', 'alter', 'drop'])

/**
 * The word that a statement of a caller's own begins with, and whether it may only read.
 *
 * @throws StorageError `SQL_REFUSED` when it is no plain read or change
 */
export function ownKeyword(sql: string): { readonly keyword: string; readonly mayRead: boolean } {
  const keyword = firstKeyword(sql)
  if (reading.has(keyword) || writing.has(keyword)) return { keyword, mayRead: reading.has(keyword) }
  throw new StorageError('SQL_REFUSED', `Prepared a statement that begins with ${JSON.stringify(keyword.slice(0, 32))}: expected one of ${[...new Set([...reading, ...writing])].join(', ')}`)
}

export function unwritten(keyword: string): StorageError {
  return new StorageError('SQL_REFUSED', `Prepared a statement that begins with "${keyword}": it changes data, which needs "write"`)
}

/** The names of the values of rows. @throws StorageError `SQL_REFUSED` when two are the same or one cannot be a name */
export function requireNames(names: readonly string[]): readonly string[] {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new StorageError('SQL_REFUSED', `Prepared a statement with two values named ${JSON.stringify(twice)}: give one of them another name with AS`)
  if (names.includes('__proto__')) throw new StorageError('SQL_REFUSED', 'Prepared a statement with a value named "__proto__": no value of a row can have this name')
  return names
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
