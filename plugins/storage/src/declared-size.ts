import type { ColumnDescription } from './description.ts'
import type { LogicalType } from './logical-type.ts'

type Size = Pick<ColumnDescription, 'length' | 'digits' | 'places'>

/** What the numbers in a declared type mean: `varchar(40)`, `numeric(10,2)`, `timestamp(3) without time zone`. */
export function declaredSize(type: LogicalType | undefined, declared: string): Size {
  const found = /^[^()']*\(\s*(\d{1,9})\s*(?:,\s*(-?\d{1,4})\s*)?\)/.exec(declared)
  if (!found) return {}
  const first = Number(found[1])
  if (type === 'decimal') return { digits: first, places: Number(found[2] ?? 0) }
  if (type === 'instant' || type === 'time') return { places: first }
  return /char|text|binary|blob|clob/i.test(declared) ? { length: first } : {}
}
