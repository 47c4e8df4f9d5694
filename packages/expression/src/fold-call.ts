import type { Checker } from './check.ts'
import { invalid } from './errors.ts'
import type { Expression } from './expression.ts'
import { both, either, opposite } from './operation.ts'
import { truth, unnamed } from './term.ts'
import type { FoldTerm, Term } from './term.ts'
import { typeName } from './type.ts'
import type { Type } from './type.ts'

type ListTerm = FoldTerm & { readonly fold: 'list' }

/** What asks something of each element, and what makes one figure of all. */
const eachNames: readonly string[] = ['exists', 'all', 'filter', 'map']
const figureNames: readonly string[] = ['size', 'sum', 'min', 'max']

export const foldNames: readonly string[] = [...eachNames, ...figureNames]

/** Whether it asks about elements: a text has a size of its own. */
export function isFoldCall(name: string, over: Term): boolean {
  return foldNames.includes(name) && (name !== 'size' || elementOf(over.type) !== undefined)
}

/** What is asked about the elements of a list or of a relation to many. */
export function foldCall(checker: Checker, call: Expression, name: string, over: Term, rest: readonly Expression[]): Term {
  const [variable, body, ...more] = rest
  const type = elementOf(over.type)
  const isFigure = figureNames.includes(name)
  if (type === undefined) throw invalid(call, `Ask ${name}: expected a list or a relation to many, found ${typeName(over.type)}`)
  if (isFigure && variable === undefined) return figureOf(call, name, over)
  if (isFigure || variable?.kind !== 'name' || body === undefined || more.length > 0) throw invalid(call, isFigure ? `Ask ${name}: expected one list, as in list.${name}()` : `Ask ${name}: expected a name for each element and what to ask of it, as in list.${name}(x, …)`)
  return eachOf(checker.within(variable, variable.name, type), { call, name, body, list: listOver(call, over, variable.name) })
}

function eachOf(inner: Checker, { call, name, body, list }: { readonly call: Expression; readonly name: string; readonly body: Expression; readonly list: ListTerm }): Term {
  if (name === 'map') {
    const of = inner.term(body)
    if (typeof of.type !== 'string') throw invalid(call, `Make a list: its elements are single values, found ${typeName(of.type)}`)
    return { ...list, of, type: { list: of.type } }
  }
  const holds = inner.condition(body)
  if (name === 'filter') return { ...list, where: both(list.where, holds) }
  if (name === 'all') return { ...list, fold: 'all', where: either(opposite(list.where), holds), type: 'boolean' }
  return { ...list, fold: 'exists', where: both(list.where, holds), type: 'boolean' }
}

function figureOf(call: Expression, name: string, over: Term): Term {
  const list = isList(over) ? over : listOver(call, over, unnamed)
  if (name === 'size') return { fold: 'count', over: list.over, as: list.as, where: list.where, type: 'number' }
  const type = elementOf(list.type)
  if (typeof type !== 'string') throw invalid(call, `Ask ${name} of ${typeName(list.type)}: say of what, as in list.map(x, x.amount).${name}()`)
  if (type === 'boolean' || (name === 'sum' && type !== 'number' && type !== 'duration')) throw invalid(call, `Ask ${name} of a list of ${type}: there is none`)
  return { ...list, fold: name === 'sum' ? 'sum' : name === 'min' ? 'min' : 'max', type }
}

/** What was filtered is filtered on; whatever else is a list of its own. */
function listOver(call: Expression, over: Term, as: string): ListTerm {
  if (!isList(over) || over.of !== undefined) return { fold: 'list', over, as, where: truth(true), type: over.type }
  if (over.as !== as) throw invalid(call, `Name each element ${JSON.stringify(as)}: the filter before names it ${JSON.stringify(over.as)}, use the same`)
  return over
}

function isList(term: Term): term is ListTerm {
  return 'fold' in term && term.fold === 'list'
}

function elementOf(type: Type): Type | undefined {
  if (typeof type === 'string' || 'object' in type) return undefined
  return 'list' in type ? type.list : { object: type.many }
}
