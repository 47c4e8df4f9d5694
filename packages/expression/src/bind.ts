import { elements, evaluator } from './evaluator.ts'
import { ExpressionError } from './errors.ts'
import { print } from './print.ts'
import { operation } from './operation.ts'
import { truth } from './term.ts'
import type { FoldTerm, Term, Value } from './term.ts'
import type { Type } from './type.ts'
import { property } from './value.ts'
import type { Values } from './value.ts'

/**
 * Replaces the names that are known, such as the user of a policy, by their values, and computes what follows from
 * them. What else the term names stays open. A known name of which nothing was handed in is null.
 *
 * @throws ExpressionError `EXPRESSION_VALUE` for a value of another type than declared; `EXPRESSION_ONLY_IN_MEMORY`
 *   where a number is to be made of known elements by a condition that is not known
 */
export function bind(term: Term, known: Values): Term {
  if ('value' in term) return term
  if ('fold' in term) return fold(term, known)
  if ('path' in term) return Object.hasOwn(known, term.path[0]) ? valueOf(term, known) : term
  if ('list' in term) return { ...term, list: term.list.map((item) => bind(item, known)) }
  const of = term.of.map((arg) => bind(arg, known))
  return operation(term.op, of) ?? { ...term, of }
}

/** The names at which the paths of a term begin, those of its folds' variables left out. */
function freeNames(term: Term): ReadonlySet<string> {
  if ('value' in term) return new Set()
  if ('path' in term) return new Set([term.path[0]])
  if (!('fold' in term)) return new Set(('list' in term ? term.list : term.of).flatMap((part) => [...freeNames(part)]))
  const inside = [term.where, ...(term.of === undefined ? [] : [term.of])].flatMap((part) => [...freeNames(part)]).filter((name) => name !== term.as)
  return new Set([...freeNames(term.over), ...inside])
}

function fold(term: FoldTerm, known: Values): Term {
  const isKnown = (part: Term): boolean => [...freeNames(part)].every((name) => Object.hasOwn(known, name))
  if (isKnown(term)) return valueOf(term, known)
  if (isKnown(term.over)) return expanded(term, known)
  const { [term.as]: _, ...around } = known
  return { ...term, over: bind(term.over, known), where: bind(term.where, around), ...(term.of === undefined ? {} : { of: bind(term.of, around) }) }
}

/** Elements that are known, with a condition that is not, become one condition for each. */
function expanded(term: FoldTerm, known: Values): Term {
  const { fold: kind, as } = term
  if (kind !== 'exists' && kind !== 'all') throw new ExpressionError('EXPRESSION_ONLY_IN_MEMORY', `Bind ${JSON.stringify(print(term))}: its elements are known and its condition is not, which only exists and all allow`)
  const conditions = elements(term.over)(known).map((one) => bind(term.where, { ...known, [as]: one }))
  return operation(kind === 'exists' ? 'or' : 'and', conditions) ?? truth(kind === 'all')
}

function valueOf(term: Term, known: Values): Term {
  const { type } = term
  if (typeof type === 'string' || 'list' in type) return constantOf(evaluator(term)(known), type)
  // Of an object, only whether it is there can be asked.
  const there = 'path' in term && term.path.reduce<unknown>(property, known) !== null
  return { value: there ? true : null, type }
}

function constantOf(value: Value, type: Type): Term {
  if (typeof value !== 'object' || value === null) return { value, type }
  const element = typeof type === 'object' && 'list' in type ? type.list : 'text'
  return { list: value.map((one) => constantOf(one, element)), type }
}
