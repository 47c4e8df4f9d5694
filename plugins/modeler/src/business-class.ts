import type { AttributeDefinition } from './attribute-schema.ts'
import type { Kept } from './kept.ts'
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
  /** The table of links, with its columns beside the target's; `reversed` where the target is the class that it belongs to. */
  readonly link?: { readonly table: string; readonly pairs: readonly Pair[]; readonly reversed: boolean }
}

/** A class of business objects, checked, with its mapping. */
export interface BusinessClass {
  readonly name: string
  readonly source: string
  readonly table: string
  /** Why its objects can only be read. */
  readonly readonly: string | undefined
  readonly attributes: ReadonlyMap<string, Attribute>
  /** The attributes of its key, in order; none for a view or a table without one. */
  readonly key: readonly Attribute[]
  /** Relations by name; a reference is one too, under the name of its attribute. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Where a search looks for words, the most important first; empty for all that hold texts. */
  readonly searched: readonly string[]
  /** The attribute that counts changes. */
  readonly locking: Attribute | undefined
  /** What its behaviours keep beside its table. */
  readonly kept: Kept | undefined
}
