import type { Cell } from '@caruso/storage/contract'
import { describeValue } from '@caruso/contract'
import { AlikeList } from './alike-list.ts'
import type { Attribute, BusinessClass } from './business-class.ts'
import { expectedBy } from './codec.ts'
import { ColumnValues, noColumns } from './column-values.ts'
import { defaultValue } from './default-value.ts'
import { ModelerError } from './errors.ts'
import { unknownAttribute } from './path-resolver.ts'
import { leavesOf, type Leaf, type Stored } from './stored.ts'

/** What is wrong with one attribute of an object, as a form would show it. */
export interface Problem {
  readonly attribute: string
  readonly expected: string
  readonly found: string
}

/** Finds the columns of a key that an earlier change of the commit makes, in the order of the class's key. */
export type CreatedKey = (change: number, target: string) => readonly Cell[]

/**
 * What the columns of a new object hold; a key of one number and attributes without a value are left to the database.
 *
 * @param like those of another change, with which these may share the list of columns
 * @throws ModelerError `ATTRIBUTE_UNKNOWN`, or `OBJECT_INVALID` with everything that is wrong
 */
export function newObject(one: BusinessClass, values: Readonly<Record<string, unknown>>, created: CreatedKey, like?: ColumnValues): ColumnValues {
  refuseStrangers(one, values)
  const reader = new ValueReader(one, created, like)
  const generated = one.key.length === 1 ? one.key.find(({ definition }) => definition.type === 'number') : undefined
  for (const attribute of one.attributes.values()) {
    const value = values[attribute.name] ?? (values[attribute.name] === null ? null : attribute === one.locking ? 1 : defaultValue(attribute.definition))
    if (value !== undefined && !(isOnlyRead(attribute) && values[attribute.name] === undefined)) reader.read(attribute, value)
    else if (attribute.required && attribute !== generated && !isOnlyRead(attribute)) reader.problems.push({ attribute: attribute.name, expected: 'a value', found: 'none' })
  }
  return reader.finish(`Created an object of class "${one.name}"`)
}

/** What the columns of an object hold after a change of some attributes. */
export function changedObject(one: BusinessClass, set: Readonly<Record<string, unknown>>, created: CreatedKey, like?: ColumnValues): ColumnValues {
  refuseStrangers(one, set)
  const reader = new ValueReader(one, created, like)
  for (const attribute of one.attributes.values()) {
    const value = set[attribute.name]
    if (value === undefined) continue
    if (one.key.includes(attribute) || attribute === one.locking) reader.problems.push({ attribute: attribute.name, expected: attribute === one.locking ? 'no value, for it counts the changes by itself' : 'no value, for a key does not change', found: describeValue(value) })
    else reader.read(attribute, value)
  }
  return reader.finish(`Updated an object of class "${one.name}"`)
}

/** Whether a table can only be read in which an attribute is. */
export function isOnlyRead({ stored }: Attribute): boolean {
  return stored.kind === 'leaf' ? stored.part?.readonly === true : leavesOf(stored).some(({ part }) => part?.readonly === true)
}

function refuseStrangers(one: BusinessClass, values: Readonly<Record<string, unknown>>): void {
  for (const name in values) if (!one.attributes.has(name)) throw unknownAttribute(one, name)
}

class ValueReader {
  readonly problems: Problem[] = []
  readonly #class: BusinessClass
  readonly #created: CreatedKey
  readonly #leaves: AlikeList<Leaf>
  readonly #cells: Cell[]

  constructor(one: BusinessClass, created: CreatedKey, like = noColumns) {
    this.#class = one
    this.#created = created
    this.#leaves = new AlikeList(like.leaves)
    // It has room for as many, and no more.
    this.#cells = like.cells.slice(0, like.size)
  }

  read(attribute: Attribute, value: unknown): void {
    const { name, stored, definition } = attribute
    if (isOnlyRead(attribute)) this.#problem(name, 'no value, for its table can only be read', value)
    else if (value === null) {
      if (attribute.required) this.#problem(name, 'a value', null)
      for (const leaf of leavesOf(stored)) this.#set(leaf, null)
    } else if (definition.type === 'reference' && isKeyOf(value)) {
      const key = this.#created(value.keyOf, definition.to)
      for (const [index, leaf] of leavesOf(stored).entries()) this.#set(leaf, key[index] ?? null)
    } else if (this.#write(name, stored, value)) {
      const expected = attribute.wrong(value)
      if (expected !== undefined) this.#problem(name, expected, value)
    }
  }

  finish(tried: string): ColumnValues {
    if (this.problems.length === 0) return new ColumnValues(this.#leaves.items, this.#cells.length === this.#leaves.length ? this.#cells : this.#cells.slice(0, this.#leaves.length))
    const found = this.problems.map((one) => `"${one.attribute}": expected ${one.expected}, found ${one.found}`).join('; ')
    throw new ModelerError('OBJECT_INVALID', `${tried}: ${found}`, { details: { class: this.#class.name, problems: this.problems } })
  }

  #write(path: string, stored: Stored, value: unknown): boolean {
    if (stored.kind === 'leaf') {
      const encoded = stored.codec.encode(value)
      if (encoded === undefined) return this.#problem(path, expectedBy(stored.codec, value), value)
      // Of the databases some keep it, and none counts, shows or finds it as people expect.
      if (typeof encoded === 'string' && encoded.includes('\0')) return this.#problem(path, `${stored.codec.expects} without the character U+0000`, value)
      this.#set(stored, encoded)
      return true
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.#problem(path, `the parts ${[...stored.parts.keys()].join(', ')}`, value)
    const parts: Readonly<Record<string, unknown>> = { ...value }
    for (const [name, fixed] of Object.entries(stored.fixed)) if (parts[name] !== undefined && parts[name] !== fixed) return this.#problem(`${path}.${name}`, fixed, parts[name])
    return [...stored.parts].every(([name, part]) => this.#part(`${path}.${name}`, part, parts[name] ?? null, stored.partly === 'kept'))
  }

  #part(path: string, part: Stored, value: unknown, mayBeNull: boolean): boolean {
    if (value !== null) return this.#write(path, part, value)
    if (!mayBeNull) return this.#problem(path, 'a value', null)
    for (const leaf of leavesOf(part)) this.#set(leaf, null)
    return true
  }

  #set(leaf: Leaf, cell: Cell): void {
    this.#cells[this.#leaves.length] = cell
    this.#leaves.add(leaf)
  }

  #problem(attribute: string, expected: string, found: unknown): false {
    this.problems.push({ attribute, expected, found: describeValue(found) })
    return false
  }
}

export function isKeyOf(value: unknown): value is { readonly keyOf: number } {
  return typeof value === 'object' && value !== null && 'keyOf' in value && typeof value.keyOf === 'number'
}
