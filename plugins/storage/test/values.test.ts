import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import type { Value } from '../src/contract.ts'
import { makeCall, startStorage, makeDatabase } from './harness.ts'
import { withTable } from './with-table.ts'

describe('values', () => {
  test.each<[string, string, Value, Value]>([
    ['a whole number in a text column', 'text', 5, '5'],
    ['the largest safe integer', 'integer', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['an integer beyond it', 'integer', '9007199254740993', '9007199254740993'],
    ['the smallest 64-bit integer', 'integer', '-9223372036854775808', '-9223372036854775808'],
    ['a decimal as text', 'text', '1234567890123456.7891', '1234567890123456.7891'],
    ['a text that looks like a number', 'text', '1.0', '1.0'],
    ['negative zero', 'real', -0, 0],
    ['a fraction', 'real', 0.1, 0.1],
    ['yes', 'boolean', true, 1],
    ['no', 'boolean', false, 0],
    ['null', 'text', null, null],
    ['the empty text', 'text', '', ''],
    ['a text with NUL and emoji', 'text', 'a\0b\u{1F600}', 'a\0b\u{1F600}'],
    ['bytes', 'blob', { bytes: 'AP8Q' }, { bytes: 'AP8Q' }],
    ['no bytes', 'blob', { bytes: '' }, { bytes: '' }],
  ])('keeps %s', async (_case, type, written, read) => {
    await withTable(`value ${type}`, [{ value: written }], async (query) => {
      expect(await query({ columns: ['value'] })).toEqual([{ value: read }])
    })
  })

  test('gives back what was written, text and numbers of any kind', async () => {
    const value = fc.oneof(fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)), fc.constant(null))
    const values = fc.array(value, { minLength: 1, maxLength: 50 })
    await fc.assert(
      fc.asyncProperty(values, async (written) => {
        await withTable('value', written.map((one) => ({ value: one })), async (query) => {
          expect(await query({ columns: ['value'] })).toEqual(written.map((one) => ({ value: one })))
        })
      }),
      { numRuns: 30 },
    )
  })

  test.each<[string, Value]>([
    ['half a surrogate pair', 'a\uD800'],
    ['not a number', Number.NaN],
    ['infinity', Infinity],
    ['broken base64', { bytes: 'A' }],
  ])('refuses %s', async (_case, value) => {
    const { storage } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase('create table data (value)') } })
    const error = await errorFrom(storage.query({ source: 'data', from: 'data', where: { column: 'value', op: '==', value } }, makeCall()))
    // Numbers that are none are refused by the schema already.
    expect(error.code ?? error.message).toMatch(/^VALUE_INVALID$|^Checked a value/)
  })

  test('refuses to read a value that is larger than an answer may hold, and names the column', async () => {
    const file = makeDatabase('create table data (id integer, picture blob); insert into data values (1, zeroblob(1048577))')
    const { storage } = await startStorage({ data: { kind: 'sqlite', file } })
    const error = await errorFrom(storage.query({ source: 'data', from: 'data' }, makeCall()))
    expect([error.code, error.message]).toEqual(['LIMIT_EXCEEDED', 'Read column "picture": found a binary value of 1048577 bytes, at most 1048576 are answered, so leave the column out'])
    expect((await storage.query({ source: 'data', from: 'data', columns: ['id'] }, makeCall())).rows).toEqual([{ id: 1 }])
  })
})
