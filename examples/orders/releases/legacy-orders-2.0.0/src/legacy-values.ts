import type { Row } from '@caruso/storage/contract'
import { LegacyError } from './errors.ts'

/** A text without the blanks that columns of fixed width leave, or null for none. */
export function textOf(row: Row, column: string): string | null {
  const value = row[column] ?? null
  if (value !== null && typeof value !== 'string' && typeof value !== 'number') throw unreadable(column, value, 'a text')
  const text = String(value ?? '').trim()
  return text === '' ? null : text
}

/** A whole number. */
export function integerOf(row: Row, column: string): number {
  const number = numberOf(row, column)
  if (!Number.isSafeInteger(number)) throw unreadable(column, number, 'a whole number')
  return number
}

/** Cents of an amount that the legacy system keeps as a binary fraction; none is zero. */
export function centsOf(row: Row, column: string): bigint {
  return BigInt(Math.round(numberOf(row, column) * 100))
}

/** Hundredths of a percent of a fraction: 0.15 is 1500. */
export function basisPointsOf(row: Row, column: string): bigint {
  return BigInt(Math.round(numberOf(row, column) * 10_000))
}

/**
 * The day of a date that is kept as text, or null for none. The legacy system writes `1996-07-04 00:00:00.000`,
 * its predecessor wrote `04.07.1996`.
 *
 * @throws LegacyError `LEGACY_VALUE` for what is no date
 */
export function dayOf(row: Row, column: string): string | null {
  const text = textOf(row, column)
  if (text === null) return null
  const [, day, month, year] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(text) ?? []
  const iso = year === undefined ? text.slice(0, 10) : `${year}-${month}-${day}`
  const parsed = new Date(`${iso}T00:00:00Z`)
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== iso) throw unreadable(column, text, 'a date')
  return iso
}

function numberOf(row: Row, column: string): number {
  const number = Number(row[column] ?? 0)
  if (!Number.isFinite(number)) throw unreadable(column, row[column], 'a number')
  return number
}

function unreadable(column: string, value: unknown, expected: string): LegacyError {
  return new LegacyError('LEGACY_VALUE', `Read column "${column}" of the legacy database: expected ${expected}, found ${JSON.stringify(value)}`)
}
