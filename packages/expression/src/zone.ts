import { dateInRange, dayAndTime, floorDivide, instantAt, instantInRange, microsecondsPerDay } from './calendar.ts'

const formats = new Map<string, Intl.DateTimeFormat>()
const mostFormats = 1000

/** Whether the runtime knows a time zone of this name, such as `Europe/Oslo`. */
export function isZone(zone: string): boolean {
  return formatOf(zone) !== undefined
}

/** How far clocks in a zone are ahead of UTC at an instant, both in microseconds; null for a zone that is unknown. */
export function offsetIn(zone: string, instant: bigint): bigint | null {
  const format = formatOf(zone)
  return format === undefined ? null : offsetAt(format, instant)
}

/** The day and the time that a clock in the zone shows at the instant; null for a zone that is unknown, or outside of the years 1 to 9999. */
export function clockIn(zone: string, instant: bigint): readonly [number, number] | null {
  const format = formatOf(zone)
  if (format === undefined) return null
  const [day, time] = dayAndTime(instant + offsetAt(format, instant))
  return dateInRange(day) === null ? null : [day, time]
}

/**
 * The instant at which a clock in the zone shows this day and time. Where clocks are set back it is the earlier of two;
 * where they are set forward past it, it is as much later as the clocks were moved.
 */
export function instantIn(zone: string, day: number, time: number): bigint | null {
  const format = formatOf(zone)
  if (format === undefined) return null
  const local = instantAt(day, time)
  const [before, after] = [offsetAt(format, local - microsecondsPerDay), offsetAt(format, local + microsecondsPerDay)]
  const shown = [local - before, local - after].filter((instant) => instant + offsetAt(format, instant) === local)
  return instantInRange(shown.length === 0 ? local - before : shown.reduce((least, one) => (one < least ? one : least)))
}

/** How far the clock is ahead of UTC, in microseconds. */
function offsetAt(format: Intl.DateTimeFormat, instant: bigint): bigint {
  const seconds = floorDivide(instant, 1_000_000n)
  const parts = new Map(format.formatToParts(Number(seconds) * 1000).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
  const date = new Date(0)
  date.setUTCFullYear(parts.get('era') === 'BC' ? 1 - part('year') : part('year'), part('month') - 1, part('day'))
  date.setUTCHours(part('hour'), part('minute'), part('second'))
  return BigInt(date.getTime()) * 1000n - seconds * 1_000_000n
}

/** Making a format takes a hundred times as long as using it, so it is kept. */
function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(zone)
  if (known !== undefined || !/^[A-Za-z][\w+/-]{0,60}$/.test(zone)) return known
  const made = newFormat(zone)
  if (made === undefined) return undefined
  if (formats.size === mostFormats) formats.clear()
  formats.set(zone, made)
  return made
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', { timeZone, hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
