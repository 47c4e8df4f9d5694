import { dateText, durationInRange, instantText, parseDate, parseInstant, parseTime, timeText } from './calendar.ts'
import { decimalText, parseDecimal } from './decimal.ts'
import { ExpressionError } from './errors.ts'
import type { Runtime, RuntimeScalar } from './runtime.ts'
import type { Value } from './term.ts'
import type { Scalar } from './type.ts'

/** What names stand for when a term is computed: values of JSON, numbers as decimal text or as numbers, objects by their attributes, lists. What is missing is null. */
export type Values = Readonly<Record<string, unknown>>

/** The own property of that name, never what a prototype brings. */
export function property(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name) ? ((holder as Values)[name] ?? null) : null
}

/** @throws ExpressionError `EXPRESSION_VALUE` */
export function elementsOf(value: unknown, what: string): readonly unknown[] {
  if (value === null) return []
  if (!Array.isArray(value)) throw notOfType(value, 'list', what)
  return value as readonly unknown[]
}

/** @throws ExpressionError `EXPRESSION_VALUE` where the value is not of the type */
export function decode(value: unknown, type: Scalar, what: string): RuntimeScalar {
  if (value === null || value === undefined) return null
  const decoded = decoders[type](value)
  if (decoded === undefined) throw notOfType(value, type, what)
  return decoded
}

export function encode(value: RuntimeScalar, type: Scalar): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'object') return decimalText(value)
  if (typeof value === 'bigint') return type === 'instant' ? instantText(value) : String(value)
  return type === 'date' ? dateText(value) : timeText(value)
}

const decoders: { readonly [T in Scalar]: (value: unknown) => Runtime[T] | undefined } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  number: fromText(parseDecimal),
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  date: fromText(parseDate),
  time: fromText(parseTime),
  instant: fromText(parseInstant),
  duration: fromText((text) => (/^-?\d{1,19}$/.test(text) ? (durationInRange(BigInt(text)) ?? undefined) : undefined)),
}

function fromText<T>(parse: (text: string) => T | undefined): (value: unknown) => T | undefined {
  return (value) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? parse(String(value)) : undefined)
}

function notOfType(value: unknown, type: string, what: string): ExpressionError {
  return new ExpressionError('EXPRESSION_VALUE', `Read ${JSON.stringify(what)} as ${type}: found ${shown(value)}`)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : String(JSON.stringify(String(value))).slice(0, 100)
}
