import { inside, isWord, nameOf, partsOf, piecesOf } from './sql-pieces.ts'
import type { Piece } from './sql-pieces.ts'

/** Names as the catalogue writes them, by names as a text does. */
type AsKnown = (written: readonly string[]) => readonly string[]

/** The text of a table with another definition of one column, whose other constraints stay. */
export function withColumn(text: string, create: string, column: string, definition: string): string {
  return rewritten(text, create, (part, inner) => {
    if (!defines(part, column)) return textOf(part, inner)
    const kept = clausesOf(part.slice(1)).slice(1).filter((clause) => !isReplaced(clause))
    return [definition, ...kept.map((clause) => textOf(clause, inner))].join(' ')
  })
}

/** With one more constraint of the table. */
export function withPart(text: string, create: string, added: string): string {
  return rewritten(text, create, textOf, [added])
}

/** Without the foreign key of these columns, whether it is the table's or a column's own. */
export function withoutForeignKey(text: string, create: string, columns: readonly string[], asKnown: AsKnown): string {
  return without(text, create, columns, asKnown, 'foreign', 'references')
}

/** Without what makes these columns unique. */
export function withoutUnique(text: string, create: string, columns: readonly string[], asKnown: AsKnown): string {
  return without(text, create, columns, asKnown, 'unique', 'unique')
}

function without(text: string, create: string, columns: readonly string[], asKnown: AsKnown, ofTable: string, ofColumn: string): string {
  const same = (names: readonly string[]): boolean => JSON.stringify(asKnown(names)) === JSON.stringify(columns)
  return rewritten(text, create, (part, inner) => {
    if (isConstraint(part)) {
      const body = isWord(part[0], 'constraint') ? part.slice(2) : part
      const group = body.find(({ kind }) => kind === 'group')
      const named = group === undefined ? [] : partsOf(piecesOf(inside(group))).flatMap(([first]) => (first === undefined ? [] : [nameOf(first)]))
      return isWord(body[0], ofTable) && same(named) ? undefined : textOf(part, inner)
    }
    const [name] = part
    if (name === undefined || !same([nameOf(name)])) return textOf(part, inner)
    const clauses = clausesOf(part.slice(1)).filter((clause) => !isWord(wordOf(clause), ofColumn))
    return [name.text, ...clauses.map((clause) => textOf(clause, inner))].join(' ')
  })
}

/** Puts the parts of a table's text together again; what becomes undefined is left out. */
function rewritten(text: string, create: string, change: (part: readonly Piece[], inner: string) => string | undefined, added: readonly string[] = []): string {
  const body = piecesOf(text).find(({ kind }) => kind === 'group')
  if (body === undefined) throw new TypeError('Changed the text of a table: found no columns in it')
  const inner = body.text.slice(1, -1)
  const parts = partsOf(piecesOf(inner)).flatMap((part) => change(part, inner) ?? [])
  return `${create} (${[...parts, ...added].join(', ')})${text.slice(body.start + body.text.length)}`
}

function textOf(part: readonly Piece[], inner: string): string {
  const [first, last] = [part[0], part.at(-1)]
  return first === undefined || last === undefined ? '' : inner.slice(first.start, last.start + last.text.length)
}

function isConstraint([first]: readonly Piece[]): boolean {
  return ['constraint', 'primary', 'unique', 'check', 'foreign'].some((word) => isWord(first, word))
}

function defines(part: readonly Piece[], column: string): boolean {
  const [first] = part
  return first !== undefined && !isConstraint(part) && nameOf(first).toLowerCase() === column.toLowerCase()
}

const beginnings = ['constraint', 'primary', 'not', 'null', 'unique', 'check', 'default', 'collate', 'references', 'generated', 'as']

/** What follows the name of a column: its type, which may be nothing, then each constraint with the name it has. */
function clausesOf(pieces: readonly Piece[]): Piece[][] {
  const clauses: Piece[][] = [[]]
  for (const [index, piece] of pieces.entries()) {
    const before = pieces[index - 1]
    const goesOn =
      isWord(pieces[index - 2], 'constraint') || // its name came before
      isWord(before, 'constraint') ||
      (isWord(before, 'set') && (isWord(piece, 'null') || isWord(piece, 'default'))) ||
      (isWord(before, 'not') && isWord(piece, 'null')) ||
      (isWord(piece, 'not') && isWord(pieces[index + 1], 'deferrable')) ||
      (isWord(before, 'default') && isWord(piece, 'null')) ||
      (isWord(before, 'always') && isWord(piece, 'as'))
    if (!goesOn && beginnings.some((word) => isWord(piece, word))) clauses.push([piece])
    else clauses.at(-1)?.push(piece)
  }
  return clauses
}

/** The word that says what a constraint is. */
function wordOf(clause: readonly Piece[]): Piece | undefined {
  return isWord(clause[0], 'constraint') ? clause[2] : clause[0]
}

function isReplaced(clause: readonly Piece[]): boolean {
  return ['not', 'null', 'default'].some((word) => isWord(wordOf(clause), word))
}
