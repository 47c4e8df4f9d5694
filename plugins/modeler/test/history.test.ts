import { codeOf } from '@caruso/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import type { Change } from '../src/contract.ts'
import { onEachDatabase, openTried, type Tried } from './each-database.ts'
import { files, tables } from './legacy-crm.ts'

const key = (number: number): { readonly class: string; readonly key: { readonly number: number } } => ({ class: 'Customer', key: { number } })

async function entries({ objects, call }: Tried, number: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return (await objects.history(key(number), call())).entries
}

async function past({ objects, call }: Tried, number: number, at: { readonly version: number } | { readonly instant: string }): Promise<Readonly<Record<string, unknown>> | null> {
  return (await objects.past({ ...key(number), at }, call())).object
}

onEachDatabase('the history of a legacy class', (open, kind) => {
  const opened = (behaviours = 'history: true'): Promise<Tried> => open(tables(kind), files(kind, behaviours))

  test('who changed what, when and why, the newest first, by pages', async () => {
    const crm = await opened('history: true\nsoftDelete: true')
    const { objects, call } = crm
    const before = Date.now()
    const { results } = await objects.commit({ changes: [{ create: 'Customer', values: { name: 'Dag', credit: '10' } }], reason: 'asked by phone' }, call('ann'))
    const number = Number(results[0]?.key?.['number'])
    await objects.commit({ changes: [{ update: 'Customer', ...{ key: { number } }, set: { credit: '12.50', boss: 1 }, seen: { credit: '10', boss: null } }] }, call('bob'))
    await objects.commit({ changes: [{ remove: 'Customer', key: { number }, seen: { credit: '12.5' } }] }, call('ann'))
    await objects.commit({ changes: [{ restore: 'Customer', key: { number } }] }, call('cat'))
    const found = await entries(crm, number)
    const common = { at: expect.stringMatching(/^20.*Z$/), component: expect.any(String), reason: null }
    const whole = { name: 'Dag', credit: '12.5', boss: 1 }
    expect(found).toEqual([
      { ...common, version: 4, kind: 'restored', by: 'cat', before: null, after: whole },
      { ...common, version: 3, kind: 'removed', by: 'ann', before: whole, after: null },
      { ...common, version: 2, kind: 'updated', by: 'bob', before: { credit: '10', boss: null }, after: { credit: '12.50', boss: 1 } },
      { ...common, version: 1, kind: 'created', by: 'ann', before: null, after: { name: 'Dag', credit: '10' }, reason: 'asked by phone' },
    ])
    expect(Date.parse(String(found[3]?.['at']))).toBeGreaterThanOrEqual(before)
    const pages = []
    for (let after: number | undefined; ; ) {
      const page = await objects.history({ ...key(number), limit: 3, ...(after === undefined ? {} : { after }) }, call())
      pages.push(page.entries.length)
      if (page.next === null) break
      after = page.next
    }
    expect(pages).toEqual([3, 1])
    expect(await past(crm, number, { version: 1 })).toEqual({ number, name: 'Dag', credit: '10', boss: null })
    expect(await past(crm, number, { version: 3 })).toBeNull()
    expect(await past(crm, number, { version: 4 })).toEqual({ number, ...whole })
    expect(await past(crm, number, { instant: new Date(before - 1_000).toISOString() })).toBeNull()
    expect(await past(crm, number, { instant: new Date(Date.now() + 1_000).toISOString() })).toEqual({ number, ...whole })
  })

  test('what another application does is noticed by the next change and by whoever asks', async () => {
    const crm = await opened()
    const { objects, call, run } = crm
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: '1' }, seen: { credit: '12.5' } }] }, call('ann'))
    await run(`update CUST set NAME = 'Eva' where NR = 1`)
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: '2' }, seen: { credit: '1' } }] }, call('bob'))
    await run(`update CUST set LIMITS = 99 where NR = 1`)
    const told = (await entries(crm, 1)).map(({ version, kind: what, by, before, after }) => ({ version, what, by, before, after }))
    expect(told).toEqual([
      { version: 3, what: 'outside', by: null, before: { credit: '2' }, after: { credit: '99' } },
      { version: 3, what: 'updated', by: 'bob', before: { credit: '1' }, after: { credit: '2' } },
      { version: 2, what: 'outside', by: null, before: { name: 'Ada' }, after: { name: 'Eva' } },
      { version: 2, what: 'updated', by: 'ann', before: { credit: '12.5' }, after: { credit: '1' } },
    ])
    expect(await past(crm, 1, { version: 1 })).toEqual({ number: 1, name: 'Ada', credit: '12.5', boss: null })
    expect(await past(crm, 1, { version: 2 })).toEqual({ number: 1, name: 'Eva', credit: '1', boss: null })
    await run('delete from BOOKING where CUST = 1')
    await run('delete from CUST where NR = 1')
    expect((await entries(crm, 1))[0]).toMatchObject({ kind: 'outside', before: { name: 'Eva', credit: '99' }, after: null })
    expect(await past(crm, 1, { version: 2 })).toMatchObject({ name: 'Eva', credit: '1' })
    expect(await entries(crm, 1)).toHaveLength(5)
  })

  test('is told of what the caller sees, and of nothing else', async () => {
    const crm = await open(tables(kind), {
      ...files(kind, 'history: true\nsoftDelete: true'),
      'policies/customer.yaml': `
class: Customer
allow:
  named: { may: [read, update], where: name != "Bea" }
  all: { may: [read, create, update, remove], permission: boss }
attributes:
  credit: { see: boss }
`,
    })
    const { objects, call } = crm
    const boss = (): ReturnType<typeof call> => call('boss', ['boss'])
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: '5', boss: 2, name: 'Ada L.' }, seen: { credit: '12.5', boss: null, name: 'Ada' } }, { update: 'Customer', key: { number: 2 }, set: { credit: '7' }, seen: { credit: null } }] }, boss())
    const told = async (number: number, who: ReturnType<typeof call>): Promise<unknown> => (await objects.history(key(number), who)).entries.map(({ before, after }) => ({ before, after }))
    expect(await told(1, boss())).toEqual([{ before: { name: 'Ada', credit: '12.5', boss: null }, after: { name: 'Ada L.', credit: '5', boss: 2 } }])
    expect(await told(1, call('eve', []))).toEqual([{ before: { name: 'Ada', boss: null }, after: { name: 'Ada L.', boss: null } }])
    expect(await told(2, call('eve', []))).toEqual([])
    expect(await objects.past({ ...key(2), at: { version: 1 } }, call('eve', []))).toEqual({ object: null, version: null })
    expect((await objects.past({ ...key(1), at: { version: 1 } }, call('eve', []))).object).toEqual({ number: 1, name: 'Ada', boss: null })
    const remove: Change = { remove: 'Customer', key: { number: 1 }, seen: { name: 'Ada L.' } }
    expect(await codeFrom(objects.commit({ changes: [remove] }, call('eve', [])))).toBe('NOT_ALLOWED')
    await objects.commit({ changes: [remove] }, boss())
    expect(await told(1, call('eve', []))).toEqual([])
    expect(await objects.find({ class: 'Customer', removed: 'only' }, call('eve', ['objects.removed']))).toEqual({ objects: [], next: null })
    expect(await codeFrom(objects.commit({ changes: [{ restore: 'Customer', key: { number: 1 } }] }, call('eve', ['objects.removed'])))).toBe('NOT_ALLOWED')
    expect(await told(1, boss())).toHaveLength(2)
    await objects.commit({ changes: [{ restore: 'Customer', key: { number: 1 } }] }, boss())
    expect((await objects.get(key(1), call('eve', []))).object).toEqual({ number: 1, name: 'Ada L.', boss: null })
  })

  test('of writers at the same time each change is in the history, and follows on the one before', async () => {
    const crm = await opened()
    const { objects, call } = crm
    let done = 0
    const write = async (who: number): Promise<void> => {
      for (let turn = 0; turn < 3; turn++) {
        const { object } = await objects.get({ ...key(1), fields: ['credit'] }, call())
        try {
          await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: String(who * 100 + turn) }, seen: { credit: object?.['credit'] } }] }, call(`w${who}`))
          done++
        } catch (error) {
          if (codeOf(error) !== 'CONFLICT') throw error
        }
      }
    }
    await Promise.all([1, 2, 3, 4, 5].map(write))
    const chain = (await entries(crm, 1)).toReversed().map(({ before, after, version }) => ({ before, after, version }))
    expect(chain).toHaveLength(done)
    expect(chain.map(({ version }) => version)).toEqual(chain.map((_, index) => index + 2))
    for (const [index, { before }] of chain.entries()) expect(before).toEqual(index === 0 ? { credit: '12.5' } : chain[index - 1]?.after)
  })
})

onEachDatabase('behaviours of a class whose key has several columns', (open, kind) => {
  test('count, remove, restore and remember', async () => {
    const { objects, call } = await open([`create table stock (place varchar(20) not null, article integer not null, pieces integer, counted ${kind === 'sqlite' ? 'instant_text' : kind === 'pg' ? 'timestamptz' : 'datetime(6)'}, primary key (place, article))`], {
      'model/stock.yaml': `
class: Stock
key: [place, article]
history: true
locking: true
softDelete: true
attributes: { place: text, article: number, pieces: number, counted: instant }
`,
    })
    const where = { class: 'Stock', key: { place: 'Ås', article: 7 } }
    const counted = '2026-11-30T10:00:00.1234Z'
    await objects.commit({ changes: [{ create: 'Stock', values: { ...where.key, pieces: 1, counted } }, { create: 'Stock', values: { place: 'Ås', article: 8 } }] }, call())
    await objects.commit({ changes: [{ update: 'Stock', key: where.key, set: { pieces: 2, counted: null }, seen: { version: 1 } }, { update: 'Stock', key: where.key, set: { pieces: 3 }, seen: { pieces: 2, version: 2 } }] }, call())
    expect((await objects.get(where, call())).object).toEqual({ ...where.key, pieces: 3, counted: null, version: 3 })
    await objects.commit({ changes: [{ remove: 'Stock', key: where.key, seen: { version: 3 } }, { remove: 'Stock', key: { place: 'Ås', article: 8 }, seen: { version: 1 } }] }, call())
    expect(await objects.count({ class: 'Stock' }, call())).toEqual({ count: 0 })
    await objects.commit({ changes: [{ restore: 'Stock', key: where.key }] }, call())
    expect((await objects.find({ class: 'Stock' }, call())).objects).toEqual([{ ...where.key, pieces: 3, counted: null, version: 5 }])
    expect((await objects.past({ ...where, at: { version: 1 } }, call())).object).toEqual({ ...where.key, pieces: 1, counted })
    expect((await objects.past({ class: 'Stock', key: { ...where.key, pieces: 9, other: 1 }, at: { version: 2 } }, call())).object).toEqual({ ...where.key, pieces: 2, counted: null })
    expect((await objects.history(where, call())).entries.map(({ kind: what }) => what)).toEqual(['restored', 'removed', 'updated', 'updated', 'created'])
  })
})

onEachDatabase('behaviours of a class whose key is a decimal', (open, kind) => {
  test('know an object however its key is written', async () => {
    const { objects, call } = await open([`create table part (nr ${kind === 'sqlite' ? 'decimal_text' : 'decimal(20, 4)'} primary key, pieces integer)`], {
      'model/part.yaml': 'class: Part\nkey: nr\nhistory: true\nattributes: { nr: decimal, pieces: number }',
    })
    const change = (nr: string, pieces: number) => ({ update: 'Part', key: { nr }, set: { pieces: pieces + 1 }, seen: { pieces } })
    await objects.commit({ changes: [{ create: 'Part', values: { nr: '1.50', pieces: 1 } }, change('1.5', 1)] }, call())
    await objects.commit({ changes: [change('01.500', 2), change('1.5', 3)] }, call())
    expect((await objects.history({ class: 'Part', key: { nr: '1.50' } }, call())).entries.map(({ version }) => version)).toEqual([4, 3, 2, 1])
    await objects.commit({ changes: [{ remove: 'Part', key: { nr: '1.50' }, seen: { pieces: 4 } }] }, call())
    expect(await objects.count({ class: 'Part' }, call())).toEqual({ count: 0 })
  })
})

test('as many changes as one commit may have are kept, and again', async () => {
  const { objects, call } = await openTried('sqlite', tables('sqlite'), files('sqlite', 'history: true'))
  const numbers = Array.from({ length: 10_000 }, (_, index) => index + 100)
  await objects.commit({ changes: numbers.map((number) => ({ create: 'Customer', values: { number, name: 'n', credit: '1' } })) }, call())
  const { results } = await objects.commit({ changes: numbers.map((number) => ({ update: 'Customer', key: { number }, set: { credit: '2' }, seen: { credit: '1' } })) }, call())
  expect(results).toHaveLength(10_000)
  expect((await objects.history(key(10_099), call())).entries).toHaveLength(2)
}, 60_000)

type Step = { readonly do: 'update' | 'remove' | 'restore' | 'create' | 'outside' | 'lose' | 'look'; readonly number: number; readonly credit: number }

const step = fc.record({ do: fc.constantFrom<Step['do']>('update', 'update', 'remove', 'restore', 'create', 'outside', 'lose', 'look'), number: fc.integer({ min: 10, max: 12 }), credit: fc.integer({ min: 0, max: 9 }) })

/** What is known of an object beside the history: how it is, and how it was after each change. */
interface Known {
  object: Readonly<Record<string, unknown>> | null
  removed: boolean
  version: number
  readonly past: Map<number, Readonly<Record<string, unknown>> | null>
}

/** Does a step with the database and with what is known; what cannot be done is left out. */
async function take({ objects, call, run }: Tried, known: Map<number, Known>, { do: what, number, credit }: Step, soft: boolean): Promise<void> {
  const one = known.get(number)
  const commit = async (change: Change): Promise<void> => void (await objects.commit({ changes: [change] }, call()))
  const is = (object: Known['object'], version: number, removed = false): void => {
    if (!one) return
    Object.assign(one, { object, version, removed })
    one.past.set(version, removed ? null : object)
  }
  const value = String(credit)
  if (what === 'create' && !one?.object) {
    await commit({ create: 'Customer', values: { number, name: `N${number}`, credit: value } })
    const object = { number, name: `N${number}`, credit: value, boss: null }
    known.set(number, { object, removed: false, version: 1, past: new Map([[1, object]]) })
  }
  if (!one?.object) return
  const there = !one.removed
  if (what === 'update' && there) {
    await commit({ update: 'Customer', key: { number }, set: { credit: value }, seen: one.object })
    is({ ...one.object, credit: value }, one.version + 1)
  } else if (what === 'remove' && there) {
    await commit({ remove: 'Customer', key: { number }, seen: one.object })
    is(soft ? one.object : null, one.version + 1, soft)
    one.past.set(one.version, null)
  } else if (what === 'restore' && one.removed) {
    await commit({ restore: 'Customer', key: { number } })
    is(one.object, one.version + 1)
  } else if (what === 'outside' && there) {
    await run(`update CUST set LIMITS = ${credit} where NR = ${number}`)
    is({ ...one.object, credit: value }, one.version)
  } else if (what === 'lose' && there) {
    await run(`delete from CUST where NR = ${number}`)
    is(null, one.version)
    // Before the key is used again somebody asks; else nobody could tell the one object from the other.
    await objects.history({ class: 'Customer', key: { number } }, call())
  } else if (what === 'look') await objects.history({ class: 'Customer', key: { number } }, call())
}

const runs = Number(process.env['CARUSO_HISTORY_RUNS'] ?? 0)

onEachDatabase('random changes', (open, kind) => {
  test.each([['removed softly', 'history: true\nsoftDelete: true', true], ['removed', 'history: true', false]])('every past state is what was, where objects are %s', async (_title, behaviours, soft) => {
    const crm = await open(tables(kind), files(kind, behaviours))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
        await crm.run('delete from CUST where NR >= 10')
        for (const table of ['state', 'history']) await crm.run(`delete from ${kind === 'pg' ? `caruso_${table}_cust` : `caruso_${table}_CUST`}`)
        const known = new Map<number, Known>()
        for (const one of steps) await take(crm, known, one, soft)
        for (const [number, { past: all, object, removed }] of known) {
          expect((await crm.objects.get(key(number), crm.call())).object).toEqual(removed ? null : object)
          for (const [version, was] of all) expect(await past(crm, number, { version }), `customer ${number} at version ${version}`).toEqual(was)
        }
      }),
      { numRuns: runs > 0 ? runs : kind === 'sqlite' ? 10 : 3, ...(runs > 0 ? {} : { seed: 7 }) },
    )
  }, runs > 0 ? 3_600_000 : 60_000)
})
