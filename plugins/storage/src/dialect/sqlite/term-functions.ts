import type Database from 'better-sqlite3'
import type { Bound } from 'better-sqlite3'
import { addDecimals, formatDecimal, limitedDecimal, multiplyDecimals, parseDecimal } from '../../decimal.ts'
import type { Decimal } from '../../decimal.ts'

const steady = { deterministic: true, safeIntegers: true } as const
const day = 86_400_000_000n
const [firstDay, lastDay] = [Date.parse('0001-01-01') / 86_400_000, Date.parse('9999-12-31') / 86_400_000]

/** What terms compute, with null where a part is null: exact decimals, and moments and microseconds. */
export function addTermFunctions(database: Database): void {
  database.function('caruso_add', steady, onDecimals(addDecimals))
  database.function('caruso_subtract', steady, onDecimals((a, b) => addDecimals(a, negated(b))))
  database.function('caruso_multiply', steady, onDecimals(multiplyDecimals))
  database.function('caruso_negate', steady, onDecimal(negated))
  database.function('caruso_abs', steady, onDecimal((value) => (value.digits < 0n ? negated(value) : value)))
  database.function('caruso_date_add', steady, (date, duration) => onMoment(date, duration, (days, micros) => dateText(days + Number(floorDays(micros)))))
  database.function('caruso_date_diff', steady, (a, b) => (typeof a === 'string' && typeof b === 'string' ? BigInt(dayNumber(a) - dayNumber(b)) * day : null))
  database.function('caruso_instant_add', steady, (instant, duration) => (typeof instant === 'string' && duration !== null ? instantText(microsOf(instant) + BigInt(String(duration))) : null))
  database.function('caruso_instant_diff', steady, (a, b) => (typeof a === 'string' && typeof b === 'string' ? microsOf(a) - microsOf(b) : null))
}

function onDecimals(compute: (a: Decimal, b: Decimal) => Decimal): (a: Bound, b: Bound) => Bound {
  return (a, b) => {
    const [x, y] = [decimalOf(a), decimalOf(b)]
    return x === undefined || y === undefined ? null : formatDecimal(limitedDecimal(compute(x, y)))
  }
}

function onDecimal(compute: (a: Decimal) => Decimal): (a: Bound) => Bound {
  return (a) => {
    const x = decimalOf(a)
    return x === undefined ? null : formatDecimal(compute(x))
  }
}

function onMoment(date: Bound, duration: Bound, compute: (days: number, micros: bigint) => string | null): string | null {
  return typeof date === 'string' && duration !== null ? compute(dayNumber(date), BigInt(String(duration))) : null
}

function decimalOf(value: Bound): Decimal | undefined {
  return value === null || value instanceof Uint8Array ? undefined : parseDecimal(String(value))
}

function negated({ digits, places }: Decimal): Decimal {
  return { digits: -digits, places }
}

/** Whole days, downwards: a day and an hour less is the day before. */
function floorDays(micros: bigint): bigint {
  return (micros - (((micros % day) + day) % day)) / day
}

function dayNumber(date: string): number {
  return Date.parse(date) / 86_400_000
}

function dateText(days: number): string | null {
  return days >= firstDay && days <= lastDay ? new Date(days * 86_400_000).toISOString().slice(0, 10) : null
}

function microsOf(instant: string): bigint {
  const [seconds = '', fraction = ''] = instant.slice(0, -1).split('.')
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000n + BigInt(fraction.padEnd(6, '0'))
}

function instantText(micros: bigint): string | null {
  const days = floorDays(micros)
  const date = dateText(Number(days))
  const within = micros - days * day
  return date === null ? null : `${date}T${new Date(Number(within / 1_000n)).toISOString().slice(11, 19)}.${String(within % 1_000_000n).padStart(6, '0')}Z`
}
