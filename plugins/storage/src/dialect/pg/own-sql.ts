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
  if (two === '/*') return endOfComment(sql, at)
  const first = sql.charAt(at)
  if (first === "'" && /(?:^|[^\w$])e$/i.test(sql.slice(Math.max(0, at - 2), at))) return endOfEscaped(sql, at + 1)
  if (first === "'" || first === '"') return after(first, at + 1)
  const tag = first === '$' ? /^\$(?:[^\W\d]\w*)?\$/.exec(sql.slice(at, at + 66))?.[0] : undefined
  return tag === undefined ? at : after(tag, at + tag.length)
}

/** Comments may have others inside. */
function endOfComment(sql: string, at: number): number {
  let depth = 0
  for (const { 0: sign, index } of sql.slice(at).matchAll(/\/\*|\*\//g)) {
    depth += sign === '/*' ? 1 : -1
    if (depth === 0) return at + index + sign.length
  }
  return sql.length
}

/** Where a text that began with `E'` ends: a backslash takes the next character along. */
function endOfEscaped(sql: string, from: number): number {
  for (let at = from; at < sql.length; at++) {
    const sign = sql.charAt(at)
    if (sign === "'" && sql.charAt(at + 1) !== "'") return at + 1
    if (sign === "'" || sign === '\\') at++
  }
  return sql.length
}
