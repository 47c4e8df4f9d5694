import type { BusinessClass } from './business-class.ts'
import type { Codec } from './codec.ts'
import { plainDecimal } from './decimal.ts'
import { isKeyOf } from './object-values.ts'
import type { CheckedKey } from './policy-check.ts'

/** A key as one text, by what it means: callers may write one otherwise than the database does, `1.50` for `1.5`. */
export function keyName(one: BusinessClass, key: CheckedKey): string {
  const [only] = key
  // Most keys are one number, which has one form.
  if (key.length === 1 && typeof only?.value === 'number') return `${one.name} ${only.value}`
  return JSON.stringify([one.name, ...key.map(({ leaf, value }) => (value === null || isKeyOf(value) ? value : meaning(leaf.codec, leaf.codec.decode(value) ?? value)))])
}

function meaning({ type }: Codec, value: unknown): unknown {
  return type === 'decimal' && typeof value === 'string' ? plainDecimal(value) : value
}
