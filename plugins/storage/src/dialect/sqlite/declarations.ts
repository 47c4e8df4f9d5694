import type { TableDescription, TriggerDescription } from '../../description.ts'
import { inside, isWord, nameOf, partsOf, piecesOf } from './sql-pieces.ts'
import type { Piece } from './sql-pieces.ts'

/** What SQLite knows only as the text by which a table was made. */
export interface TableText {
  readonly checks: TableDescription['checks']
  /** By column: the expression of which it is generated. */
  readonly generated: ReadonlyMap<string, string>
}

/** Reads a `create table`. */
export function tableText(sql: string): TableText {
  const body = piecesOf(sql).find(({ kind }) => kind === 'group')
  const parts = body === undefined ? [] : partsOf(piecesOf(body.text.slice(1, -1)))
  const generated = new Map<string, string>()
  for (const part of parts) {
    const [name] = part
    const expression = after(part, 'as')
    if (name !== undefined && expression !== undefined) generated.set(nameOf(name), inside(expression))
  }
  return { checks: parts.flatMap(checksOf), generated }
}

export interface IndexText {
  /** The parts of the index, without order and collation. */
  readonly parts: readonly string[]
  readonly where: string | undefined
}

/** Reads a `create index`. */
export function indexText(sql: string): IndexText {
  const pieces = piecesOf(sql)
  const body = pieces.find(({ kind }) => kind === 'group')
  const where = pieces.find((piece) => isWord(piece, 'where'))
  const inner = body === undefined ? '' : body.text.slice(1, -1)
  return {
    parts: partsOf(piecesOf(inner)).map((part) => partText(inner, part)),
    where: where === undefined ? undefined : sql.slice(where.start + where.text.length).trim(),
  }
}

/** Reads a `create trigger`, in which SQLite writes the name first. */
export function triggerText(sql: string): Pick<TriggerDescription, 'when' | 'events'> {
  const [, , , ...pieces] = piecesOf(sql)
  const event = (['insert', 'update', 'delete'] as const).find((one) => pieces.slice(0, 3).some((piece) => isWord(piece, one)))
  const when = isWord(pieces[0], 'instead') ? 'instead of' : isWord(pieces[0], 'after') ? 'after' : 'before'
  return { when, events: event === undefined ? [] : [event] }
}

function checksOf(part: readonly Piece[]): TableDescription['checks'] {
  return part.flatMap((piece, index) => {
    const group = part[index + 1]
    if (!isWord(piece, 'check') || group?.kind !== 'group') return []
    const name = isWord(part[index - 2], 'constraint') ? part[index - 1] : undefined
    return [{ ...(name === undefined ? {} : { name: nameOf(name) }), expression: inside(group) }]
  })
}

function after(part: readonly Piece[], word: string): Piece | undefined {
  return part.find((piece, index) => piece.kind === 'group' && isWord(part[index - 1], word))
}

function partText(inner: string, part: readonly Piece[]): string {
  const end = part.findIndex((piece, index) => index > 0 && (isWord(piece, 'collate') || isWord(piece, 'asc') || isWord(piece, 'desc')))
  const [first, last] = [part[0], part.at(end === -1 ? -1 : end - 1)]
  return first === undefined || last === undefined ? '' : inner.slice(first.start, last.start + last.text.length)
}
