/** A date is its days from 1970-01-01, a time its microseconds of the day, an instant its microseconds from 1970-01-01T00:00Z, a duration its microseconds. */
export const microsecondsPerDay = 86_400_000_000n

const firstDay = -719_162
const lastDay = 2_932_896
const longest = 2n ** 63n - 1n
const units: Readonly<Record<string, bigint>> = { d: microsecondsPerDay, h: 3_600_000_000n, m: 60_000_000n, s: 1_000_000n, ms: 1000n, us: 1n }

/** Days from 1970-01-01 of `YYYY-MM-DD`; undefined where there is no such day. */
export function parseDate(text: string): number | undefined {
  const milliseconds = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  if (Number.isNaN(milliseconds)) return undefined
  const day = dateInRange(milliseconds / 86_400_000)
  return day === null || dateText(day) !== text ? undefined : day
}

export function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

/** Years run from 1 to 9999; a date outside is null. */
export function dateInRange(day: number): number | null {
  return day >= firstDay && day <= lastDay ? day : null
}

/** Microseconds of the day of `HH:MM`, `HH:MM:SS` or with up to six digits more. */
export function parseTime(text: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?$/.exec(text)
  if (match === null) return undefined
  const [, hours, minutes, seconds = '0', fraction = ''] = match
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000 + Number(fraction.padEnd(6, '0'))
}

export function timeText(time: number): string {
  const [seconds, fraction] = [Math.floor(time / 1_000_000), time % 1_000_000]
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const text = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
}

/** Microseconds from 1970 of ISO 8601 with `Z` or an offset. */
export function parseInstant(text: string): bigint | undefined {
  const [, date = '', time = '', sign = '', hours = '0', minutes = '0'] = /^([\d-]{10})T([\d:.]{5,15})(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/.exec(text) ?? []
  const [day, clock] = [parseDate(date), parseTime(time)]
  if (day === undefined || clock === undefined) return undefined
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000_000 : 60_000_000)
  return instantInRange(instantAt(day, clock) - BigInt(offset)) ?? undefined
}

export function instantText(instant: bigint): string {
  const [day, time] = dayAndTime(instant)
  return `${dateText(day)}T${timeText(time)}Z`
}

export function instantInRange(instant: bigint): bigint | null {
  return dateInRange(dayAndTime(instant)[0]) === null ? null : instant
}

/** The instant at which a clock in UTC shows this day and time. */
export function instantAt(day: number, time: number): bigint {
  return BigInt(day) * microsecondsPerDay + BigInt(time)
}

/** What a clock in UTC shows at the instant. */
export function dayAndTime(instant: bigint): readonly [number, number] {
  const day = wholeDays(instant)
  return [day, Number(instant - instantAt(day, 0))]
}

/** The days of so many microseconds, downwards. */
export function wholeDays(microseconds: bigint): number {
  return Number(floorDivide(microseconds, microsecondsPerDay))
}

/** The quotient downwards, by more than zero. */
export function floorDivide(value: bigint, by: bigint): bigint {
  return value / by - (value % by < 0n ? 1n : 0n)
}

/** Microseconds of `1d12h`, `-90m` or `1.5s`: numbers with the units d (24 hours), h, m, s, ms, us, each once or several times. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign, parts = ''] = /^(-?)((?:\d{1,18}(?:\.\d{1,9})?(?:ms|us|[dhms]))+)$/.exec(text) ?? []
  if (parts === '') return undefined
  let sum = 0n
  for (const [, whole = '', fraction = '', unit = ''] of parts.matchAll(/(\d+)(?:\.(\d+))?(ms|us|[dhms])/g)) {
    const [amount, divisor] = [BigInt(whole + fraction) * (units[unit] ?? 0n), 10n ** BigInt(fraction.length)]
    if (amount % divisor !== 0n) return undefined
    sum += amount / divisor
  }
  return durationInRange(sign === '-' ? -sum : sum) ?? undefined
}

export function durationText(duration: bigint): string {
  const parts = durationParts(duration).map(([amount, unit]) => `${amount}${unit}`)
  return parts.length === 0 ? '0s' : (duration < 0n ? '-' : '') + parts.join('')
}

/** How many of each unit make a duration, its sign left out, the largest first. */
export function durationParts(duration: bigint): (readonly [amount: bigint, unit: string])[] {
  let rest = duration < 0n ? -duration : duration
  return Object.entries(units).flatMap(([unit, size]) => {
    const amount = rest / size
    rest %= size
    return amount === 0n ? [] : [[amount, unit] as const]
  })
}

/** A duration fits into 64 bits; else it is null. */
export function durationInRange(duration: bigint): bigint | null {
  return duration <= longest && duration >= -longest ? duration : null
}

/** The same day of another month, or that month's last day. */
export function addMonths(day: number, months: number): number | null {
  if (Math.abs(months) > 120_000) return null
  const date = new Date(day * 86_400_000)
  const wanted = date.getUTCDate()
  // The day before the first of the month after is the last of the month.
  date.setUTCMonth(date.getUTCMonth() + months + 1, 0)
  date.setUTCDate(Math.min(wanted, date.getUTCDate()))
  return dateInRange(date.getTime() / 86_400_000)
}

/** Year, month from 1, day of the month, and day of the week from Monday, which is 1. */
export function dateParts(day: number): { readonly year: number; readonly month: number; readonly day: number; readonly weekday: number } {
  const date = new Date(day * 86_400_000)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() || 7 }
}
