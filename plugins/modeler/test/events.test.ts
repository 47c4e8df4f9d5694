import { expect, test, vi } from 'vitest'
import { codeFrom, errorFrom } from '../../../test/failures.ts'
import { EventConsumer } from '../src/contract.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

const contact = { create: 'Contact', values: { customer: 1, name: 'New' } } as const

async function opened() {
  const { objects, call } = await openModel(crmTables, crmFiles)
  const next = async (consumer = 'mails'): Promise<unknown[]> => (await objects.events({ of: 'Customer', consumer, topics: ['crm.met'], from: 'begin' }, call())).events.map(({ subject, payload }) => [subject, payload])
  return { objects, call, next }
}

test('events of a commit are there with its changes, or not at all, and tell the key of what they are about', async () => {
  const { objects, call, next } = await opened()
  await objects.commit({ changes: [contact, { update: 'Customer', key: { number: 2 }, set: { name: 'Bia' }, seen: { number: 2, name: 'Bea' } }], events: [{ topic: 'crm.met', payload: { where: 'fair' }, change: 0 }, { topic: 'crm.met', payload: null, change: 1 }, { topic: 'crm.met', payload: [1] }] }, call())
  expect(await codeFrom(objects.commit({ changes: [{ update: 'Customer', key: { number: 2 }, set: { name: 'x' }, seen: { number: 2, name: 'Bea' } }], events: [{ topic: 'crm.met', payload: 'never' }] }, call()))).toBe('CONFLICT')
  expect(await next()).toEqual([['4', { where: 'fair' }], ['2', null], [null, [1]]])
  const error = await errorFrom(objects.commit({ changes: [{ link: 'Customer', relation: 'tags', from: { number: 2 }, to: { id: 1 } }], events: [{ topic: 'crm.met', payload: 1, change: 0 }] }, call()))
  expect([error.code, error.message]).toEqual(['REQUEST_INVALID', 'Committed an event about change 0: expected a change of an object whose key is known, or of one number'])
})

test('what answers an event is committed once', async () => {
  const { objects, call, next } = await opened()
  await objects.commit({ changes: [contact], events: [{ topic: 'crm.met', payload: {} }] }, call())
  const [event] = (await objects.events({ of: 'Contact', consumer: 'mails', topics: ['crm.met'], from: 'begin' }, call())).events
  const answer = (name: string) => objects.commit({ changes: [{ create: 'Contact', values: { customer: 2, name } }], handled: { consumer: 'mails', id: event?.id ?? '' } }, call())
  await answer('first')
  expect(await codeFrom(answer('second'))).toBe('ALREADY_HANDLED')
  expect(await objects.count({ class: 'Contact', where: 'name == "second"' }, call())).toEqual({ count: 0 })
  await objects.acknowledge({ of: 'Contact', consumer: 'mails', seq: event?.seq ?? 0 }, call())
  expect([await next(), await next('others')]).toEqual([[], [[null, {}]]])
})

test('a commit that is repeated under its key writes its events once', async () => {
  const { objects, call, next } = await opened()
  const commit = { changes: [contact], events: [{ topic: 'crm.met', payload: {}, change: 0 }] }
  const first = await objects.commit(commit, { ...call(), nextKey: 'once' })
  expect(await objects.commit(commit, { ...call(), nextKey: 'once' })).toEqual(first)
  expect(await next()).toEqual([['4', {}]])
})

test('a consumer of the contract gets each event in turn', async () => {
  const { objects, call } = await opened()
  const seen: unknown[] = []
  const of = { of: 'Contact', consumer: 'thanks' } as const
  const consumer = new EventConsumer({
    next: (one) => objects.events({ ...of, topics: ['crm.met'], from: 'now' }, one),
    acknowledge: (seq, one) => objects.acknowledge({ ...of, seq }, one),
    call,
    handle: async ({ subject }) => void seen.push(subject),
    failed: (error) => seen.push(error),
  })
  const end = consumer.begin()
  await vi.waitFor(async () => expect((await objects.events({ ...of, topics: ['crm.met'], from: 'now' }, call())).events).toEqual([]))
  for (const _ of [1, 2]) await objects.commit({ changes: [contact], events: [{ topic: 'crm.met', payload: {}, change: 0 }] }, call())
  consumer.wake()
  await vi.waitFor(() => expect(seen).toEqual(['4', '5']), { timeout: 5_000 })
  await end()
})
