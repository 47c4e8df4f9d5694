import { compareByCodePoint } from './code-points.ts'
import { compareDecimals } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import type { Scalar } from './type.ts'

/** How a value of each type is held while it is computed with; see calendar.ts for the units. */
export interface Runtime {
  readonly text: string
  readonly number: Decimal
  readonly boolean: boolean
  readonly date: number
  readonly time: number
  readonly instant: bigint
  readonly duration: bigint
}

export type RuntimeScalar = Runtime[Scalar] | null
export type RuntimeValue = RuntimeScalar | readonly RuntimeScalar[]

/** Null is equal to null only. */
export function equal(a: RuntimeScalar, b: RuntimeScalar): boolean {
  return a === null || b === null ? a === b : compare(a, b) === 0
}

/** The order of two values of one type: below, at or above zero. */
export function compare(a: Runtime[Scalar], b: Runtime[Scalar]): number {
  if (typeof a === 'string' && typeof b === 'string') return compareByCodePoint(a, b)
  if (typeof a === 'object' && typeof b === 'object') return compareDecimals(a, b)
  return a < b ? -1 : a > b ? 1 : 0
}
