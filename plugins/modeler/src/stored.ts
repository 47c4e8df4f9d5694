import type { Codec } from './codec.ts'
import { inItsTable, type PartTable } from './part-table.ts'

/** A value in one column. */
export interface Leaf {
  readonly kind: 'leaf'
  /** The attribute, or the way through its parts, such as `credit.amount`; it names the value in rows. */
  readonly path: string
  readonly column: string
  readonly codec: Codec
  /** The table that the column is in, where that is not the class's own. */
  readonly part?: PartTable
}

/** A value of several parts: money, an address, a value object, or a reference to a key of several attributes. */
export interface Composite {
  readonly kind: 'composite'
  readonly path: string
  readonly parts: ReadonlyMap<string, Stored>
  /** Parts that are the same for every object and stand in no column, such as the currency. */
  readonly fixed: Readonly<Record<string, string>>
  /** What it means that some parts are null: they are (`kept`), the whole is (`none`), or the row is broken. */
  readonly partly: 'kept' | 'none' | 'broken'
}

export type Stored = Leaf | Composite

/** A column of the class's own table, or of another. */
export type ColumnPlace = Pick<Leaf, 'column' | 'part'>

/** The columns of a value, in order. */
export function leavesOf(stored: Stored): readonly Leaf[] {
  return stored.kind === 'leaf' ? [stored] : [...stored.parts.values()].flatMap(leavesOf)
}

/** The same value in other columns, as a reference holds the key of what it refers to. */
export function storedElsewhere(stored: Stored, path: string, columnOf: (part: readonly string[]) => ColumnPlace, part: readonly string[] = []): Stored {
  if (stored.kind === 'leaf') return { ...inItsTable(stored), path, ...columnOf(part) }
  const parts = [...stored.parts].map(([name, inner]) => [name, storedElsewhere(inner, `${path}.${name}`, columnOf, [...part, name])] as const)
  return { ...stored, path, parts: new Map(parts), partly: 'none' }
}
