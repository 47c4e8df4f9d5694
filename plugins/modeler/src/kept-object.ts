import type { Cell, Row, Value } from '@caruso/storage/contract'
import { namesBefore } from './attribute-schema.ts'
import type { Attribute, BusinessClass } from './business-class.ts'
import type { ColumnValues } from './column-values.ts'
import { firstVersion } from './kept.ts'
import { same } from './seen-object.ts'
import { isKeyOf } from './object-values.ts'
import { leavesOf, type Stored } from './stored.ts'

export type Attributes = Readonly<Record<string, unknown>>

/** What a row of state says of an object. */
export interface ObjectState {
  readonly version: number
  readonly removedAt: string | null
  readonly removedBy: string | null
  /** Its attributes as they were after the last change that was noticed. */
  readonly recorded: Attributes | undefined
}

export const noState: ObjectState = { version: firstVersion, removedAt: null, removedBy: null, recorded: undefined }

/** An object of a class with behaviours while a commit changes it. */
export class KeptObject {
  readonly class: BusinessClass
  /** The columns of the key, in order. */
  readonly key: readonly Cell[]
  /** Its row of state as the database has it; undefined where there is none. */
  readonly found: ObjectState | undefined
  /** Whether this commit creates it. */
  readonly created: boolean
  state: ObjectState
  /** Its row by the paths of its columns; what only the database knows is missing. */
  #row: Readonly<Record<string, Value>>
  // A change asks several times for what the row tells.
  #whole: Attributes | undefined
  #attributes: Attributes | undefined
  /** Whether its row is gone. */
  gone = false

  constructor(one: BusinessClass, key: readonly Cell[], row: Readonly<Record<string, Value>>, found: ObjectState | undefined, created = false) {
    this.class = one
    this.key = key
    this.#row = row
    this.found = found
    this.created = created
    this.state = found ?? noState
  }

  get row(): Row {
    return this.#row
  }

  /** The attributes of which all columns are known, without the key. */
  get attributes(): Attributes {
    return (this.#attributes ??= withoutKey(this.class, this.whole))
  }

  /** With the key. */
  get whole(): Attributes {
    return (this.#whole ??= attributesOf(this.class, this.#row))
  }

  /** Takes in what a change writes. */
  write(columns: ColumnValues): void {
    const row = { ...this.#row }
    for (const [{ path }, value] of columns.entries()) {
      if (isKeyOf(value)) delete row[path]
      else row[path] = value
    }
    this.#row = row
    this.#whole = this.#attributes = undefined
  }

  /** Where the object is no longer as it was recorded, the attributes as they were and as they are. */
  get outside(): { readonly before: Attributes; readonly after: Attributes } | undefined {
    const { recorded } = this.state
    return recorded && differences(this.class, recorded, this.attributes)
  }
}

/** The values of attributes that a row tells. */
export function attributesOf(one: BusinessClass, row: Readonly<Record<string, Value>>): Attributes {
  const found: Record<string, unknown> = {}
  for (const { name, stored } of one.attributes.values()) {
    if (!isKnown(stored, row)) continue
    const value = valueOf(stored, row)
    if (value !== undefined) found[name] = value
  }
  return found
}

function isKnown(stored: Stored, row: Readonly<Record<string, Value>>): boolean {
  return stored.kind === 'leaf' ? row[stored.path] !== undefined : leavesOf(stored).every(({ path }) => row[path] !== undefined)
}

function withoutKey({ key }: BusinessClass, whole: Attributes): Attributes {
  const attributes: Record<string, unknown> = {}
  for (const name in whole) if (!key.some((attribute) => attribute.name === name)) attributes[name] = whole[name]
  return attributes
}

/** The attributes that both know and that differ; undefined where none does. */
export function differences(one: BusinessClass, before: Attributes, after: Attributes): { readonly before: Attributes; readonly after: Attributes } | undefined {
  const differing = [...one.attributes.values()].filter(({ name, stored }: Attribute) => before[name] !== undefined && after[name] !== undefined && !same(stored, before[name], after[name])).map(({ name }) => name)
  return differing.length === 0 ? undefined : { before: only(before, differing), after: only(after, differing) }
}

/** Attributes that were kept under what they were called before, by their names of now. */
export function namedNow({ attributes }: BusinessClass, kept: Attributes): Attributes {
  if (Object.keys(kept).every((name) => attributes.has(name))) return kept
  const named: Record<string, unknown> = { ...kept }
  for (const { name, definition } of attributes.values()) {
    const before = namesBefore(definition).find((was) => kept[was] !== undefined && !attributes.has(was))
    if (before !== undefined && kept[name] === undefined) named[name] = kept[before]
  }
  return named
}

export function only(attributes: Attributes, names: readonly string[]): Attributes {
  const some: Record<string, unknown> = {}
  for (const name of names) if (attributes[name] !== undefined) some[name] = attributes[name]
  return some
}

/** Undefined for what is no value of its attribute. */
function valueOf(stored: Stored, row: Readonly<Record<string, Value>>): unknown {
  if (stored.kind === 'leaf') {
    const found = row[stored.path] ?? null
    return found === null ? null : stored.codec.decode(found)
  }
  const parts = [...stored.parts].map(([name, part]) => [name, valueOf(part, row)] as const)
  if (parts.every(([, value]) => value === null)) return null
  return parts.some(([, value]) => value === undefined) ? undefined : { ...Object.fromEntries(parts), ...stored.fixed }
}
