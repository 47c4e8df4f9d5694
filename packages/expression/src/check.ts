import { bind } from './bind.ts'
import { decimalText, parseDecimal, significantDigits } from './decimal.ts'
import { didYouMean } from './did-you-mean.ts'
import { invalid } from './errors.ts'
import { takesCondition } from './expression.ts'
import type { Expression } from './expression.ts'
import { foldCall, isFoldCall } from './fold-call.ts'
import { functionNames, misfit, unknownFunction } from './function-errors.ts'
import { limits } from './limits.ts'
import { condition, operation } from './operation.ts'
import type { Op } from './operators.ts'
import { parse } from './parse.ts'
import { isConstant, isNull } from './term.ts'
import type { Term } from './term.ts'
import { scalars, typeName } from './type.ts'
import type { Scalar, Schema, Type } from './type.ts'
import { isZone } from './zone.ts'

/**
 * Resolves the names of an expression, checks its types, and makes a term of it, in which constants are computed. A
 * boolean result is never null.
 *
 * @param wanted the type that the result must have; a condition is `boolean`
 * @throws ExpressionError `EXPRESSION_SYNTAX` or `EXPRESSION_INVALID`, with the place
 */
export function check(source: string | Expression, schema: Schema, wanted?: Scalar): Term {
  const expression = typeof source === 'string' ? parse(source) : source
  const term = new Checker(schema, new Map()).term(expression)
  const type = isNull(term) ? (wanted ?? term.type) : term.type
  if ((wanted !== undefined && type !== wanted) || (typeof type !== 'string' && !('list' in type))) throw invalid(expression, `Expected ${wanted ?? 'a value'}: found ${typeName(type)}`)
  const typed = type === term.type ? term : { ...term, type }
  return bind(type === 'boolean' ? condition(typed) : typed, {})
}

/** Checks one expression after the other under the same names. */
export class Checker {
  readonly #schema: Schema
  /** What the folds around are about, by the names that they gave. */
  readonly #variables: ReadonlyMap<string, Type>

  constructor(schema: Schema, variables: ReadonlyMap<string, Type>) {
    this.#schema = schema
    this.#variables = variables
  }

  term(expression: Expression): Term {
    switch (expression.kind) {
      case 'constant':
        return expression.type === 'number' ? numberOf(expression, expression.value) : { value: expression.value, type: expression.type === 'null' ? 'text' : expression.type }
      case 'name':
        return this.#name(expression, expression.name)
      case 'member':
        return this.#member(expression, this.term(expression.of), expression.name)
      case 'list':
        return this.#list(expression, expression.items)
      case 'operator':
        return this.#apply(expression, expression.op, expression.args.map((arg, index) => (takesCondition(expression.op, index) ? this.condition(arg) : this.term(arg))))
      case 'call':
        return this.#call(expression, expression.name, expression.args)
    }
  }

  /** A term that holds or does not. */
  condition(expression: Expression): Term {
    const term = this.term(expression)
    if (term.type !== 'boolean' && !isNull(term)) throw invalid(expression, `Expected a condition: found ${typeName(term.type)}`)
    return condition(isNull(term) ? { value: null, type: 'boolean' } : term)
  }

  /** The same names and one more. */
  within(expression: Expression, variable: string, type: Type): Checker {
    if (this.#variables.has(variable) || Object.hasOwn(this.#schema.names, variable)) throw invalid(expression, `Name each element ${JSON.stringify(variable)}: the name is taken`)
    if (this.#variables.size === limits.loops) throw invalid(expression, `Ask about the elements of elements: at most ${limits.loops} levels are allowed`)
    return new Checker(this.#schema, new Map([...this.#variables, [variable, type]]))
  }

  #name(expression: Expression, name: string): Term {
    const type = this.#variables.get(name) ?? own(this.#schema.names, name)
    if (type === undefined) throw invalid(expression, `Unknown name ${JSON.stringify(name)}${didYouMean(name, [...this.#variables.keys(), ...Object.keys(this.#schema.names)])}`)
    return { path: [name], type }
  }

  #member(expression: Expression, of: Term, name: string): Term {
    const { type } = of
    if (typeof type === 'object' && 'many' in type) throw invalid(expression, `Read ${JSON.stringify(name)} of many ${type.many}: ask with exists, all, filter or map`)
    if (typeof type === 'string' || !('object' in type) || !('path' in of)) throw invalid(expression, `Read ${JSON.stringify(name)} of a ${typeName(type)}: only objects have attributes`)
    const attributes = own(this.#schema.classes ?? {}, type.object) ?? {}
    const found = own(attributes, name)
    if (found === undefined) throw invalid(expression, `${type.object} has no attribute ${JSON.stringify(name)}${didYouMean(name, Object.keys(attributes))}`)
    return { path: [...of.path, name], type: found }
  }

  #list(expression: Expression, items: readonly Expression[]): Term {
    const terms = items.map((item) => this.term(item))
    const type = terms.find((term) => !isNull(term))?.type ?? 'text'
    if (typeof type !== 'string') throw invalid(expression, `Make a list: its elements are single values, found ${typeName(type)}`)
    const stranger = terms.findIndex((term) => !isNull(term) && term.type !== type)
    if (stranger >= 0) throw invalid(items[stranger] ?? expression, `Make a list of ${type}: found ${typeName(terms[stranger]?.type ?? type)}`)
    return { list: terms.map((term) => (isNull(term) ? { value: null, type } : term)), type: { list: type } }
  }

  #call(expression: Expression, name: string, args: readonly Expression[]): Term {
    const [first, ...rest] = args
    const of = first === undefined ? [] : [this.term(first)]
    if (of[0] !== undefined && isFoldCall(name, of[0])) return foldCall(this, expression, name, of[0], rest)
    const op = functionNames.find((known) => known === name)
    if (op === undefined) throw invalid(expression, unknownFunction(name))
    const terms = [...of, ...rest.map((arg) => this.term(arg))]
    const term = this.#apply(expression, op, terms)
    const last = terms.at(-1)
    if (isReading(op) && isNull(term) && terms.length === 1 && last !== undefined && isConstant(last) && last.value !== null) throw invalid(expression, `Read ${JSON.stringify(last.value)} as ${op}: there is none that is written so`)
    if (terms.length > 1 && ['date', 'time', 'instant'].includes(op) && last !== undefined && isConstant(last) && typeof last.value === 'string' && !isZone(last.value)) throw invalid(expression, `Read ${JSON.stringify(last.value)} as time zone: there is none of this name`)
    return term
  }

  #apply(expression: Expression, op: Op, args: readonly Term[]): Term {
    const term = operation(op, args)
    if (term === undefined) throw invalid(expression, misfit(op, args))
    return term
  }
}

function numberOf(expression: Expression, text: null | boolean | string): Term {
  const number = parseDecimal(String(text))
  if (number === undefined || significantDigits(number) > limits.digits) throw invalid(expression, `Read a number: at most ${limits.digits} digits, and exponents of three, are allowed`)
  return { value: decimalText(number), type: 'number' }
}

/** A function that is named after the type that it makes. */
function isReading(op: Op): boolean {
  return scalars.some((type) => type === op)
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
