// Most values stand in one form. It is recognized character by character here, which takes a tenth of a pattern's time;
// every other form is left to the patterns of `logical.ts`.

/** A decimal without padding before its digits, as it is written canonically. Undefined for any other form. */
export function plainDecimal(text: string): string | undefined {
  const first = text.charCodeAt(0) === minus ? 1 : 0
  const point = endOfDigits(text, first)
  if (point === first || (text.charCodeAt(first) === zero && point > first + 1)) return undefined
  const end = point === text.length ? point : endOfFraction(text, point, text.length)
  if (end === undefined || (end === 2 && first === 1 && text.charCodeAt(1) === zero)) return undefined
  return end === text.length ? text : text.slice(0, end)
}

/** A moment in UTC with seconds, with or without their fraction and the zone, as it is written canonically. Undefined for any other form. */
export function plainInstant(text: string): string | undefined {
  const zone = text.charCodeAt(text.length - 1) === capitalZ ? text.length - 1 : text.endsWith('+00') ? text.length - 3 : text.length
  const between = text.charCodeAt(10)
  if (zone < 19 || zone > 26 || (between !== capitalT && between !== space) || !beginsWithDay(text) || !hasClock(text)) return undefined
  const end = zone === 19 ? zone : endOfFraction(text, 19, zone)
  if (end === undefined) return undefined
  return between === capitalT && end === zone && zone === text.length - 1 ? text : `${text.slice(0, 10)}T${text.slice(11, end)}Z`
}

/** A whole number of at most 15 digits. Undefined for any other form. */
export function plainInteger(text: string): number | undefined {
  const first = text.charCodeAt(0) === minus ? 1 : 0
  if (text.length === first || text.length > 15 + first || endOfDigits(text, first) !== text.length) return undefined
  // Without a negative zero.
  return Number(text) + 0
}

/** Whether a text begins with a day of the calendar, such as `2026-11-24`, of the years 1 to 9999. */
export function beginsWithDay(text: string): boolean {
  if (text.charCodeAt(4) !== minus || text.charCodeAt(7) !== minus) return false
  const century = twoDigits(text, 0)
  const years = twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  if (century < 0 || years < 0 || century + years === 0 || month < 1 || month > 12 || day < 1) return false
  const leap = years % 4 === 0 && (years !== 0 || century % 4 === 0)
  return day <= (month === 2 && leap ? 29 : (daysOf[month] ?? 0))
}

const space = 32
const minus = 45
const point = 46
const zero = 48
const nine = 57
const colon = 58
const capitalT = 84
const capitalZ = 90
const daysOf = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function hasClock(text: string): boolean {
  if (text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return false
  const hours = twoDigits(text, 11)
  const minutes = twoDigits(text, 14)
  const seconds = twoDigits(text, 17)
  return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && seconds >= 0 && seconds < 60
}

/** Where a point and digits end without zeros at their end, which may be before the point. Undefined where they do not reach to `to`. */
function endOfFraction(text: string, at: number, to: number): number | undefined {
  if (text.charCodeAt(at) !== point || at + 1 >= to || endOfDigits(text, at + 1) < to) return undefined
  let end = to
  while (text.charCodeAt(end - 1) === zero) end--
  return end === at + 1 ? at : end
}

function endOfDigits(text: string, from: number): number {
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code < zero || code > nine) break
  }
  return end
}

/** -1 where there are others than digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - zero
  const ones = text.charCodeAt(at + 1) - zero
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}
