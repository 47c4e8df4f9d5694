import { compareDecimals, parseDecimal } from '@caruso/expression/decimal'
import { amountOf } from '../answer/read-money.ts'
import { limited } from '../answer/read-number.ts'
import type { Reading } from '../answer/reading.ts'
import type { Question, Value } from '../script.ts'
import type { Wrong } from './state.ts'
import type { Values } from './values.ts'
import type { Asking } from './walk.ts'

/** Why a value is no answer: in general, or the check that it does not meet. */
export type Fault = { readonly wrong: Wrong } | { readonly check: number }

/** Whether a value of the question's type may be its answer where the dialog stands. */
export function judge({ node, values }: Pick<Asking, 'node' | 'values'>, value: Value): Fault | undefined {
  if (value === null) return node.required ? { wrong: 'empty' } : undefined
  if (!isOfType(node, value)) return { wrong: 'value' }
  if (!isChoice(node, value, values)) return { wrong: 'choice' }
  const size = sizeOf(node, value)
  const kept = keptAs(node, size)
  if ('wrong' in kept) return { wrong: kept.wrong }
  if (node.min !== undefined && isLess(size, node.min(values))) return { wrong: 'too-small' }
  if (node.max !== undefined && isLess(node.max(values), size)) return { wrong: 'too-large' }
  const all = { ...values, [node.into]: value }
  const check = node.checks.findIndex(({ test }) => test(all) !== true)
  return check === -1 ? undefined : { check }
}

/** The choices that there are where the dialog stands. */
export function choicesOf({ choices }: Question, values: Values): Question['choices'] {
  return choices.filter(({ relevant }) => relevant === undefined || relevant(values) === true)
}

const longestText = 10_000

function isOfType({ type, currency }: Question, value: Value): boolean {
  switch (type) {
    case 'number':
      return isNumber(value)
    case 'date':
      return typeof value === 'string' && isDate(value)
    case 'yes-no':
      return typeof value === 'boolean'
    case 'many':
      return Array.isArray(value) && value.every((one) => typeof one === 'string') && new Set(value).size === value.length
    case 'money':
      return typeof value === 'object' && value !== null && 'amount' in value && isNumber(value['amount'] ?? null) && value['currency'] === currency
    case 'text':
    case 'one':
    case 'email':
    case 'telephone':
      return typeof value === 'string' && value !== '' && value.length <= longestText && value.isWellFormed() && !value.includes('\0')
  }
}

function isNumber(value: Value): boolean {
  return typeof value === 'string' && value.length <= 60 && parseDecimal(value) !== undefined
}

function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000') ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function isChoice(node: Question, value: Value, values: Values): boolean {
  if (node.type !== 'one' && node.type !== 'many') return true
  const known = new Set(choicesOf(node, values).map((choice) => choice.value))
  return (Array.isArray(value) ? value : [value]).every((one) => typeof one === 'string' && known.has(one))
}

/** Nothing is rounded, whichever way it was given: neither what expressions compute with nor what is written for people. */
function keptAs({ type, currency }: Question, value: Value): Reading {
  if (typeof value !== 'string') return { value }
  if (type === 'money' && currency !== undefined) return amountOf(value, currency)
  return type === 'number' ? limited(value) : { value }
}

/** What limits are about: numbers, dates and amounts themselves, the length of texts, how many choices. */
function sizeOf({ type }: Question, value: Value): Value {
  if (Array.isArray(value)) return String(value.length)
  if (typeof value === 'object' && value !== null && 'amount' in value) return value['amount'] ?? null
  return typeof value === 'string' && type !== 'number' && type !== 'date' ? String(Array.from(value).length) : value
}

/** Dates compare as texts; where a limit is null there is none. */
function isLess(a: Value, b: Value): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false
  const [first, second] = [parseDecimal(a), parseDecimal(b)]
  return first !== undefined && second !== undefined ? compareDecimals(first, second) < 0 : a < b
}
