import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateText, dayAndTime, instantText, parseDate, parseInstant, parseTime, timeText } from '../src/calendar.ts'
import { clockIn, instantIn, isZone } from '../src/zone.ts'

/** Days on which clocks are changed, and a day that never was: what a clock shows, and when that is. */
test.each([
  ['Europe/Oslo', '2026-03-29', '01:59:59.999999', '2026-03-29T00:59:59.999999Z'],
  ['Europe/Oslo', '2026-03-29', '02:00', '2026-03-29T01:00:00Z'],
  ['Europe/Oslo', '2026-03-29', '02:30', '2026-03-29T01:30:00Z'],
  ['Europe/Oslo', '2026-03-29', '03:00', '2026-03-29T01:00:00Z'],
  ['Europe/Oslo', '2026-10-25', '02:00', '2026-10-25T00:00:00Z'],
  ['Europe/Oslo', '2026-10-25', '02:59:59.999999', '2026-10-25T00:59:59.999999Z'],
  ['Europe/Oslo', '2026-10-25', '03:00', '2026-10-25T02:00:00Z'],
  ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-05', '01:45', '2026-04-04T14:45:00Z'],
  ['Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:45:00Z'],
  ['Pacific/Apia', '2011-12-30', '12:00', '2011-12-30T22:00:00Z'],
  ['Africa/Cairo', '2026-04-24', '00:00', '2026-04-23T22:00:00Z'],
  ['Asia/Kathmandu', '2026-01-01', '00:00', '2025-12-31T18:15:00Z'],
  ['UTC', '0001-01-01', '00:00', '0001-01-01T00:00:00Z'],
  ['Asia/Riyadh', '9999-12-31', '23:59:59.999999', '9999-12-31T20:59:59.999999Z'],
])('in %s it is %s %s at %s', (zone, date, time, instant) => {
  const found = instantIn(zone, parseDate(date)!, parseTime(time)!)
  expect(found === null ? null : instantText(found)).toBe(instant)
})

test('outside of the years 1 to 9999 there is nothing', () => {
  expect(clockIn('America/New_York', parseInstant('0001-01-01T00:00:00Z')!)).toBeNull()
  expect(clockIn('Asia/Tokyo', parseInstant('9999-12-31T23:00:00Z')!)).toBeNull()
  expect(instantIn('Asia/Tokyo', parseDate('0001-01-01')!, 0)).toBeNull()
  expect(instantIn('America/New_York', parseDate('9999-12-31')!, parseTime('23:00')!)).toBeNull()
})

test('a clock shows again what an instant was made of, except where clocks skip it', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Oslo', 'Asia/Riyadh', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/St_Johns', 'Europe/Amsterdam')
  const days = fc.oneof(fc.integer({ min: parseDate('1880-01-01')!, max: parseDate('2040-01-01')! }), fc.constantFrom(...['2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01'].map((date) => parseDate(date)!)))
  fc.assert(
    fc.property(zones, days, fc.integer({ min: 0, max: 86_399_999_999 }), (zone, day, time) => {
      const [shownDay, shownTime] = clockIn(zone, instantIn(zone, day, time)!)!
      const late = (shownDay - day) * 86_400_000_000 + shownTime - time
      // A day that was skipped is the longest that a clock was ever set forward.
      expect([0, 1_800_000_000, 3_600_000_000, 7_200_000_000, 86_400_000_000].includes(late) || (late > 0 && late < 7_200_000_000)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('what clocks show goes on, second by second, over a change', () => {
  const at = (text: string, zone = 'Europe/Oslo'): string => {
    const [day, time] = clockIn(zone, parseInstant(text)!)!
    return `${dateText(day)} ${timeText(time)}`
  }
  expect(['2026-03-29T00:59:59.999999Z', '2026-03-29T01:00:00Z', '2026-10-25T00:59:59Z', '2026-10-25T01:00:00Z', '1969-12-31T23:00:00.5Z'].map((text) => at(text))).toEqual([
    '2026-03-29 01:59:59.999999',
    '2026-03-29 03:00:00',
    '2026-10-25 02:59:59',
    '2026-10-25 02:00:00',
    '1970-01-01 00:00:00.5',
  ])
  expect(at('1890-01-01T00:00:00Z', 'Europe/Berlin')).toBe('1890-01-01 00:53:28')
})

test('instants, dates and times are written as they are read', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: parseInstant('0001-01-01T00:00:00Z')!, max: parseInstant('9999-12-31T23:59:59.999999Z')! }), (instant) => {
      expect(parseInstant(instantText(instant))).toBe(instant)
      const [day, time] = dayAndTime(instant)
      expect([parseDate(dateText(day)), parseTime(timeText(time))]).toEqual([day, time])
    }),
  )
})

test.each(['Europe/Olso', '', 'constructor', '__proto__', '../etc', 'x'.repeat(1000)])('%j is no zone', (zone) => {
  expect(isZone(zone)).toBe(false)
  expect(clockIn(zone, 0n)).toBeNull()
  expect(instantIn(zone, 0, 0)).toBeNull()
})
