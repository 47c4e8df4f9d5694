import type { Cell } from '@caruso/storage/contract'
import type { BusinessClass } from './business-class.ts'
import type { Codec } from './codec.ts'
import { plainDecimal } from './decimal.ts'
import { isKeyOf } from './object-values.ts'
import type { CheckedKey } from './policy-check.ts'

/** A key as one text; see `keyId`. */
export function keyName(one: BusinessClass, key: CheckedKey): string {
  return `${one.name} ${keyId(one, key)}`
}

/** What tells a key from the others of its class, by what it means: callers may write one otherwise than the database does, `1.50` for `1.5`. */
export function keyId(one: BusinessClass, key: CheckedKey): string | number {
  const [only] = key
  // Most keys are one number, which has one form.
  if (key.length === 1 && typeof only === 'number') return only
  return JSON.stringify(one.keyLeaves.map(({ codec }, index) => meaning(codec, key[index] ?? null)))
}

/** Keys of objects of several classes. */
export class KeySet {
  readonly #ids = new Map<BusinessClass, Set<string | number>>()

  get isEmpty(): boolean {
    return this.#ids.size === 0
  }

  has(one: BusinessClass, key: CheckedKey): boolean {
    // Of a class without any, no key is told.
    return this.#ids.get(one)?.has(keyId(one, key)) === true
  }

  add(one: BusinessClass, key: CheckedKey): void {
    const ids = this.#ids.get(one)
    if (ids) ids.add(keyId(one, key))
    else this.#ids.set(one, new Set([keyId(one, key)]))
  }

  delete(one: BusinessClass, key: CheckedKey): void {
    this.#ids.get(one)?.delete(keyId(one, key))
  }
}

function meaning({ type, decode }: Codec, cell: Cell): unknown {
  if (cell === null || isKeyOf(cell)) return cell
  const value = decode(cell) ?? cell
  return type === 'decimal' && typeof value === 'string' ? plainDecimal(value) : value
}
