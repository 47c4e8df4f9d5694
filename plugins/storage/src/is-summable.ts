import type { LogicalType } from './logical-type.ts'
import type { Scalar } from './term-dialect.ts'

const summable: ReadonlySet<string> = new Set(['integer', 'decimal', 'float', 'number', 'duration'] satisfies (LogicalType | Scalar)[])

/** Values of the type can be added up. */
export function isSummable(type: LogicalType | Scalar): boolean {
  return summable.has(type)
}
