import type { Value } from '../contract.ts'
import type { ColumnDescription } from '../description.ts'
import { fromRaw, toBuffer, toCanonical } from '../logical.ts'
import type { Raw } from '../logical.ts'
import type { LogicalType } from '../logical-type.ts'
import type { NewColumn } from './change.ts'
import { Refusal } from './refusal.ts'

/** The default of a column as its type writes it, binary values as base64; empty without one. @throws Refusal where it is none of its values */
export function defaultText(column: NewColumn): string {
  const { type, default: fallback } = column
  if (fallback === undefined) return ''
  try {
    if (type === 'bytes') return toBuffer(String(fallback)).toString('base64')
    const text = String(toCanonical(type, fallback))
    if (!fitsSize(column, text)) throw new Refusal('it does not fit')
    if (text.includes('\0')) throw new Refusal('it has a NUL character')
    return text
  } catch (error) {
    throw new Refusal(`the default of ${JSON.stringify(column.name)} is no value of its: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * A value as another type means it; undefined where it means nothing there, or would come back as another. What is
 * written in a text may change its form (`1.50`), not its meaning.
 */
export function converted(from: LogicalType, to: LogicalType, raw: Raw): Value | undefined {
  const value = fromRaw(from, raw)
  if (value === undefined || value === null || from === to) return value
  if (from === 'bytes' || to === 'bytes' || typeof value === 'object') return undefined
  if (from === 'text' && to === 'date' && String(value).length > 10) return undefined
  const found = fromRaw(to, typeof value === 'boolean' ? value : String(value))
  if (found === undefined || found === null || typeof found === 'object' || from === 'text') return found
  return fromRaw(from, found) === value ? found : undefined
}

/** A column of this size keeps the value as it is. */
export function fitsSize({ type, length, digits, places }: Pick<NewColumn, 'type' | 'length' | 'digits' | 'places'>, value: Value): boolean {
  if (value === null) return true
  if (typeof value === 'object') return length === undefined || toBuffer(value.bytes).length <= length
  const text = String(value)
  if (type === 'text') return length === undefined || text.length <= length || Array.from(text).length <= length
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  if (type === 'decimal') return digits === undefined || (fraction.length <= (places ?? 0) && whole.replace(/^0/, '').length <= digits - (places ?? 0))
  if (type === 'instant' || type === 'time') return places === undefined || fraction.replace('Z', '').length <= places
  return true
}

/** A value that the column keeps now may not fit the new one. */
export function isNarrower(column: NewColumn, before: ColumnDescription): boolean {
  if (column.type !== before.type) return true
  const less = (now: number | undefined, then: number | undefined): boolean => now !== undefined && (then === undefined || now < then)
  const whole = ({ digits, places = 0 }: Pick<NewColumn, 'digits' | 'places'>): number | undefined => (digits === undefined ? undefined : digits - places)
  return less(column.length, before.length) || less(column.places, before.places) || less(whole(column), whole(before)) || (column.digits !== undefined && less(column.places ?? 0, before.places ?? 0))
}
