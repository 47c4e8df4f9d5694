import { parse } from '@caruso/expression'
import type { Expression } from '@caruso/expression'

type Plain = null | boolean | string | bigint
type Row = Readonly<Record<string, null | boolean | string | number | undefined>>

/** Thrown where null is computed with, and caught where a comparison or a choice ends it. */
class NullMet extends Error {}

/**
 * The null rules once more, as one would say them rather than as they are implemented: over the parsed source instead
 * of terms, with whole numbers instead of decimals, and null as something that interrupts.
 */
export function naive(source: string, row: Row): Plain {
  return orNull(() => valueOf(parse(source), row))
}

function valueOf(part: Expression, row: Row): Plain {
  if (part.kind === 'constant') return part.type === 'number' ? BigInt(String(part.value)) : present(part.value)
  if (part.kind === 'name') {
    const value = present(row[part.name] ?? null)
    return typeof value === 'number' ? BigInt(value) : value
  }
  if (part.kind === 'list' || part.kind === 'member') throw new Error(`Not for the naive: ${part.kind}`)
  const [a, b, c] = part.args as [Expression, Expression, Expression]
  const maybe = (one: Expression): Plain => orNull(() => valueOf(one, row))
  const holds = (one: Expression): boolean => maybe(one) === true
  switch (part.kind === 'operator' ? part.op : part.name) {
    case 'and':
      return part.args.every(holds)
    case 'or':
      return part.args.some(holds)
    case 'not':
      return !holds(a)
    case 'if':
      return valueOf(holds(a) ? b : c, row)
    case 'coalesce':
      return maybe(a) ?? valueOf(b, row)
    case '==':
      return maybe(a) === maybe(b)
    case '!=':
      return maybe(a) !== maybe(b)
    case 'in':
      return b.kind === 'list' && b.items.map(maybe).includes(maybe(a))
    case '<':
      return orFalse(() => valueOf(a, row)! < valueOf(b, row)!)
    case '<=':
      return orFalse(() => valueOf(a, row)! <= valueOf(b, row)!)
    case '>':
      return orFalse(() => valueOf(a, row)! > valueOf(b, row)!)
    case '>=':
      return orFalse(() => valueOf(a, row)! >= valueOf(b, row)!)
    case 'startsWith':
      return orFalse(() => (valueOf(a, row) as string).indexOf(valueOf(b, row) as string) === 0)
    case 'size':
      return BigInt((valueOf(a, row) as string).length)
    default:
      return arithmetic(part.kind === 'operator' ? part.op : part.name, valueOf(a, row), valueOf(b, row))
  }
}

function arithmetic(op: string, a: Plain, b: Plain): Plain {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  const [x, y] = [a as bigint, b as bigint]
  if (op === '+') return x + y
  if (op === '-') return x - y
  if (op === '*') return x * y
  if (y === 0n) throw new NullMet()
  return x % y
}

function present<T>(value: T | null): T {
  if (value === null) throw new NullMet()
  return value
}

function orNull(run: () => Plain): Plain {
  try {
    return run()
  } catch (error) {
    if (error instanceof NullMet) return null
    throw error
  }
}

function orFalse(run: () => boolean): boolean {
  return orNull(run) === true
}
