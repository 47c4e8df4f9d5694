import { describeValue } from '@caruso/contract'
import type { Scalar } from '@caruso/expression'
import type { Filter, Row, Term, Value } from '@caruso/storage/contract'
import type { PlanColumn } from './column-of.ts'
import { clock, moment, type LogicalType } from './codec.ts'
import { constantOf } from './computed.ts'
import { decimalPattern } from './decimal.ts'
import { ModelerError } from './errors.ts'

/** One column that objects are ordered by, or what is computed in its place, and its name in rows. */
export interface OrderColumn {
  readonly at: PlanColumn | ComputedColumn
  readonly desc: boolean
  readonly as: string
}

export interface ComputedColumn {
  readonly term: Term
  readonly type: Scalar
}

/** Where a page ends: the values of the last row, with the order that they belong to. */
export function cursorAfter(signature: string, order: readonly OrderColumn[], last: Row): string {
  return Buffer.from(JSON.stringify([signature, ...order.map(({ as }) => last[as] ?? null)])).toString('base64url')
}

/**
 * The condition of all rows after a cursor: nulls come first, last where it descends.
 *
 * @throws ModelerError `CURSOR_INVALID`
 */
export function conditionAfter(signature: string, order: readonly OrderColumn[], cursor: string): Filter {
  const values = readCursor(signature, order.length, cursor)
  const or: Filter[] = []
  const equal: Filter[] = []
  for (const [index, { at, desc }] of order.entries()) {
    const value = values[index] ?? null
    const beyond = after(at, value, desc)
    if (beyond) or.push({ and: [...equal, beyond] })
    equal.push(compared(at, '==', value))
  }
  return { or }
}

function after(at: OrderColumn['at'], value: Value, desc: boolean): Filter | undefined {
  if (!desc) return value === null ? compared(at, '!=', null) : compared(at, '>', value)
  return value === null ? undefined : { or: [compared(at, '<', value), compared(at, '==', null)] }
}

function compared(at: OrderColumn['at'], op: '==' | '!=' | '<' | '>', value: Value): Filter {
  if ('column' in at && !isOfType(at.type, value)) throw notTheNext()
  if ('column' in at) return value === null ? { column: at.column, of: at.of, isNull: op === '==' } : { ...at, op, value }
  const constant = constantOf(at.type, value)
  if (!constant) throw notTheNext()
  return { term: { op, of: [at.term, constant], type: 'boolean' } }
}

/** Whether a value is one that the storage answers of the type: a text that somebody else has made need not be. */
function isOfType(type: LogicalType | undefined, value: Value): boolean {
  if (value === null || type === undefined) return true
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : ''
  switch (type) {
    case 'text':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean' || value === 0 || value === 1
    case 'integer':
      return /^-?\d{1,19}$/.test(text)
    case 'decimal':
      return decimalPattern.test(text)
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
    case 'time':
      return clock.test(text)
    case 'instant':
      return moment.test(text) && !Number.isNaN(Date.parse(text))
  }
}

function readCursor(signature: string, length: number, cursor: string): readonly Value[] {
  const read: unknown = parse(cursor)
  if (!Array.isArray(read) || read.length !== length + 1 || !read.slice(1).every(isScalar)) throw notTheNext()
  if (read[0] !== signature) throw new ModelerError('CURSOR_INVALID', `Read the cursor of a page: expected one of the order ${JSON.stringify(signature)}, found one of ${describeValue(read[0])}`)
  return read.slice(1) as Value[]
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch (error) {
    throw notTheNext(error)
  }
}

function isScalar(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.isWellFormed() && !value.includes('\0')) || Number.isFinite(value) || typeof value === 'boolean'
}

function notTheNext(cause?: unknown): ModelerError {
  return new ModelerError('CURSOR_INVALID', 'Read the cursor of a page: expected the "next" of the page before, found another text', { cause })
}
