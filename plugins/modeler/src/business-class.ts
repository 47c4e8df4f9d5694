import type { AttributeDefinition } from './attribute-schema.ts'
import type { Kept } from './kept.ts'
import type { PartTable } from './part-table.ts'
import type { Leaf, Stored } from './stored.ts'

/** An attribute of a class with where and how its values are stored. */
export interface Attribute {
  readonly name: string
  readonly definition: AttributeDefinition
  readonly stored: Stored
  readonly required: boolean
  /** What is wrong with a value of the right type, as what was expected instead. */
  readonly wrong: (value: unknown) => string | undefined
}

/** Two columns of different tables that are equal for objects that belong together. */
export interface Pair {
  readonly own: Leaf
  readonly other: Leaf
}

/** Objects of another class that belong to one of this. */
export interface Relation {
  readonly name: string
  /** The class of the others. */
  readonly target: string
  readonly many: boolean
  /** Own columns with the target's, or with those of the table of links. */
  readonly pairs: readonly Pair[]
  /** The table of links; `reversed` where the target is the class that it belongs to. */
  readonly link?: Between & { readonly reversed: boolean }
  /** The other table of the target's that the reference is in by which objects belong together. */
  readonly through?: Between
}

/** A table that stands between the objects of two classes, with its columns beside the target's. */
export interface Between {
  readonly table: string
  readonly pairs: readonly Pair[]
}

/** The table that has to be joined before the target's. */
export function between({ link, through }: Relation): Between | undefined {
  return link ?? through
}

/** A class of business objects, checked, with its mapping. */
export interface BusinessClass {
  readonly name: string
  readonly source: string
  readonly table: string
  /** The tables beside its own that attributes are in. */
  readonly parts: readonly PartTable[]
  /** Why its objects can only be read. */
  readonly readonly: string | undefined
  readonly attributes: ReadonlyMap<string, Attribute>
  /** The attributes of its key, in order; none for a view or a table without one. */
  readonly key: readonly Attribute[]
  /** The columns of its key, in order. */
  readonly keyLeaves: readonly Leaf[]
  /** Relations by name; a reference is one too, under the name of its attribute. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Where a search looks for words, the most important first; empty for all that hold texts. */
  readonly searched: readonly string[]
  /** The table is another application's and may all the same have an index for that. */
  readonly searchIndex: boolean
  /** The attribute that counts changes. */
  readonly locking: Attribute | undefined
  /** What its behaviours keep beside its table. */
  readonly kept: Kept | undefined
}
