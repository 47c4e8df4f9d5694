import { describeValue } from '@caruso/contract'
import type { Row, Value } from '@caruso/storage/contract'
import type { Attribute, BusinessClass } from './business-class.ts'
import { ModelerError } from './errors.ts'
import type { Leaf, Stored } from './stored.ts'

export type BusinessObject = Record<string, unknown>

/** Makes objects of the rows of one plan, whose values are named by their paths. */
export class RowMapper {
  readonly #class: BusinessClass
  readonly #attributes: readonly Attribute[]
  /** The attributes, where each has one column. */
  readonly #leaves: readonly Leaf[] | undefined
  /** Those of them whose values the storage does not answer as they are. */
  readonly #coded: readonly Leaf[]
  readonly #own: boolean
  readonly #put: ((object: BusinessObject, row: Row) => void) | undefined

  /**
   * @param own whether each object must be a new one: the rows hold more than objects do, or objects get more
   * @param put puts into an object what it has beside its attributes
   */
  constructor(one: BusinessClass, attributes: readonly Attribute[], own: boolean, put?: (object: BusinessObject, row: Row) => void) {
    this.#class = one
    this.#attributes = attributes
    const leaves = attributes.flatMap(({ stored }) => (stored.kind === 'leaf' ? [stored] : []))
    this.#leaves = leaves.length === attributes.length ? leaves : undefined
    this.#coded = leaves.filter(({ codec }) => !codec.plain)
    this.#own = own
    this.#put = put
  }

  /** @throws ModelerError `OBJECT_BROKEN` naming the attribute and the object */
  map(row: Row): BusinessObject {
    const object = this.#leaves ? this.#flat(row, this.#leaves) : this.#whole(row)
    this.#put?.(object, row)
    return object
  }

  #whole(row: Row): BusinessObject {
    const object: BusinessObject = {}
    for (const { name, stored } of this.#attributes) object[name] = this.#value(stored, row, true)
    return object
  }

  /** Looks at a row that is as the database holds it, of no type. @throws ModelerError `OBJECT_BROKEN` naming the attribute and the object */
  check(row: Row): void {
    for (const { stored } of this.#attributes) this.#value(stored, row, false)
  }

  /** Where every value is already as it should be, the row is the object. */
  #flat(row: Row, leaves: readonly Leaf[]): BusinessObject {
    let object = this.#own ? copyOf(row, leaves) : undefined
    for (const leaf of this.#coded) {
      const found = row[leaf.path] ?? null
      if (found === null) continue
      const value = leaf.codec.decode(found)
      if (value === undefined) throw this.#broken(leaf, found, row)
      if (value === found) continue
      object ??= copyOf(row, leaves)
      object[leaf.path] = value
    }
    return object ?? (row as BusinessObject)
  }

  #value(stored: Stored, row: Row, typed: boolean): unknown {
    if (stored.kind === 'leaf') {
      const found = row[stored.path] ?? null
      if (found === null || (typed && stored.codec.plain)) return found
      const value = stored.codec.decode(found)
      if (value === undefined) throw this.#broken(stored, found, row)
      return value
    }
    const whole: BusinessObject = {}
    let nulls = 0
    for (const [name, part] of stored.parts) {
      const value = this.#value(part, row, typed)
      if (value === null) nulls++
      whole[name] = value
    }
    if (nulls === stored.parts.size || (nulls > 0 && stored.partly === 'none')) return null
    if (nulls > 0 && stored.partly === 'broken') throw this.#broken(stored, null, row)
    return Object.assign(whole, stored.fixed)
  }

  #broken(stored: Stored, found: Value, row: Row): ModelerError {
    const key = this.#class.key.map(({ stored: part }) => `${part.path} ${JSON.stringify(row[part.path] ?? null)}`).join(', ')
    const expected = stored.kind === 'leaf' ? `column "${stored.column}"${stored.part === undefined ? '' : ` of "${stored.part.table}"`} holds ${describeValue(found)}, expected ${stored.codec.expects}` : `only some of its parts ${[...stored.parts.keys()].join(', ')} are there`
    return new ModelerError('OBJECT_BROKEN', `Read attribute "${stored.path}" of class "${this.#class.name}"${key === '' ? '' : ` with ${key}`}: ${expected}`, { details: { class: this.#class.name, attribute: stored.path } })
  }
}

function copyOf(row: Row, leaves: readonly Leaf[]): BusinessObject {
  const object: BusinessObject = {}
  for (const { path } of leaves) object[path] = row[path] ?? null
  return object
}
