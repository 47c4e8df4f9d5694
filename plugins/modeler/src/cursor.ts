import type { Scalar } from '@caruso/expression'
import type { Filter, Row, Term, Value } from '@caruso/storage/contract'
import type { PlanColumn } from './column-of.ts'
import { constantOf } from './computed.ts'
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
  if ('column' in at) return value === null ? { column: at.column, of: at.of, isNull: op === '==' } : { ...at, op, value }
  const constant = constantOf(at.type, value)
  if (!constant) throw new ModelerError('CURSOR_INVALID', 'Read the cursor of a page: expected the "next" of the page before, found another text')
  return { term: { op, of: [at.term, constant], type: 'boolean' } }
}

function readCursor(signature: string, length: number, cursor: string): readonly Value[] {
  const read: unknown = parse(cursor)
  if (!Array.isArray(read) || read.length !== length + 1 || !read.slice(1).every(isScalar)) throw new ModelerError('CURSOR_INVALID', 'Read the cursor of a page: expected the "next" of the page before, found another text')
  if (read[0] !== signature) throw new ModelerError('CURSOR_INVALID', `Read the cursor of a page: expected one of the order ${JSON.stringify(signature)}, found one of ${JSON.stringify(read[0])}`)
  return read.slice(1) as Value[]
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch (error) {
    throw new ModelerError('CURSOR_INVALID', 'Read the cursor of a page: expected the "next" of the page before, found another text', { cause: error })
  }
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
