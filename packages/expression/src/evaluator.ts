import { addExactly, fromInteger, limited, zero } from './decimal.ts'
import { durationInRange } from './calendar.ts'
import { ExpressionError } from './errors.ts'
import { runOverload } from './operators.ts'
import { overloadOf } from './overload.ts'
import { compare } from './runtime.ts'
import type { Runtime, RuntimeScalar, RuntimeValue } from './runtime.ts'
import type { FoldTerm, Term, Value } from './term.ts'
import type { Scalar, Type } from './type.ts'
import { decode, elementsOf, encode, property } from './value.ts'
import type { Values } from './value.ts'

/**
 * Computes a term in memory; the same term as a filter gives the same in every database. A condition that was checked
 * as boolean gives true or false for all values of the declared types, and nothing throws.
 *
 * @throws ExpressionError `EXPRESSION_VALUE`, by the function that is returned, for a value of another type than declared
 */
export function evaluator(term: Term): (values: Values) => Value {
  const run = runOf(term)
  return (values) => encoded(run(values), term.type)
}

type Run = (values: Values) => RuntimeValue

/** The elements of a list or of a relation to many, as they were handed in. */
export function elements(over: Term): (values: Values) => readonly unknown[] {
  if ('path' in over) return (values) => elementsOf(reach(values, over.path), over.path.join('.'))
  const [run, type] = [runOf(over), elementType(over.type)]
  return (values) => ((run(values) ?? []) as readonly RuntimeScalar[]).map((one) => encode(one, type))
}

function elementType(type: Type): Scalar {
  return typeof type === 'object' && 'list' in type ? type.list : 'text'
}

export function runOf(term: Term): Run {
  if ('value' in term) {
    const value = decoded(term.value, term.type, 'a constant')
    return () => value
  }
  if ('list' in term) {
    const items = term.list.map(runOf)
    return (values) => items.map((item) => item(values) as RuntimeScalar)
  }
  if ('path' in term) return (values) => decoded(reach(values, term.path), term.type, term.path.join('.'))
  if ('fold' in term) return foldOf(term)
  const overload = overloadOf(term.op, term.of)
  if (overload === undefined) throw new ExpressionError('EXPRESSION_INVALID', `Compute "${term.op}": it does not take what the term has`)
  const args = term.of.map(runOf)
  // The same as the table has it, without computing what cannot change the result.
  if (term.op === 'and') return (values) => args.every((arg) => arg(values) === true)
  if (term.op === 'or') return (values) => args.some((arg) => arg(values) === true)
  return (values) => runOverload(overload, args.map((arg) => arg(values)))
}

function foldOf(term: FoldTerm): Run {
  const { fold, as } = term
  const [over, where] = [elements(term.over), runOf(term.where)]
  const type = term.of?.type ?? elementType(term.over.type)
  const of = runOf(term.of ?? { path: [as], type })
  const inside = (values: Values): Values[] => over(values).map((one) => ({ ...values, [as]: one }))
  const chosen = (values: Values): RuntimeScalar[] => inside(values).filter((one) => where(one) === true).map((one) => of(one) as RuntimeScalar)
  switch (fold) {
    case 'exists':
      return (values) => inside(values).some((one) => where(one) === true)
    case 'all':
      return (values) => inside(values).every((one) => where(one) === true)
    case 'count':
      return (values) => fromInteger(inside(values).filter((one) => where(one) === true).length)
    case 'list':
      return chosen
    case 'sum':
    case 'min':
    case 'max':
      return (values) => figure(fold, chosen(values).filter((one) => one !== null), type)
  }
}

/** Nulls do not count. Of nothing, the sum is zero, and the least and the greatest are null. */
function figure(fold: 'sum' | 'min' | 'max', values: readonly Runtime[Scalar][], type: Type): RuntimeScalar {
  if (fold !== 'sum') return values.reduce<RuntimeScalar>((best, one) => (best === null || compare(one, best) * (fold === 'min' ? 1 : -1) < 0 ? one : best), null)
  if (type === 'duration') return durationInRange(values.reduce<bigint>((sum, one) => sum + (typeof one === 'bigint' ? one : 0n), 0n))
  return limited(values.reduce<typeof zero>((sum, one) => (typeof one === 'object' ? addExactly(sum, one) : sum), zero))
}

function reach(values: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>(property, values)
}

/** Of an object only whether it is there is known here. */
function decoded(value: unknown, type: Type, what: string): RuntimeValue {
  if (typeof type === 'string') return decode(value, type, what)
  return 'list' in type ? elementsOf(value, what).map((one) => decode(one, type.list, what)) : value === null ? null : true
}

function encoded(value: RuntimeValue, type: Type): Value {
  return typeof type === 'string' ? encode(value as RuntimeScalar, type) : ((value ?? []) as readonly RuntimeScalar[]).map((one) => encode(one, elementType(type)))
}
