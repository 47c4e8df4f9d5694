import type { Filter, Value } from '@caruso/storage/contract'
import { AlikeList } from './alike-list.ts'
import { columnOf, equals } from './column-of.ts'
import { inItsTable } from './part-table.ts'
import type { Leaf } from './stored.ts'

/** By what a row of one table is found and compared: columns that hold a value, and whatever else has to hold. */
export class Comparison {
  readonly table: string
  readonly others: Filter[] = []
  readonly #values: Value[]
  readonly #leaves: AlikeList<Leaf>

  /** @param like another, with which it may share the list of columns */
  constructor(table: string, like?: Comparison) {
    this.table = table
    // It has room for as many, and no more.
    this.#values = like ? like.#values.slice(0, like.#leaves.length) : []
    this.#leaves = new AlikeList(like ? like.leaves : [])
  }

  get values(): readonly Value[] {
    return this.#values.length === this.#leaves.length ? this.#values : this.#values.slice(0, this.#leaves.length)
  }

  /** The columns that hold the values, in their order. */
  get leaves(): readonly Leaf[] {
    return this.#leaves.items
  }

  /** The column holds this, or null. */
  same(leaf: Leaf, value: Value): void {
    this.#values[this.#leaves.length] = value
    this.#leaves.add(leaf)
  }

  /** The column holds this, in whichever of the forms that it may stand there; false for what is no value of it. */
  equal(leaf: Leaf, value: unknown): boolean {
    const stored = value === null ? null : leaf.codec.encode(value)
    if (stored === undefined) return false
    const forms = stored === null ? undefined : leaf.codec.forms?.(value)
    if (forms === undefined) this.same(leaf, stored)
    else this.others.push({ ...columnOf(inItsTable(leaf), this.table), in: [...forms] })
    return true
  }

  /** The same as conditions. */
  get where(): Filter[] {
    return [...this.leaves.map((leaf, index) => equals(inItsTable(leaf), this.table, this.#values[index] ?? null)), ...this.others]
  }
}
