import { describeValue } from '@caruso/contract'
import type { Row, Value } from '@caruso/storage/contract'
import type { Attribute, BusinessClass } from './business-class.ts'
import type { Codec } from './codec.ts'
import { ModelerError } from './errors.ts'
import type { Leaf, Stored } from './stored.ts'

export type BusinessObject = Record<string, unknown>

/** What objects are beside their rows: the rows themselves, rows that get more, or less than the rows hold. */
export type Extent = 'rows' | 'more' | 'less'

/** Makes objects of the rows of one plan, whose values are named by their paths. */
export class RowMapper {
  readonly #class: BusinessClass
  readonly #attributes: readonly Attribute[]
  /** Whether each attribute has one column. */
  readonly #flat: boolean
  /** The columns whose values the storage does not answer always as they are. */
  readonly #coded: readonly Leaf[]
  readonly #extent: Extent
  /** An object that begins as a copy has its shape at once. */
  readonly #template: BusinessObject
  readonly #put: ((object: BusinessObject, row: Row) => void) | undefined

  /** @param put puts into an object what it has beside its attributes */
  constructor(one: BusinessClass, attributes: readonly Attribute[], extent: Extent, put?: (object: BusinessObject, row: Row) => void) {
    this.#class = one
    this.#attributes = attributes
    const leaves = attributes.flatMap(({ stored }) => (stored.kind === 'leaf' ? [stored] : []))
    this.#flat = leaves.length === attributes.length
    this.#coded = leaves.filter(({ codec }) => codec.plain !== true)
    this.#extent = extent
    this.#template = Object.fromEntries(attributes.map(({ name }) => [name, null]))
    this.#put = put
  }

  /** Whether ten thousand rows are looked at in less than a millisecond, for most of them are the objects. */
  get isLight(): boolean {
    return this.#flat && this.#extent === 'rows' && this.#coded.every(({ codec }) => codec.plain !== undefined)
  }

  /** @throws ModelerError `OBJECT_BROKEN` naming the attribute and the object */
  map(row: Row): BusinessObject {
    const [object] = this.mapAll([row])
    return object ?? {}
  }

  /** The objects of rows, in their order; where every value is already as it should be, the rows themselves. */
  mapAll(rows: readonly Row[]): readonly BusinessObject[] {
    const objects = this.#flat ? this.#decoded(rows) : rows.map((row) => this.#whole(row))
    if (this.#put) for (const [index, object] of objects.entries()) this.#put(object, rows[index] ?? {})
    return objects
  }

  /** Looks at a row that is as the database holds it, of no type. @throws ModelerError `OBJECT_BROKEN` naming the attribute and the object */
  check(row: Row): void {
    for (const { stored } of this.#attributes) this.#value(stored, row, false)
  }

  #whole(row: Row): BusinessObject {
    const object: BusinessObject = {}
    for (const { name, stored } of this.#attributes) object[name] = this.#value(stored, row, true)
    return object
  }

  /** Column by column, for the reason that the storage has. */
  #decoded(rows: readonly Row[]): readonly BusinessObject[] {
    let objects = this.#extent === 'rows' ? undefined : rows.map((row): BusinessObject => (this.#extent === 'more' ? { ...row } : this.#part(row)))
    for (const leaf of this.#coded) {
      const { path, codec } = leaf
      for (let index = 0; index < rows.length; index++) {
        const row = rows[index]
        const found = row?.[path] ?? null
        if (row === undefined || found === null || isPlain(codec, found)) continue
        const value = codec.decode(found)
        if (value === undefined) throw this.#broken(leaf, found, row)
        if (value === found) continue
        objects ??= [...rows]
        objects[index] = { ...objects[index], [path]: value }
      }
    }
    return objects ?? rows
  }

  #part(row: Row): BusinessObject {
    const object = { ...this.#template }
    for (const name in object) object[name] = row[name] ?? null
    return object
  }

  #value(stored: Stored, row: Row, typed: boolean): unknown {
    if (stored.kind === 'leaf') {
      const found = row[stored.path] ?? null
      if (found === null || (typed && isPlain(stored.codec, found))) return found
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

function isPlain({ plain }: Codec, answered: Value): boolean {
  return plain === true || (plain !== undefined && plain(answered))
}
