import { LegacyError } from './errors.ts'

/** An object as the modeler answers it: its values may be missing, and what is related may be an object too. */
export type LegacyObject = Readonly<Record<string, unknown>>

/** A text without blanks around it, or null for none. */
export function textOf(object: LegacyObject, name: string): string | null {
  const value = object[name] ?? null
  if (value !== null && typeof value !== 'string' && typeof value !== 'number') throw unreadable(name, value, 'a text')
  const text = String(value ?? '').trim()
  return text === '' ? null : text
}

/** A whole number. */
export function integerOf(object: LegacyObject, name: string): number {
  const number = numberOf(object, name)
  if (!Number.isSafeInteger(number)) throw unreadable(name, number, 'a whole number')
  return number
}

/** Cents of an amount that the legacy system keeps as a binary fraction; none is zero. */
export function centsOf(object: LegacyObject, name: string): bigint {
  return BigInt(Math.round(numberOf(object, name) * 100))
}

/** Hundredths of a percent of a fraction: 0.15 is 1500. */
export function basisPointsOf(object: LegacyObject, name: string): bigint {
  return BigInt(Math.round(numberOf(object, name) * 10_000))
}

/** A day, or null for none; the mapping says how the columns write it. */
export function dayOf(object: LegacyObject, name: string): string | null {
  return textOf(object, name)
}

/** What is related, or a value of several parts; empty where there is none. */
export function partOf(object: LegacyObject, name: string): LegacyObject {
  const value = object[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

function numberOf(object: LegacyObject, name: string): number {
  const number = Number(object[name] ?? 0)
  if (!Number.isFinite(number)) throw unreadable(name, object[name], 'a number')
  return number
}

function unreadable(name: string, value: unknown, expected: string): LegacyError {
  return new LegacyError('LEGACY_VALUE', `Read "${name}" of the legacy system: expected ${expected}, found ${JSON.stringify(value)}`)
}
