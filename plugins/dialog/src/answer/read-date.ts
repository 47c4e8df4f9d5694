import type { Locale } from '../locale.ts'
import { folded } from './plain-text.ts'
import type { Reading } from './reading.ts'

const longestDate = 60
const separated = /^(\d{1,2}) ?[-/. ] ?(\d{1,2}) ?[-/. ] ?(\d{4}|\d\d)$/
const joined = /^(\d\d)(\d\d)(\d{4}|\d\d)$/

/**
 * A day as people type it: in figures (the day first, in American English the month; the year first where it has
 * four), with the month's name, or today, tomorrow and yesterday. Years of two digits lie at most twenty years ahead.
 */
export function readDate(text: string, locale: Locale, today: string): Reading {
  const small = text.length > longestDate ? '' : folded(text)
  const value = relative(small, locale, today) ?? inFigures(small, locale, today) ?? withName(small, locale, today)
  return value === undefined ? { wrong: 'date' } : { value }
}

/** The date text of a day that there is, from the year 1000 on. */
export function dateOf(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day))
  const isReal = year >= 1000 && date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return isReal ? date.toISOString().slice(0, 10) : undefined
}

function relative(small: string, { words }: Locale, today: string): string | undefined {
  const is = (names: readonly string[]): boolean => names.some((name) => folded(name) === small)
  const days = is(words.today) || small === 'today' ? 0 : is(words.tomorrow) || small === 'tomorrow' ? 1 : is(words.yesterday) || small === 'yesterday' ? -1 : undefined
  return days === undefined ? undefined : new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

function inFigures(small: string, locale: Locale, today: string): string | undefined {
  const yearFirst = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(small)
  if (yearFirst !== null) return dateOf(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3]))
  const [, first = '', second = '', year = ''] = separated.exec(small) ?? joined.exec(small) ?? []
  if (year === '') return undefined
  const [day, month] = locale.isMonthFirst ? [second, first] : [first, second]
  return dateOf(fullYear(year, today), Number(month), Number(day))
}

/** `31 December 2026`, `December 31st, 2026`, `torsdag 31. desember 2026`. */
function withName(small: string, locale: Locale, today: string): string | undefined {
  const words = small.replace(/(\d)(?:st|nd|rd|th)\b/g, '$1').replace(/[.,،]/g, ' ').split(' ').filter((word) => word !== '' && word !== 'of')
  const dated = locale.isWeekday(words[0] ?? '') ? words.slice(1) : words
  const year = dated.at(-1) ?? ''
  const [first = '', last = ''] = [dated[0], dated.at(-2)]
  const isDayFirst = /^\d{1,2}$/.test(first)
  const month = locale.month((isDayFirst ? dated.slice(1, -1) : dated.slice(0, -2)).join(' '))
  const day = isDayFirst ? first : last
  return month === undefined || !/^(\d{4}|\d\d)$/.test(year) || !/^\d{1,2}$/.test(day) ? undefined : dateOf(fullYear(year, today), month, Number(day))
}

function fullYear(text: string, today: string): number {
  if (text.length === 4) return Number(text)
  const latest = Number(today.slice(0, 4)) + 20
  const year = latest - (latest % 100) + Number(text)
  return year > latest ? year - 100 : year
}
