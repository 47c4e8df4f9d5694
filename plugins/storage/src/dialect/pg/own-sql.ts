import type { OwnSql } from '../../data-source.ts'
import { ownKeyword, unwritten } from '../../own-keyword.ts'

/** The statement with PostgreSQL's places for its question marks; one in quotes or a comment is not a place, `??` is the operator `?`. */
export function pgOwn({ sql, write }: OwnSql): string {
  const { keyword, mayRead } = ownKeyword(sql)
  if (!write && !mayRead) throw unwritten(keyword)
  let out = ''
  let places = 0
  for (let at = 0; at < sql.length; ) {
    const end = endOfQuoted(sql, at)
    if (end > at) {
      out += sql.slice(at, end)
      at = end
    } else if (sql.startsWith('??', at)) {
      out += '?'
      at += 2
    } else {
      const character = sql.charAt(at++)
      out += character === '?' ? `$${++places}` : character
    }
  }
  return out
}

/** Where the text, quoted name or comment ends that begins here; here itself when none does. */
function endOfQuoted(sql: string, at: number): number {
  const after = (closing: string, from: number): number => {
    const found = sql.indexOf(closing, from)
    return found === -1 ? sql.length : found + closing.length
  }
  const two = sql.slice(at, at + 2)
  if (two === '--') return after('\n', at)
  if (two === '/*') return after('*/', at + 2)
  const first = sql.charAt(at)
  if (first === "'" || first === '"') return after(first, at + 1)
  const tag = first === '$' ? /^\$[A-Za-z_]*\$/.exec(sql.slice(at, at + 66))?.[0] : undefined
  return tag === undefined ? at : after(tag, at + tag.length)
}
