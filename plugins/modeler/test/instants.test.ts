import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantCodec, moment } from '../src/codec.ts'

const digits = (most: number, length: number) => fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(length, '0'))
const written = fc.tuple(digits(9_999, 4), digits(13, 2), digits(32, 2), digits(24, 2), digits(60, 2), digits(60, 2), fc.option(fc.stringMatching(/^\d{0,7}$/)))
  .map(([year, month, day, hours, minutes, seconds, fraction]) => `${year}-${month}-${day}T${hours}:${minutes}:${seconds}${fraction === null ? '' : `.${fraction}`}Z`)
const spoilt = fc.tuple(written, fc.nat(28), fc.constantFrom('', ' ', '-', ':', '.', 'T', 'Z', '٣', '/', ':1')).map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1))

test('an instant is what its pattern says, of a day that there is', () => {
  fc.assert(
    fc.property(fc.oneof(written, spoilt), (text) => {
      const day = text.slice(0, 10)
      const time = Date.parse(`${day}T00:00:00Z`)
      const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) && !day.startsWith('0000')
      expect(instantCodec.encode(text) !== undefined).toBe(moment.test(text) && isDay)
    }),
    { numRuns: 5_000 },
  )
})

test('instants that mean the same are written the same', () => {
  const write = (text: string): unknown => instantCodec.encode(text)
  expect(['2026-11-24T10:00:00Z', '2026-11-24T10:00:00.0Z', '2026-11-24T10:00:00.000000Z'].map(write)).toEqual(Array(3).fill('2026-11-24T10:00:00Z'))
  expect(['2026-11-24T10:00:00.12Z', '2026-11-24T10:00:00.120000Z', '2026-11-24T10:00:00.000001Z'].map(write)).toEqual(['2026-11-24T10:00:00.12Z', '2026-11-24T10:00:00.12Z', '2026-11-24T10:00:00.000001Z'])
})
