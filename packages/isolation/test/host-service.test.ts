import { codeOf, type Call, type Client } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Customers } from './fixtures/contracts.ts'
import { Attack } from './fixtures/hostile.ts'
import { consumer, spec, type TestHost } from '../../../test/hosts.ts'
import { customersPlugin, fixture, openHost } from './workshop.ts'

const timeout = 90_000

describe.each(['process', 'worker'])('a hostile component isolated as %s', { timeout }, (isolation) => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const frames = (service: string, operation: string, input: unknown, caller: unknown = [0, 'hostile']): unknown[][] => [[9, 0, service, operation, caller, trace], [0, 1_000_000, 1_000, null, input]]
  // What the host refuses does not depend on where a component runs, so of a thread only what goes another way is tried.
  const tried = <Case>(cases: readonly Case[], inThread = 1): readonly Case[] => (isolation === 'process' ? cases : cases.slice(0, inThread))
  let calls: Call[]
  let opened: TestHost & { attack: Client<typeof Attack> }

  beforeEach(async () => {
    calls = []
    const { host, ...rest } = openHost()
    await host.startAll([spec('customers', customersPlugin(calls)), spec('hostile', fixture('hostile'), { isolation })])
    opened = { host, ...rest, attack: rest.bus.client(Attack, consumer) }
  })

  afterEach(async () => {
    const { bus, call } = opened
    expect(await bus.client(Customers, consumer).get({ id: '1' }, call())).toEqual({ name: 'customer 1' })
  })

  test.each(tried([
    ['a requirement it did not declare', 'require:secrets', 'read'],
    ['a component by its contract', 'customers@1.0.0', 'get'],
    ['an operation that does not exist', 'require:customers', 'constructor'],
    ['what the host does not serve', '$host', 'constructor'],
    ['the steps of an instance', '$instance', 'dispose'],
    ['a service that nobody knows', 'nonsense', 'x'],
  ]))('cannot call %s', async (_what, service, operation) => {
    const { attack, call, lines } = opened
    await attack.write({ frames: frames(service, operation, {}) }, call())
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: { component: 'hostile', service, operation }, message: 'Refused an undeclared call of component "hostile"' }))
    expect(calls).toEqual([])
  })

  test.each(tried([
    ['permissions of its own', [0, 'root', ['erase'], ['erase']]],
    ['the name of another', ['customers', 'root', ['erase'], ['erase']]],
    ['a call that it was never asked', [999_999, 'root']],
    ['nonsense', { identity: 'root' }],
  ]))('cannot claim %s', async (_what, caller) => {
    const { attack, call } = opened
    await attack.write({ frames: [...frames('require:customers', 'erase', {}, caller), ...frames('require:customers', 'get', { id: '1' }, caller)] }, call())
    await expect.poll(() => calls).toHaveLength(1)
    expect(calls[0]?.caller).toMatchObject({ component: 'hostile', permissions: [], grants: [] })
  })

  test('cannot open a stream of what is none', async () => {
    const { attack, call, lines } = opened
    await attack.write({ frames: [[9, 0, 'require:customers', 'get', [0, ''], trace], [1, 1_000_000, 1_000, null, { id: '1' }, 10]] }, call())
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ message: 'Refused an undeclared call of component "hostile"' }))
    expect(calls).toEqual([])
  })

  test.each(tried([
    ['an event of a contract it does not provide', 'emit', { contract: 'customers', version: '1.0.0', event: 'changed', payload: { id: '1' } }],
    ['events it did not declare', 'on', { topic: 'secrets.told' }],
    ['every event', 'on', { topic: '*' }],
    ['a topic with a line break', 'on', { topic: 'customers.changed\r\nPUB x 0\r\n' }],
    ['a topic with a wildcard', 'on', { topic: 'customers.>' }],
    ['a log line of no shape', 'log', { level: 'fatal', fields: 7 }],
  ]))('cannot have %s', async (_what, operation, input) => {
    const { attack, call, bus } = opened
    const heard: unknown[] = []
    bus.on('*', (event) => heard.push(event))
    await attack.write({ frames: frames('$host', operation, input) }, call())
    await attack.write({ frames: [] }, call())
    expect(heard).toEqual([])
  })

  test.each(tried([
    ['bytes that are no message', Buffer.from('00000005deadbeef01', 'hex')],
    ['a message that never ends', Buffer.from('ffffffff00', 'hex')],
    ['a message that is no array', Buffer.from('\u0000\u0000\u0000\u0002{}')],
  ]))('is ended for %s', async (_what, bytes) => {
    const { attack, call, host } = opened
    const before = host.active('hostile')?.id
    const answer = await attack.writeBytes({ base64: bytes.toString('base64') }, call()).then(() => 'answered', codeOf)
    expect(['answered', 'PROVIDER_LOST']).toContain(answer)
    await expect.poll(() => host.active('hostile')?.id, { timeout }).not.toBe(before)
  })

  test('is not hurt by answers to calls that nobody made', async () => {
    const { attack, call } = opened
    await attack.write({ frames: [[2, 77, 'x'], [3, 78, null], [4, 79, 1], [5, 80], [6, 81, 1e9], [7, 82], [42, 83]] }, call())
    expect(await attack.write({ frames: [] }, call())).toBe(null)
  })
})

