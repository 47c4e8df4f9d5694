import type { BusinessClass } from './business-class.ts'
import type { Codec } from './codec.ts'
import { plainDecimal } from './decimal.ts'
import { isKeyOf } from './object-values.ts'
import type { CheckedKey } from './policy-check.ts'

/** A key as one text; see `keyId`. */
export function keyName(one: BusinessClass, key: CheckedKey): string {
  return `${one.name} ${keyId(key)}`
}

/** What tells a key from the others of its class, by what it means: callers may write one otherwise than the database does, `1.50` for `1.5`. */
export function keyId(key: CheckedKey): string | number {
  const [only] = key
  // Most keys are one number, which has one form.
  if (key.length === 1 && typeof only?.value === 'number') return only.value
  return JSON.stringify(key.map(({ leaf, value }) => (value === null || isKeyOf(value) ? value : meaning(leaf.codec, leaf.codec.decode(value) ?? value))))
}

/** Keys of objects of several classes. */
export class KeySet {
  readonly #ids = new Map<BusinessClass, Set<string | number>>()

  has(one: BusinessClass, key: CheckedKey): boolean {
    return this.#ids.get(one)?.has(keyId(key)) === true
  }

  add(one: BusinessClass, key: CheckedKey): void {
    const ids = this.#ids.get(one)
    if (ids) ids.add(keyId(key))
    else this.#ids.set(one, new Set([keyId(key)]))
  }

  delete(one: BusinessClass, key: CheckedKey): void {
    this.#ids.get(one)?.delete(keyId(key))
  }
}

function meaning({ type }: Codec, value: unknown): unknown {
  return type === 'decimal' && typeof value === 'string' ? plainDecimal(value) : value
}
