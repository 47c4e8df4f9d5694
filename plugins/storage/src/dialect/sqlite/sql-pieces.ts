/** A word, a quoted name or text, what is in parentheses, or a single sign. */
export interface Piece {
  readonly kind: 'word' | 'quoted' | 'group' | 'sign'
  /** As it is written. */
  readonly text: string
  readonly start: number
}

/** The pieces of SQL without white space and comments; what is in parentheses is one. */
export function piecesOf(sql: string): Piece[] {
  const pieces: Piece[] = []
  let [depth, opened] = [0, 0]
  for (const found of sql.matchAll(token)) {
    const [text] = found
    if (text === '(' && depth++ === 0) opened = found.index
    else if (text === ')' && --depth === 0) pieces.push({ kind: 'group', text: sql.slice(opened, found.index + 1), start: opened })
    else if (depth === 0 && !blank.test(text)) pieces.push({ kind: kindOf(text), text, start: found.index })
  }
  return pieces
}

/** What a comma divides. */
export function partsOf(pieces: readonly Piece[]): Piece[][] {
  const parts: Piece[][] = [[]]
  for (const piece of pieces) {
    if (piece.text === ',') parts.push([])
    else parts.at(-1)?.push(piece)
  }
  return parts
}

/** The piece is this word, in capitals or not. */
export function isWord(piece: Piece | undefined, word: string): boolean {
  return piece?.kind === 'word' && piece.text.toLowerCase() === word
}

/** The name that a piece is. */
export function nameOf({ kind, text }: Piece): string {
  if (kind !== 'quoted') return text
  const quote = text.charAt(0)
  return quote === '[' ? text.slice(1, -1) : text.slice(1, -1).replaceAll(quote + quote, quote)
}

/** What is inside of the parentheses. */
export function inside({ text }: Piece): string {
  return text.slice(1, -1).trim()
}

const token = /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'[^']*'(?:'[^']*')*|"[^"]*"(?:"[^"]*")*|`[^`]*`(?:`[^`]*`)*|\[[^\]]*\]|[\p{L}\p{N}_$\u0080-\u{10ffff}]+|[\s\S]/gu
const blank = /^(?:\s|--|\/\*)/

function kindOf(text: string): Piece['kind'] {
  if (text.length > 1 && /^['"`[]/.test(text)) return 'quoted'
  return /^[\p{L}\p{N}_$\u0080-\u{10ffff}]/u.test(text) ? 'word' : 'sign'
}
