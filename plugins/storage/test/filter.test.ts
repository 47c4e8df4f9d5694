import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import type { Filter, Row, Value } from '../src/contract.ts'
import { makeDatabase, makeCall, startStorage } from './harness.ts'
import { withTable } from './with-table.ts'

const texts = ['', 'a', 'A', 'ab', 'a*', 'a[b', 'a?', '%', '_', 'ä', 'a\u0308', '\u{1F600}', '\uFFFD', "'", '"; --', 'é']
const numbers = [0, -1, 1, 2, 10, 2 ** 40, -(2 ** 53) + 1]
const reals = [0, -0.5, 0.1, 1, 2.5, 1e300]

const number = fc.oneof(fc.constantFrom(...numbers), fc.constant(null))
const real = fc.oneof(fc.constantFrom(...reals), fc.constant(null))
const text = fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'grapheme', maxLength: 3 }).filter((value) => !value.includes('\0')), fc.constant(null))
const op = fc.constantFrom('==', '!=', '<', '<=', '>', '>=')

function leafOf(column: string, value: fc.Arbitrary<Value>): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.record({ column: fc.constant(column), op, value }),
    fc.record({ column: fc.constant(column), in: fc.array(value, { maxLength: 5 }) }),
    fc.record({ column: fc.constant(column), isNull: fc.boolean() }),
  )
}

const prefix = fc.record({ column: fc.constant('text'), startsWith: text.map((value) => value ?? '') })
const filters = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leafOf('number', number),
    leafOf('real', real),
    leafOf('text', text),
    prefix,
    fc.record({ and: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('filter'), { maxLength: 3 }) }),
    fc.record({ not: tie('filter') }),
  ),
})).filter
const rows = fc.array(fc.record({ number, real, text }), { minLength: 1, maxLength: 20 })

/** What a filter means, said without SQL. */
function holds(filter: Filter, row: Row): boolean {
  if ('and' in filter) return filter.and.every((child) => holds(child, row))
  if ('or' in filter) return filter.or.some((child) => holds(child, row))
  if ('not' in filter) return !holds(filter.not, row)
  if ('term' in filter || 'search' in filter) throw new Error('Drew a filter: found a term or a search, of which none are drawn')
  const value = row[filter.column] ?? null
  if ('in' in filter) return filter.in.includes(value)
  if ('isNull' in filter) return (value === null) === filter.isNull
  if ('startsWith' in filter) return typeof value === 'string' && value.startsWith(filter.startsWith)
  if (filter.op === '==') return value === filter.value
  if (filter.op === '!=') return value !== filter.value
  if (value === null || filter.value === null) return false
  const order = typeof value === 'string' && typeof filter.value === 'string' ? Buffer.compare(Buffer.from(value), Buffer.from(filter.value)) : Number(value) - Number(filter.value)
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[filter.op]
}

describe('filter', () => {
  test('chooses the rows that its meaning chooses, nulls included', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.array(filters, { minLength: 1, maxLength: 10 }), async (data, chosen) => {
        await withTable('number integer, real real, text text', data, async (query) => {
          for (const filter of chosen) {
            const expected = data.flatMap((row, id) => (holds(filter, row) ? [id] : []))
            expect(await query({ columns: ['id'], where: filter })).toEqual(expected.map((id) => ({ id })))
          }
        })
      }),
      { numRuns: 150 },
    )
  })

  test('means the same in a change', async () => {
    await fc.assert(
      fc.asyncProperty(rows, filters, async (data, filter) => {
        await withTable('number integer, real real, text text', data, async (query, storage) => {
          const expected = data.flatMap((row, id) => (holds(filter, row) ? [] : [{ id }]))
          const { results } = await storage.transact({ source: 'data', steps: [{ remove: 'data', where: filter }] }, makeCall())
          expect(results[0]?.affected).toBe(data.length - expected.length)
          expect(await query({ columns: ['id'] })).toEqual(expected)
        })
      }),
      { numRuns: 50 },
    )
  })

  test('finds in long lists, whose lengths share statements', async () => {
    await withTable('number integer', Array.from({ length: 50 }, (_, number) => ({ number })), async (query) => {
      for (const size of [1, 2, 3, 5, 17, 40, 1000, 20_000]) {
        const list = Array.from({ length: size }, (_, index) => index * 2)
        expect(await query({ columns: ['number'], where: { column: 'number', in: list } })).toHaveLength(Math.min(size, 25))
        expect(await query({ columns: ['number'], where: { not: { column: 'number', in: list } } })).toHaveLength(50 - Math.min(size, 25))
      }
    })
  })

  test('compares 64-bit integers, given as text, exactly', async () => {
    await withTable('number integer', [{ number: '9007199254740993' }, { number: '9007199254740992' }], async (query) => {
      expect(await query({ columns: ['number'], where: { column: 'number', op: '==', value: '9007199254740993' } })).toEqual([{ number: '9007199254740993' }])
    })
  })

  test('is refused when it is too deep or too large', async () => {
    let deep: Filter = { column: 'number', isNull: true }
    for (let level = 0; level < 40; level++) deep = { not: deep }
    const wide: Filter = { or: Array.from({ length: 600 }, () => ({ column: 'number', isNull: true })) }
    const long: Filter = { column: 'number', in: Array.from({ length: 33_000 }, (_, index) => index) }
    const { storage } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase('create table data (number integer)') } })
    for (const where of [deep, wide, long]) expect(await codeFrom(storage.query({ source: 'data', from: 'data', where }, makeCall()))).toBe('LIMIT_EXCEEDED')
  })
})
