import { addMonths, dateInRange, dateParts, dateText, durationInRange, durationText, instantInRange, instantText, microsecondsPerDay, parseDate, parseDuration, parseInstant, parseTime, timeText, wholeDays } from './calendar.ts'
import { codePointCount, codePointSlice } from './code-points.ts'
import { add, decimalText, divide, floor, fromInteger, limited, multiply, negate, parseDecimal, remainder, round, subtract, wholeNumber } from './decimal.ts'
import type { Decimal } from './decimal.ts'
import { compare, equal } from './runtime.ts'
import type { Runtime, RuntimeScalar, RuntimeValue } from './runtime.ts'
import { scalars } from './type.ts'
import type { Scalar, Type } from './type.ts'
import { clockIn, instantIn } from './zone.ts'

/** Everything that a term can do with values, a closed list. */
export type Op =
  | 'and' | 'or' | 'not'
  | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in'
  | 'if' | 'coalesce'
  | '+' | '-' | '*' | '/' | '%' | 'negate' | 'abs' | 'round' | 'floor' | 'ceil'
  | 'startsWith' | 'endsWith' | 'contains' | 'size' | 'lower' | 'upper' | 'trim' | 'substring'
  | 'text' | 'number' | 'date' | 'time' | 'instant' | 'duration'
  | 'year' | 'month' | 'day' | 'weekday' | 'hour' | 'minute' | 'second' | 'addMonths'

/** One meaning of an operator or a function, by the types of what it takes. */
export interface Overload {
  readonly takes: readonly Type[]
  /** Takes one or more of the one type that it names. */
  readonly several: boolean
  readonly gives: Scalar
  /** What it gives as soon as one of its arguments is null; `looks` where it looks at nulls itself. */
  readonly onNull: null | false | 'looks'
  /** Whether databases do the same, so that a filter may have it. */
  readonly inFilter: boolean
  readonly run: (...args: never) => RuntimeScalar
}

/** The arguments are of the types that it takes, since a term was resolved by them. */
export function runOverload({ onNull, run }: Overload, args: readonly RuntimeValue[]): RuntimeScalar {
  return onNull !== 'looks' && args.includes(null) ? onNull : run(...(args as never))
}

const ordered = scalars.filter((type) => type !== 'boolean')

export const operators: Readonly<Record<Op, readonly Overload[]>> = {
  and: [looks(['boolean'], 'boolean', (...all: readonly RuntimeScalar[]) => all.every((one) => one === true), true)],
  or: [looks(['boolean'], 'boolean', (...all: readonly RuntimeScalar[]) => all.includes(true), true)],
  not: [looks(['boolean'], 'boolean', (value: RuntimeScalar) => value !== true)],
  '==': scalars.map((type) => looks([type, type], 'boolean', equal)),
  '!=': scalars.map((type) => looks([type, type], 'boolean', (a: RuntimeScalar, b: RuntimeScalar) => !equal(a, b))),
  '<': ordered.map((type) => test([type, type], (a, b) => compare(a, b) < 0)),
  '<=': ordered.map((type) => test([type, type], (a, b) => compare(a, b) <= 0)),
  '>': ordered.map((type) => test([type, type], (a, b) => compare(a, b) > 0)),
  '>=': ordered.map((type) => test([type, type], (a, b) => compare(a, b) >= 0)),
  in: scalars.map((type) => looks([type, { list: type }], 'boolean', (one: RuntimeScalar, list: readonly RuntimeScalar[] | null) => list !== null && list.some((other) => equal(one, other)))),
  if: scalars.map((type) => looks(['boolean', type, type], type, (condition: RuntimeScalar, a: RuntimeScalar, b: RuntimeScalar) => (condition === true ? a : b))),
  coalesce: scalars.map((type) => looks([type], type, (...all: readonly RuntimeScalar[]) => all.find((one) => one !== null) ?? null, true)),

  '+': [
    filtered(['number', 'number'], 'number', add),
    filtered(['text', 'text'], 'text', (a, b) => a + b),
    filtered(['date', 'duration'], 'date', (date, duration) => dateInRange(date + wholeDays(duration))),
    filtered(['instant', 'duration'], 'instant', (instant, duration) => instantInRange(instant + duration)),
    filtered(['duration', 'duration'], 'duration', (a, b) => durationInRange(a + b)),
  ],
  '-': [
    filtered(['number', 'number'], 'number', subtract),
    filtered(['date', 'duration'], 'date', (date, duration) => dateInRange(date + wholeDays(-duration))),
    filtered(['instant', 'duration'], 'instant', (instant, duration) => instantInRange(instant - duration)),
    filtered(['date', 'date'], 'duration', (a, b) => BigInt(a - b) * microsecondsPerDay),
    filtered(['instant', 'instant'], 'duration', (a, b) => a - b),
    filtered(['duration', 'duration'], 'duration', (a, b) => durationInRange(a - b)),
  ],
  '*': [filtered(['number', 'number'], 'number', multiply), memory(['duration', 'number'], 'duration', scaled), memory(['number', 'duration'], 'duration', (number, duration) => scaled(duration, number))],
  '/': [
    memory(['number', 'number'], 'number', divide),
    memory(['duration', 'duration'], 'number', (a, b) => divide(fromInteger(a), fromInteger(b))),
  ],
  '%': [memory(['number', 'number'], 'number', remainder)],
  negate: [filtered(['number'], 'number', negate), filtered(['duration'], 'duration', (duration) => -duration)],
  abs: [filtered(['number'], 'number', (number) => (number.digits < 0n ? negate(number) : number))],
  round: [
    memory(['number'], 'number', (number) => limited(round(number, 0))),
    memory(['number', 'number'], 'number', (number, places) => withWhole(places, (count) => limited(round(number, Math.max(-1000, Math.min(1000, count)))))),
  ],
  floor: [memory(['number'], 'number', (number) => limited(floor(number)))],
  ceil: [memory(['number'], 'number', (number) => limited(negate(floor(negate(number)))))],

  startsWith: [test(['text', 'text'], (text, part) => text.startsWith(part))],
  endsWith: [test(['text', 'text'], (text, part) => text.endsWith(part))],
  contains: [test(['text', 'text'], (text, part) => text.includes(part))],
  size: [filtered(['text'], 'number', (text) => fromInteger(codePointCount(text)))],
  lower: [memory(['text'], 'text', (text) => text.toLowerCase())],
  upper: [memory(['text'], 'text', (text) => text.toUpperCase())],
  trim: [filtered(['text'], 'text', withoutSpaces)],
  substring: [
    memory(['text', 'number'], 'text', (text, start) => withWhole(start, (from) => codePointSlice(text, from, text.length))),
    memory(['text', 'number', 'number'], 'text', (text, start, end) => withWhole(start, (from) => withWhole(end, (to) => codePointSlice(text, from, to)))),
  ],

  text: [
    memory(['text'], 'text', (text) => text),
    memory(['number'], 'text', decimalText),
    memory(['date'], 'text', dateText),
    memory(['time'], 'text', timeText),
    memory(['instant'], 'text', instantText),
    memory(['duration'], 'text', durationText),
  ],
  number: [memory(['text'], 'number', (text) => limited(parseDecimal(text) ?? null))],
  date: [memory(['text'], 'date', (text) => parseDate(text) ?? null), memory(['instant', 'text'], 'date', (instant, zone) => clockIn(zone, instant)?.[0] ?? null)],
  time: [memory(['text'], 'time', (text) => parseTime(text) ?? null), memory(['instant', 'text'], 'time', (instant, zone) => clockIn(zone, instant)?.[1] ?? null)],
  instant: [memory(['text'], 'instant', (text) => parseInstant(text) ?? null), memory(['date', 'time', 'text'], 'instant', (date, time, zone) => instantIn(zone, date, time))],
  duration: [memory(['text'], 'duration', (text) => parseDuration(text) ?? null)],

  year: [filtered(['date'], 'number', (date) => fromInteger(dateParts(date).year))],
  month: [filtered(['date'], 'number', (date) => fromInteger(dateParts(date).month))],
  day: [filtered(['date'], 'number', (date) => fromInteger(dateParts(date).day))],
  weekday: [memory(['date'], 'number', (date) => fromInteger(dateParts(date).weekday))],
  hour: [memory(['time'], 'number', (time) => fromInteger(Math.floor(time / 3_600_000_000)))],
  minute: [memory(['time'], 'number', (time) => fromInteger(Math.floor(time / 60_000_000) % 60))],
  second: [memory(['time'], 'number', (time) => limited({ digits: BigInt(time % 60_000_000), scale: 6 }))],
  addMonths: [memory(['date', 'number'], 'date', (date, months) => withWhole(months, (count) => addMonths(date, count)))],
}

type Arguments<T extends readonly Scalar[]> = { [K in keyof T]: Runtime[T[K]] }

function filtered<const T extends readonly Scalar[], G extends Scalar>(takes: T, gives: G, run: (...args: Arguments<T>) => Runtime[G] | null): Overload {
  return { takes, several: false, gives, onNull: null, inFilter: true, run }
}

function memory<const T extends readonly Scalar[], G extends Scalar>(takes: T, gives: G, run: (...args: Arguments<T>) => Runtime[G] | null): Overload {
  return { ...filtered(takes, gives, run), inFilter: false }
}

function test<const T extends readonly Scalar[]>(takes: T, run: (...args: Arguments<T>) => boolean): Overload {
  return { ...filtered(takes, 'boolean', run), onNull: false }
}

function looks(takes: readonly Type[], gives: Scalar, run: Overload['run'], several = false): Overload {
  return { takes, several, gives, onNull: 'looks', inFilter: true, run }
}

/** U+0020 only, as all databases have it; without a regular expression, which would look at inner spaces again and again. */
function withoutSpaces(text: string): string {
  let [start, end] = [0, text.length]
  while (text[start] === ' ') start++
  while (end > start && text[end - 1] === ' ') end--
  return text.slice(start, end)
}

/** To whole microseconds, half even. */
function scaled(duration: bigint, factor: Decimal): bigint | null {
  const product = multiply(fromInteger(duration), factor)
  return product === null ? null : durationInRange(BigInt(decimalText(round(product, 0))))
}

function withWhole<R>(value: Decimal, use: (whole: number) => R): R | null {
  const whole = wholeNumber(value)
  return whole === undefined ? null : use(whole)
}
