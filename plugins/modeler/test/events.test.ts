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

test('of a topic with a policy, only those consume and emit whom it allows', async () => {
  const { objects, call } = await openModel(crmTables, {
    ...crmFiles,
    'policies/met.yaml': `
topic: crm.met
allow:
  mailer: { may: consume, where: "caller.identity in ['mailer', 'erp']" }
  sellers: { may: [emit], permission: sales }
`,
  })
  const emit = (who: string, permissions: string[], topic = 'crm.met') => objects.commit({ changes: [contact], events: [{ topic: 'crm.open', payload: 1 }, { topic, payload: 1 }] }, call({ identity: who, permissions }))
  const consume = (who: string, permissions: string[] = [], topics = ['crm.open', 'crm.met']) => objects.events({ of: 'Customer', consumer: 'mails', topics, from: 'begin' }, call({ identity: who, permissions }))
  await emit('ann', ['sales'])
  expect((await consume('mailer')).events).toHaveLength(2)
  expect((await consume('eve', [], ['crm.open'])).events).toHaveLength(1)
  const refused = await errorFrom(consume('eve', ['sales']))
  expect([refused.code, refused.message, refused.details]).toEqual(['NOT_ALLOWED', 'Asked for the durable events of "crm.met": its policy does not let the caller consume it', { topic: 'crm.met' }])
  expect((await errorFrom(emit('mailer', []))).message).toBe('Committed a durable event of "crm.met": its policy does not let the caller emit it')
  await emit('mailer', [], 'crm.other')
  expect(await objects.count({ class: 'Contact', where: 'name == "New"' }, call())).toEqual({ count: 2 })
})

test.each<[string, string, string]>([
  ['an unknown action', 'allow: { a: { may: read } }', 'met.yaml:2:20 crm.met.allow.a.may: expected consume or emit, or a list of them, found "read"'],
  ['a condition over something else', "allow: { a: { may: emit, where: name == 'x' } }", 'met.yaml:2:33 crm.met.allow.a.where: expected a condition over caller, found a mistake: Line 1, column 1: Unknown name "name"'],
  ['attributes', 'allow: {}\nattributes: {}', 'met.yaml:3:1 crm.met.attributes: expected one of the keys topic, description, allow, found "attributes"'],
])('a policy of a topic with %s is refused with its line', async (_case, text, message) => {
  const error = await errorFrom(openModel(crmTables, { ...crmFiles, 'policies/met.yaml': `topic: crm.met\n${text}` }))
  expect(error.message).toContain(message)
})
