import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LogicalType, Value } from '../src/contract.ts'
import { codeOf } from '@caruso/contract'
import { fromRaw, toCanonical } from '../src/logical.ts'

const types: readonly LogicalType[] = ['text', 'integer', 'decimal', 'float', 'boolean', 'date', 'time', 'instant', 'json', 'uuid', 'bytes']
const raw = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.double(), fc.bigInt(), fc.boolean(), fc.uint8Array({ maxLength: 20 }), fc.date().map(String), fc.date({ noInvalidDate: true }).map((date) => date.toISOString()))

describe('toCanonical()', () => {
  test('gives again what it gave, and nothing else is read of it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), raw, (type, value) => {
        const read = fromRaw(type, value)
        if (read === undefined || (typeof read === 'string' && !read.isWellFormed())) return
        const canonical = toCanonical(type, read)
        expect(canonical).toEqual(read)
        if (typeof canonical !== 'object' || canonical === null) expect(fromRaw(type, canonical)).toEqual(canonical)
      }),
      { numRuns: 3_000 },
    )
  })

  test.each<[LogicalType, Value, Value]>([
    ['instant', '2026-10-25T02:30:00+02:00', '2026-10-25T00:30:00Z'],
    ['instant', '2026-10-25T02:30:00-0530', '2026-10-25T08:00:00Z'],
    ['instant', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['instant', '2026-11-24 10:00Z', '2026-11-24T10:00:00Z'],
    ['instant', '2026-11-24T10:00:00.100000Z', '2026-11-24T10:00:00.1Z'],
    ['date', '2024-02-29', '2024-02-29'],
    ['time', '10:00', '10:00:00'],
    ['uuid', '{6F9619FF8B86D011B42D00C04FC964FF}', '6f9619ff-8b86-d011-b42d-00c04fc964ff'],
    ['boolean', 'TRUE', true],
    ['integer', '18446744073709551615', '18446744073709551615'],
  ])('%s %j is %j', (type, written, read) => {
    expect(toCanonical(type, written)).toBe(read)
  })

  test.each<[LogicalType, Value]>([
    ['instant', '0001-01-01T00:00:00+01:00'],
    ['instant', '9999-12-31T23:59:59-01:00'],
    ['instant', '2026-02-29T00:00:00Z'],
    ['instant', 0],
    ['date', '1900-02-29'],
    ['date', '0000-01-01'],
    ['date', '2026-11-24T00:00:00Z'],
    ['time', '24:00:00'],
    ['integer', '18446744073709551616'],
    ['integer', '-9223372036854775809'],
    ['text', { bytes: '' }],
    ['bytes', 'AP8Q'],
  ])('%s refuses %j', (type, value) => {
    let code: unknown
    try {
      toCanonical(type, value)
    } catch (error) {
      code = codeOf(error)
    }
    expect(code).toBe('VALUE_INVALID')
  })
})
