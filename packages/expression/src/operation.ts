import { runOf } from './evaluator.ts'
import { runOverload } from './operators.ts'
import type { Op } from './operators.ts'
import { adapted, overloadOf } from './overload.ts'
import type { RuntimeScalar } from './runtime.ts'
import { isConstant, isNull, truth } from './term.ts'
import type { Term } from './term.ts'
import type { Scalar } from './type.ts'
import { encode } from './value.ts'

/** An operator with its arguments, as short as it can be: constants are computed, what cannot change the result is left out. Undefined where it does not take them. */
export function operation(op: Op, args: readonly Term[]): Term | undefined {
  const overload = overloadOf(op, args)
  if (overload === undefined) return undefined
  const of = adapted(overload, args)
  const { gives, onNull } = overload
  if (of.every(isClosed)) return constant(runOverload(overload, of.map((arg) => runOf(arg)({}))), gives)
  if (onNull !== 'looks' && of.some(isNull)) return constant(onNull, gives)
  return shortened(op, of) ?? { op, of, type: gives }
}

/** What holds exactly where the boolean is true: never null, as conditions are. */
export function condition(term: Term): Term {
  return operation('==', [term, truth(true)]) ?? term
}

export function both(a: Term, b: Term): Term {
  return operation('and', [a, b]) ?? a
}

export function either(a: Term, b: Term): Term {
  return operation('or', [a, b]) ?? a
}

export function opposite(term: Term): Term {
  return operation('not', [term]) ?? term
}

export function constant(value: RuntimeScalar, type: Scalar): Term {
  return { value: encode(value, type) as null | boolean | string, type }
}

function isClosed(term: Term): boolean {
  return isConstant(term) || ('list' in term && term.list.every(isConstant))
}

function shortened(op: Op, of: readonly Term[]): Term | undefined {
  const [first, second, third] = of
  if (op === 'and' || op === 'or') return joined(op, of)
  if (op === 'coalesce') return firstPresent(of)
  if (op === '==' && first !== undefined && second !== undefined && isTrue(second) && isTwoValued(first)) return first
  if (op === 'not' && first !== undefined && 'op' in first && first.op === 'not') return first.of[0]
  if (op === 'if' && first !== undefined && isConstant(first)) return isTrue(first) ? second : third
  if (op === 'if' && of.slice(1).every(isNull)) return second
  return op === 'in' && second !== undefined && 'list' in second && second.list.length === 0 ? truth(false) : undefined
}

/** Chains become one; what is certain is left out, or decides. */
function joined(op: 'and' | 'or', of: readonly Term[]): Term {
  const parts = of.flatMap((part) => ('op' in part && part.op === op ? part.of : [part]))
  const open = parts.filter((part) => !isConstant(part))
  if (parts.some((part) => isConstant(part) && (part.value === true) === (op === 'or'))) return truth(op === 'or')
  const [only] = open
  return only !== undefined && open.length === 1 ? only : { op, of: open, type: 'boolean' }
}

function firstPresent(of: readonly Term[]): Term | undefined {
  const open = of.filter((part) => !isNull(part))
  const last = open.findIndex(isConstant)
  const useful = last < 0 ? open : open.slice(0, last + 1)
  const [only] = useful
  if (only === undefined) return undefined
  return useful.length === 1 ? only : { op: 'coalesce', of: useful, type: only.type }
}

function isTrue(term: Term): boolean {
  return isConstant(term) && term.value === true
}

/** Whether a boolean can never be null. */
function isTwoValued(term: Term): boolean {
  return 'fold' in term || ('op' in term && term.op !== 'if' && term.op !== 'coalesce')
}
