import type { Filter, Row } from '@caruso/storage/contract'
import { AlikeList } from './alike-list.ts'
import type { Attribute, BusinessClass } from './business-class.ts'
import type { Classes } from './classes.ts'
import type { Comparison } from './comparison.ts'
import { compareDecimals } from './decimal.ts'
import { equalTo } from './equal-to.ts'
import { ModelerError } from './errors.ts'
import { isMasked, PathResolver, type Join } from './path-resolver.ts'
import { versionName } from './kept.ts'
import { isOnlyRead } from './object-values.ts'
import type { PartTable } from './part-table.ts'
import { leavesOf, type Leaf, type Stored } from './stored.ts'

/** An attribute whose value has changed since the caller saw it. */
export interface Collision {
  readonly attribute: string
  readonly seen: unknown
  readonly now: unknown
}

const notMasked = { joins: [], conditions: [] } as const

/** What the caller of a change saw of an object, by which a change that others made meanwhile is noticed. */
export class SeenObject {
  readonly #class: BusinessClass
  readonly #classes: Classes
  readonly #seen: Readonly<Record<string, unknown>>
  readonly #compared: readonly Attribute[]
  /** Whether the changes are counted beside the table. */
  readonly #counted: boolean

  /**
   * @param changed what the change sets; undefined for a removal, which changes all
   * @param like another, with which it may share what both are compared by: of ten thousand changes most are alike
   * @throws ModelerError `REQUEST_INVALID` where too little was seen to notice anything
   */
  constructor(one: BusinessClass, seen: Readonly<Record<string, unknown>>, changed: Readonly<Record<string, unknown>> | undefined, classes: Classes, like?: SeenObject) {
    this.#class = one
    this.#classes = classes
    this.#seen = withoutRelated(one, seen, classes)
    const told = changed ?? this.#seen
    this.#counted = one.kept?.locking === true
    this.#compared = one.locking ? [one.locking] : comparedOf(one, told, changed === undefined, like ? like.#compared : [])
    if (this.#counted && !Number.isSafeInteger(this.#seen[versionName])) throw this.#tooLittle(`"${versionName}" as it was seen`)
    if (this.#counted) return
    if (this.#compared.some(({ name }) => this.#seen[name] === undefined)) {
      const missing = this.#compared.filter(({ name }) => this.#seen[name] === undefined)
      throw this.#tooLittle(`${missing.map(({ name }) => `"${name}"`).join(', ')} as it was seen`)
    }
    if (this.#compared.length === 0 && [...one.attributes.values()].some((attribute) => !one.key.includes(attribute) && classes.sight(one)?.hidden.has(attribute.name) !== true)) throw this.#tooLittle('what was seen of it')
  }

  /** The count of changes after this one, where the class counts them. */
  get nextVersion(): number | undefined {
    const { locking } = this.#class
    if (this.#counted) return Number(this.#seen[versionName]) + 1
    return locking && Number(this.#seen[locking.name] ?? 0) + 1
  }

  /**
   * Adds that nothing has changed in one table of the class.
   *
   * @param current the row as it was read since, whose values mean the same
   * @param part the table, where it is not the class's own
   */
  compare(comparison: Comparison, current: Row | undefined, part: PartTable | undefined): void {
    for (const attribute of this.#compared) {
      const seen = this.#seen[attribute.name]
      // Null for the caller is not always null in the column.
      if (seen !== null || !isMasked(this.#classes, this.#class, attribute)) this.#compare(comparison, attribute.stored, seen, current, part)
    }
  }

  #compare(comparison: Comparison, stored: Stored, value: unknown, current: Row | undefined, part: PartTable | undefined): void {
    if (stored.kind === 'composite') {
      const parts = partsOf(value)
      for (const [name, inner] of stored.parts) this.#compare(comparison, inner, parts[name] ?? null, current, part)
    } else if (stored.part === part) {
      if (current) comparison.same(stored, current[stored.path] ?? null)
      else if (!comparison.equal(stored, value)) throw this.#notStored(stored)
    }
  }

  /** Whether there was a value in this table of what the change is compared by. */
  hasSeenIn(part: PartTable): boolean {
    return this.#compared.some(({ name, stored }) => leafValues(stored, this.#seen[name]).some(({ leaf, value }) => leaf.part === part && (value ?? null) !== null))
  }

  /** The conditions on references that may be null for this caller only, over the class's own table in a plan. */
  get masked(): { readonly joins: readonly Join[]; readonly conditions: readonly Filter[] } {
    const isMaskedHere = (attribute: Attribute): boolean => this.#seen[attribute.name] !== undefined && isMasked(this.#classes, this.#class, attribute)
    // Of ten thousand changes few have any, so most make no list.
    if (!this.#compared.some(isMaskedHere)) return notMasked
    const masked = this.#compared.filter(isMaskedHere)
    const resolver = new PathResolver(this.#class, this.#classes)
    const conditions = masked.flatMap((attribute) => {
      const { stored, of } = resolver.value(attribute)
      return leafValues(stored, this.#seen[attribute.name]).map(({ leaf, value }) => this.#equal(leaf, of, value))
    })
    return { joins: resolver.joins, conditions }
  }

  /** The columns of what the change is compared by. */
  get compared(): readonly Leaf[] {
    return this.#compared.flatMap(({ stored }) => leavesOf(stored))
  }

  /** Whether others may have changed the row as it is, whatever of it the caller sees. */
  mayCollide(row: Readonly<Record<string, unknown>>, version: number): boolean {
    if (this.#isOutdated(version)) return true
    return this.#compared.some((attribute) => this.#differs(attribute, row) && (this.#seen[attribute.name] !== null || !isMasked(this.#classes, this.#class, attribute)))
  }

  /**
   * All that has changed since it was seen; nothing where the change may be, since what it compares is as it was.
   *
   * @param version how often it was changed, where that is counted beside the table
   */
  collisions(now: Readonly<Record<string, unknown>>, version?: number): Collision[] {
    const changed = [...this.#class.attributes.values()].filter((attribute) => this.#differs(attribute, now))
    const outdated = this.#isOutdated(version)
    if (!outdated && !changed.some((attribute) => this.#compared.includes(attribute))) return []
    const collided = changed.map(({ name }) => ({ attribute: name, seen: this.#seen[name], now: now[name] }))
    return outdated ? [{ attribute: versionName, seen: this.#seen[versionName], now: version }, ...collided] : collided
  }

  #equal(leaf: Leaf, of: string, value: unknown): Filter {
    const equal = equalTo(leaf, of, value)
    if (equal) return equal
    throw this.#notStored(leaf)
  }

  #notStored({ path, codec }: Leaf): ModelerError {
    return new ModelerError('REQUEST_INVALID', `Changed an object of class "${this.#class.name}": "${path}" as it was seen is not ${codec.expects}`)
  }

  #isOutdated(version: number | undefined): boolean {
    return this.#counted && this.#seen[versionName] !== version
  }

  /** Whether an attribute was seen, is known now, and is another. */
  #differs({ name, stored }: Attribute, now: Readonly<Record<string, unknown>>): boolean {
    return this.#seen[name] !== undefined && now[name] !== undefined && !same(stored, this.#seen[name], now[name])
  }

  #tooLittle(expected: string): ModelerError {
    return new ModelerError('REQUEST_INVALID', `Changed an object of class "${this.#class.name}": expected ${expected}, so that a change by others is noticed`)
  }
}

/** What of an object a change is compared by: what it sets, or of a removal all that could be set. */
function comparedOf(one: BusinessClass, told: Readonly<Record<string, unknown>>, removed: boolean, like: readonly Attribute[]): readonly Attribute[] {
  const compared = new AlikeList(like)
  for (const attribute of one.attributes.values()) {
    if (told[attribute.name] !== undefined && !(removed && (one.key.includes(attribute) || isOnlyRead(attribute)))) compared.add(attribute)
  }
  return compared.items
}

/** The columns of a value with what it says of each. */
function leafValues(stored: Stored, value: unknown): readonly { readonly leaf: Leaf; readonly value: unknown }[] {
  if (stored.kind === 'leaf') return [{ leaf: stored, value }]
  const parts = partsOf(value)
  return [...stored.parts].flatMap(([name, part]) => leafValues(part, parts[name] ?? null))
}

/** Related objects stand in the place of references; what was seen of them is their key. */
function withoutRelated(one: BusinessClass, seen: Readonly<Record<string, unknown>>, classes: Classes): Readonly<Record<string, unknown>> {
  if (!holdsObject(seen)) return seen
  const objects = Object.entries(seen).filter(([, value]) => isObject(value))
  return { ...seen, ...Object.fromEntries(objects.map(([name, value]) => [name, bareValue(one.attributes.get(name), value, classes)])) }
}

/** Without a list of the values. */
function holdsObject(seen: Readonly<Record<string, unknown>>): boolean {
  for (const name in seen) if (isObject(seen[name])) return true
  return false
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function bareValue(attribute: Attribute | undefined, value: unknown, classes: Classes): unknown {
  if (attribute?.definition.type !== 'reference' || typeof value !== 'object' || value === null) return value
  const { key } = classes.get(attribute.definition.to)
  const parts = partsOf(value)
  const [only] = key
  if (attribute.stored.kind === 'leaf') return bareValue(only, parts[only?.name ?? ''], classes)
  return Object.fromEntries(key.map((part) => [part.name, bareValue(part, parts[part.name], classes)]))
}

/** Whether two values of an attribute mean the same. */
export function same(stored: Stored, a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null)
  if (stored.kind === 'composite') {
    const [left, right] = [partsOf(a), partsOf(b)]
    return [...stored.parts].every(([name, part]) => same(part, left[name], right[name]))
  }
  const [left, right] = [stored.codec.encode(a), stored.codec.encode(b)]
  if (stored.codec.type === 'decimal' && typeof left === 'string' && typeof right === 'string') return compareDecimals(left, right) === 0
  return JSON.stringify(left) === JSON.stringify(right)
}

function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
