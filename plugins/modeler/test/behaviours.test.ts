import { codeOf } from '@caruso/contract'
import { expect, test } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import { onEachDatabase, type Tried } from './each-database.ts'
import { files, lower, tables } from './legacy-crm.ts'

async function customer({ objects, call }: Tried, nr: number, removed?: 'with'): Promise<Readonly<Record<string, unknown>> | null> {
  return (await objects.get({ class: 'Customer', key: { number: nr }, ...(removed ? { removed } : {}) }, call())).object
}

onEachDatabase('soft deletion of a legacy class', (open, kind) => {
  const opened = (): Promise<Tried> => open(tables(kind), files(kind, 'softDelete: true'))

  test('what is removed is left out everywhere, stays in its table, and comes back as it was', async () => {
    const crm = await opened()
    const { objects, storage, call } = crm
    await objects.commit({ changes: [{ update: 'Customer', key: { number: 2 }, set: { boss: 1 }, seen: { boss: null } }] }, call())
    const ada = await customer(crm, 1)
    await objects.commit({ changes: [{ remove: 'Customer', key: { number: 1 }, seen: ada ?? {} }] }, call('bob'))
    expect(await customer(crm, 1)).toBeNull()
    const find = async (request: object): Promise<unknown> => (await objects.find({ class: 'Customer', fields: ['name'], ...request }, call())).objects
    expect(await find({})).toEqual([{ number: 2, name: 'Bea' }])
    expect(await objects.count({ class: 'Customer' }, call())).toEqual({ count: 1 })
    expect(await find({ where: 'boss.name == "Ada"' })).toEqual([])
    expect(await find({ where: 'boss == null' })).toEqual([{ number: 2, name: 'Bea' }])
    expect(await find({ order: [{ attribute: 'boss.name' }], with: { boss: { fields: ['name'] } } })).toEqual([{ number: 2, name: 'Bea', boss: null }])
    expect((await objects.find({ class: 'Booking', where: { attribute: 'customer.name', op: '==', value: 'Ada' } }, call())).objects).toEqual([])
    expect((await objects.aggregate({ class: 'Booking', group: ['customer.name'], figures: { sum: { fn: 'sum', attribute: 'total' } }, order: [{ by: 'customer.name' }] }, call())).groups).toEqual([{ 'customer.name': null, sum: '30' }, { 'customer.name': 'Bea', sum: '5' }])
    const streamed: unknown[] = []
    for await (const batch of objects.stream({ class: 'Customer', fields: [] }, call())) streamed.push(...batch.objects)
    expect(streamed).toEqual([{ number: 2 }])
    expect((await storage.query({ source: 'crm', from: lower(kind, 'CUST') }, call())).rows).toHaveLength(2)

    const removed = await customer(crm, 1, 'with')
    expect(removed).toMatchObject({ ...ada, removed: { by: 'bob' } })
    expect(await find({ removed: 'only' })).toMatchObject([{ name: 'Ada' }])
    expect(await objects.count({ class: 'Customer', removed: 'with' }, call())).toEqual({ count: 2 })
    await objects.commit({ changes: [{ restore: 'Customer', key: { number: 1 } }] }, call())
    expect(await customer(crm, 1)).toEqual(ada)
    expect(await find({ where: 'boss.name == "Ada"' })).toEqual([{ number: 2, name: 'Bea' }])
  })

  test('folds over what belongs to an object know nothing of what is removed', async () => {
    const { objects, call } = await opened()
    await objects.commit({ changes: [{ remove: 'Booking', key: { id: 2 }, seen: { total: '20' } }] }, call())
    const names = async (where: string): Promise<unknown[]> => (await objects.find({ class: 'Customer', where, fields: ['name'] }, call())).objects.map(({ name }) => name)
    expect(await names('bookings.exists(b, b.total > 15)')).toEqual([])
    expect(await names('bookings.all(b, b.total < 15)')).toEqual(['Ada', 'Bea'])
    expect(await names('bookings.map(b, b.total).sum() == 10')).toEqual(['Ada'])
    const { object } = await objects.get({ class: 'Customer', key: { number: 1 }, fields: [], with: { bookings: { fields: [] } } }, call())
    expect(object).toEqual({ number: 1, bookings: [{ id: 1 }] })
  })

  test('needs the permission to see and to restore, and a class that keeps what is removed', async () => {
    const { objects, call } = await opened()
    const nobody = (): ReturnType<typeof call> => call('eve', [])
    expect(await codeFrom(objects.find({ class: 'Customer', removed: 'only' }, nobody()))).toBe('FORBIDDEN')
    expect(await codeFrom(objects.count({ class: 'Customer', removed: 'with' }, nobody()))).toBe('FORBIDDEN')
    expect(await codeFrom(objects.commit({ changes: [{ restore: 'Customer', key: { number: 1 } }] }, nobody()))).toBe('FORBIDDEN')
    expect((await errorFrom(objects.commit({ changes: [{ restore: 'Customer', key: { number: 1 } }] }, call()))).message).toContain('it is not removed')
  })

  test('what is removed can be changed by nobody, and is removed once', async () => {
    const { objects, call } = await opened()
    const seen = { name: 'Ada', credit: '12.5', boss: null }
    await objects.commit({ changes: [{ remove: 'Customer', key: { number: 1 }, seen }] }, call())
    for (const change of [{ remove: 'Customer', key: { number: 1 }, seen }, { update: 'Customer', key: { number: 1 }, set: { name: 'x' }, seen }] as const) {
      expect((await errorFrom(objects.commit({ changes: [change] }, call()))).details).toMatchObject({ gone: true })
    }
  })

  test('a key that is used again after another application has taken the row away belongs to a new object, which is not born removed', async () => {
    const crm = await opened()
    const { objects, call, run } = crm
    await objects.commit({ changes: [{ remove: 'Customer', key: { number: 2 }, seen: { name: 'Bea' } }] }, call())
    await run(`delete from BOOKING where CUST = 2`)
    await run(`delete from CUST where NR = 2`)
    await objects.commit({ changes: [{ create: 'Customer', values: { number: 2, name: 'Bo' } }] }, call())
    expect(await customer(crm, 2)).toMatchObject({ name: 'Bo' })
  })
})

onEachDatabase('changes counted beside a legacy table', (open, kind) => {
  const opened = (): Promise<Tried> => open(tables(kind), files(kind, 'locking: true'))

  test('every object says how often it was changed, and only who saw the last change makes the next', async () => {
    const crm = await opened()
    const { objects, call } = crm
    expect(await customer(crm, 1)).toEqual({ number: 1, name: 'Ada', credit: '12.5', boss: null, version: 1 })
    const { results } = await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { name: 'Ada L.' }, seen: { version: 1 } }, { create: 'Customer', values: { name: 'Dag' } }] }, call())
    expect(results).toEqual([{ key: { number: 1 }, version: 2 }, { key: { number: expect.any(Number) }, version: 1 }])
    expect((await objects.find({ class: 'Customer', where: { attribute: 'name', in: ['Ada L.', 'Dag'] }, fields: ['name'], order: [{ attribute: 'name' }] }, call())).objects).toMatchObject([{ name: 'Ada L.', version: 2 }, { name: 'Dag', version: 1 }])
    const error = await errorFrom(objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: '1' }, seen: { name: 'Ada', version: 1 } }] }, call()))
    expect([error.code, error.details]).toEqual(['CONFLICT', { change: 0, class: 'Customer', key: { number: 1 }, collided: [{ attribute: 'version', seen: 1, now: 2 }, { attribute: 'name', seen: 'Ada', now: 'Ada L.' }] }])
    expect(await codeFrom(objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: '1' }, seen: { name: 'Ada L.' } }] }, call()))).toBe('REQUEST_INVALID')
  })

  test('a change by another application is noticed where it is seen', async () => {
    const crm = await opened()
    const { objects, call, run } = crm
    const seen = (await customer(crm, 1)) ?? {}
    await run(`update CUST set NAME = 'Eve' where NR = 1`)
    expect((await errorFrom(objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { name: 'Ada!' }, seen }] }, call()))).details).toMatchObject({ collided: [{ attribute: 'name', seen: 'Ada', now: 'Eve' }] })
  })

  test('a repeat with the same key gets the first answer', async () => {
    const { objects, call, swap } = await opened()
    const changes = [{ update: 'Customer', key: { number: 1 }, set: { name: 'x' }, seen: { version: 1 } }, { create: 'Booking', values: { customer: 1, total: '3' } }] as const
    const first = await objects.commit({ changes: [...changes] }, call('a', [], 'k1'))
    await swap()
    expect(await objects.commit({ changes: [...changes] }, call('a', [], 'k1'))).toEqual(first)
    expect(await objects.count({ class: 'Booking' }, call())).toEqual({ count: 4 })
    await swap()
    expect(await codeFrom(objects.commit({ changes: [changes[1]] }, call('a', [], 'k1')))).toBe('KEY_REUSED')
  })

  test('of many writers none loses an update', async () => {
    const crm = await opened()
    const { objects, call } = crm
    const add = async (): Promise<void> => {
      for (;;) {
        const seen = (await customer(crm, 1)) ?? {}
        try {
          await objects.commit({ changes: [{ update: 'Customer', key: { number: 1 }, set: { credit: String(Number(seen['credit']) + 1) }, seen }] }, call())
          return
        } catch (error) {
          if (codeOf(error) !== 'CONFLICT') throw error
        }
      }
    }
    await Promise.all(Array.from({ length: 8 }, add))
    expect(await customer(crm, 1)).toMatchObject({ credit: '20.5', version: 9 })
  })
})
