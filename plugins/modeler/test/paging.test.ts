import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import type { Filter } from '../src/contract.ts'
import { openModel, type Opened } from './harness.ts'

const files = {
  'model/thing.yaml': `
class: Thing
key: [shelf, place]
attributes:
  shelf: text
  place: number
  name: text
  size: number
  price: decimal
  good: yes-no
  made: date
  part: { type: reference, to: Thing }
`,
  'mapping/thing.yaml': `
class: Thing
columns:
  good: { column: good, yes: J, no: N }
  part: { shelf: part_shelf, place: part_place }
`,
}
const table = 'create table thing (shelf text, place integer, name text, size integer, price numeric, good text, made date, part_shelf text, part_place integer, primary key (shelf, place))'

interface Thing {
  readonly shelf: string
  readonly place: number
  readonly name: string | null
  readonly size: number | null
  readonly price: string | null
  readonly good: boolean | null
  readonly made: string | null
  readonly part: { readonly shelf: string; readonly place: number } | null
}

const hard = fc.constantFrom('', 'a', 'A', 'ä', 'a\u0308', '%', '_', '*', '[a]', "'", 'Z', '\u{1F600}', '\uFFFD', 'a b')
const nullable = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null })
const things = fc
  .uniqueArray(
    fc.record({
      shelf: fc.constantFrom('a', 'b', 'ä', 'B'),
      place: fc.integer({ min: -3, max: 3 }),
      name: nullable(hard),
      size: nullable(fc.constantFrom(-1, 0, 1, 2, 900_719_925_474_099)),
      price: nullable(fc.constantFrom('0', '-1.5', '2', '10', '0.25')),
      good: nullable(fc.boolean()),
      made: nullable(fc.constantFrom('0001-01-01', '1999-12-31', '2000-02-29', '2026-11-24')),
    }),
    { minLength: 0, maxLength: 24, selector: ({ shelf, place }) => `${shelf} ${place}` },
  )
  .chain((bare) =>
    fc.array(nullable(fc.nat({ max: Math.max(0, bare.length - 1) })), { minLength: bare.length, maxLength: bare.length }).map((parts) =>
      bare.map((thing, index): Thing => {
        const part = bare[parts[index] ?? -1]
        return { ...thing, part: part ? { shelf: part.shelf, place: part.place } : null }
      }),
    ),
  )

const paths = ['shelf', 'place', 'name', 'size', 'price', 'made', 'part.name', 'part.place', 'part.size', 'part.part.made'] as const
const orders = fc.array(fc.record({ attribute: fc.constantFrom(...paths), desc: fc.boolean() }), { maxLength: 3 })

const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=').chain((op) =>
  fc.oneof(
    fc.record({ attribute: fc.constantFrom('name', 'part.name', 'shelf'), op: fc.constant(op), value: nullable(hard) }),
    fc.record({ attribute: fc.constantFrom('size', 'place', 'part.size'), op: fc.constant(op), value: nullable(fc.constantFrom(-1, 0, 1, 2)) }),
    fc.record({ attribute: fc.constantFrom('price', 'part.part.price'), op: fc.constant(op), value: nullable(fc.constantFrom('0', '-1.5', '10', '0.25', '3')) }),
    fc.record({ attribute: fc.constantFrom('made', 'part.made'), op: fc.constant(op), value: nullable(fc.constantFrom('1999-12-31', '2000-03-01')) }),
  ),
)
const equality = fc.constantFrom('==', '!=').chain((op) =>
  fc.oneof(
    fc.record({ attribute: fc.constantFrom('good', 'part.good'), op: fc.constant(op), value: nullable(fc.boolean()) }),
    fc.record({ attribute: fc.constantFrom('part', 'part.part'), op: fc.constant(op), value: nullable(fc.record({ shelf: fc.constantFrom('a', 'b'), place: fc.integer({ min: -1, max: 1 }) })) }),
  ),
)
const others = fc.oneof(
  fc.record({ attribute: fc.constantFrom('name', 'part.name'), startsWith: hard }),
  fc.record({ attribute: fc.constantFrom(...paths, 'good', 'part', 'part.part'), isNull: fc.boolean() }),
  fc.record({ attribute: fc.constantFrom('name', 'part.name'), in: fc.array(nullable(hard), { maxLength: 3 }) }),
  fc.record({ attribute: fc.constant('good'), in: fc.array(nullable(fc.boolean()), { maxLength: 2 }) }),
)
const { filter: filters } = fc.letrec((tie) => ({
  filter: fc.oneof({ depthSize: 'small', withCrossShrink: true }, comparison, equality, others, fc.record({ and: fc.array(tie('filter'), { maxLength: 3 }) }), fc.record({ or: fc.array(tie('filter'), { maxLength: 3 }) }), fc.record({ not: tie('filter') })),
})) as { readonly filter: fc.Arbitrary<Tried> }

/** Filters whose meaning is known here: all but those by expressions and words. */
type Tried = { readonly and: readonly Tried[] } | { readonly or: readonly Tried[] } | { readonly not: Tried } | Extract<Filter, { readonly attribute: string }>

/** What a filter means, written down once more without a database. */
function holds(filter: Tried, thing: Thing, all: readonly Thing[]): boolean {
  if ('and' in filter) return filter.and.every((part) => holds(part, thing, all))
  if ('or' in filter) return filter.or.some((part) => holds(part, thing, all))
  if ('not' in filter) return !holds(filter.not, thing, all)
  const value = valueOf(thing, filter.attribute, all)
  if ('isNull' in filter) return (value === null) === filter.isNull
  if ('startsWith' in filter) return typeof value === 'string' && value.startsWith(filter.startsWith)
  if ('in' in filter) return filter.in.some((one) => compare(filter.attribute, value, one) === 0)
  const order = compare(filter.attribute, value, filter.value)
  if (filter.op === '==') return order === 0
  if (filter.op === '!=') return order !== 0
  if (value === null || filter.value === null || order === undefined) return false
  return filter.op === '<' ? order < 0 : filter.op === '<=' ? order <= 0 : filter.op === '>' ? order > 0 : order >= 0
}

function valueOf(thing: Thing, path: string, all: readonly Thing[]): unknown {
  const [first = '', ...rest] = path.split('.')
  const value = thing[first as keyof Thing]
  if (rest.length === 0) return value
  const part = all.find((one) => one.shelf === thing.part?.shelf && one.place === thing.part.place)
  return part ? valueOf(part, rest.join('.'), all) : null
}

/** Nulls first; texts by code point; undefined for what is equal or not, and no more. */
function compare(path: string, a: unknown, b: unknown): number | undefined {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1
  if (typeof a === 'object' && typeof b === 'object') return JSON.stringify(a) === JSON.stringify(b) ? 0 : undefined
  if (path.endsWith('price') || typeof a === 'number') return Number(a) - Number(b)
  if (typeof a === 'boolean') return a === b ? 0 : 1
  return typeof a === 'string' && typeof b === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : undefined
}

async function fill({ storage, call }: Opened, list: readonly Thing[]): Promise<void> {
  await storage.sql({ source: 'crm', sql: 'delete from thing', write: true }, call())
  if (list.length === 0) return
  // Half a reference refers to nothing.
  const rows = list.map(({ part, good, ...thing }, index) => ({ ...thing, good: good === null ? null : good ? 'J' : 'N', part_shelf: part?.shelf ?? (index % 2 === 0 ? 'a' : null), part_place: part?.place ?? null }))
  await storage.transact({ source: 'crm', steps: [{ insert: 'thing', rows }] }, call())
}

describe('any things', () => {
  test('are all answered page by page, each once, in the order that was asked for', async () => {
    const crm = await openModel(table, files)
    const { objects, call } = crm
    await fc.assert(
      fc.asyncProperty(things, orders, fc.integer({ min: 1, max: 5 }), async (list, order, limit) => {
        await fill(crm, list)
        const found: Thing[] = []
        let after: string | null = null
        do {
          const page: { readonly objects: readonly unknown[]; readonly next: string | null } = await objects.find({ class: 'Thing', order, limit, ...(after === null ? {} : { after }) }, call())
          found.push(...(page.objects as Thing[]))
          after = page.next
          if (page.objects.length > limit) throw new Error('a page is too long')
        } while (after !== null)
        const keys = [...order, { attribute: 'shelf', desc: false }, { attribute: 'place', desc: false }]
        const expected = list.toSorted((a, b) => {
          for (const { attribute, desc } of keys) {
            const order = compare(attribute, valueOf(a, attribute, list), valueOf(b, attribute, list)) ?? 0
            if (order !== 0) return desc ? -order : order
          }
          return 0
        })
        expect(found).toEqual(expected)
      }),
      { numRuns: 80 },
    )
  })

  test('are found by a filter as it means', async () => {
    const crm = await openModel(table, files)
    const { objects, call } = crm
    await fc.assert(
      fc.asyncProperty(things, fc.array(filters, { minLength: 1, maxLength: 6 }), async (list, asked) => {
        await fill(crm, list)
        for (const where of asked) {
          const { objects: found } = await objects.find({ class: 'Thing', where }, call())
          const expected = list.filter((thing) => holds(where, thing, list))
          expect(new Set(found.map((thing) => JSON.stringify(thing)))).toEqual(new Set(expected.map((thing) => JSON.stringify({ shelf: thing.shelf, place: thing.place, name: thing.name, size: thing.size, price: thing.price, good: thing.good, made: thing.made, part: thing.part }))))
          expect(await objects.count({ class: 'Thing', where }, call())).toEqual({ count: expected.length })
        }
      }),
      { numRuns: 80 },
    )
  })
})

describe('the largest page', () => {
  const many = `${table}; insert into thing (shelf, place) with recursive n(n) as (select 1 union all select n + 1 from n where n < 10001) select 'a', n from n`

  test('is known to be the last, so that nobody asks for an empty one', async () => {
    const { objects, call } = await openModel(many, files)
    const sizes: number[] = []
    for (const where of [undefined, 'place <= 10000']) {
      for (let after: string | null | undefined; after !== null; ) {
        const page: { readonly objects: readonly unknown[]; readonly next: string | null } = await objects.find({ class: 'Thing', limit: 10_000, fields: [], ...(where === undefined ? {} : { where }), ...(after === undefined ? {} : { after }) }, call())
        sizes.push(page.objects.length)
        after = page.next
      }
    }
    expect(sizes).toEqual([10_000, 1, 10_000])
  })

  test('is all that a find without a limit answers; of more, none is left out in silence', async () => {
    const { objects, call } = await openModel(many, files)
    expect((await objects.find({ class: 'Thing', where: 'place <= 10000', fields: [] }, call())).objects).toHaveLength(10_000)
    expect(await errorFrom(objects.find({ class: 'Thing', fields: [] }, call()))).toMatchObject({ code: 'REQUEST_INVALID', message: 'Found objects of class "Thing": there are more than 10000, so set a limit or use stream' })
  })
})
