import { decimalText, parseDecimal } from '@caruso/expression/decimal'
import type { Question, Value } from '../script.ts'

/** The one form of an answer's value, however it was given: `2000.00` and `2000` are the same number, choices stand in the script's order, and none is null. */
export function canonical({ type, choices }: Question, value: Value): Value {
  if (Array.isArray(value)) return value.length === 0 ? null : value.toSorted((a, b) => placeIn(choices, a as Value) - placeIn(choices, b as Value))
  if (type === 'number' && typeof value === 'string') return number(value)
  if (type !== 'money' || typeof value !== 'object' || value === null || !('amount' in value) || !('currency' in value)) return value
  const { amount, currency } = value
  return typeof amount === 'string' && currency !== undefined ? { amount: number(amount), currency } : value
}

function number(text: string): string {
  const decimal = text.length > 60 ? undefined : parseDecimal(text)
  return decimal === undefined ? text : decimalText(decimal)
}

function placeIn(choices: Question['choices'], one: Value): number {
  return choices.findIndex(({ value }) => value === one)
}
