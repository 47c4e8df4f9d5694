import { threadId } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { Customers, Weather } from './fixtures/contracts.ts'
import { plugin, spec } from '../../../test/hosts.ts'
import { fixture, openHost, openWorkshop } from './workshop.ts'

const timeout = 60_000

describe.each(['inline', 'process', 'worker'])('a component isolated as %s', { timeout }, (isolation) => {
  test('answers calls with its configuration', async () => {
    const { workshop, call } = await openWorkshop(isolation, { greeting: 'Good day' })
    expect(await workshop.echo({ text: 'Ada' }, call())).toBe('Good day Ada')
    expect((await workshop.pid({}, call())) === process.pid).toBe(isolation !== 'process')
    expect((await workshop.thread({}, call())) === threadId).toBe(isolation !== 'worker')
  })

  test('calls what it requires, also as a stream', async () => {
    const { workshop, call } = await openWorkshop(isolation)
    expect(await workshop.customer({ id: '7' }, call())).toBe('customer 7')
    const names: string[] = []
    for await (const name of workshop.customers({}, call())) names.push(name)
    expect(names).toEqual(['a', 'b', 'c'])
  })

  test('sees who calls', async () => {
    const { workshop, call } = await openWorkshop(isolation)
    expect(await workshop.whoAmI({}, call({ permissions: ['read'] }))).toEqual({ component: 'test', identity: 'tester', permissions: ['read'] })
  })

  test('hears events and goes on after one it could not handle', async () => {
    const { workshop, bus, call, lines } = await openWorkshop(isolation)
    for (const id of ['1', 'bad', '2']) bus.emit('customers', Customers, 'changed', { id }, call())
    await expect.poll(async () => await workshop.heard({}, call()), { timeout }).toEqual(['1', '2'])
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', message: 'Component "workshop" failed to handle event "customers.changed": bad id' }))
  })

  test('emits events and logs through its host', async () => {
    const { workshop, bus, call, lines } = await openWorkshop(isolation)
    const heard = new Promise((resolve) => bus.on('workshop.told', resolve))
    await workshop.tell({ text: 'news' }, call())
    expect(await heard).toMatchObject({ component: 'workshop', payload: { text: 'news' } })
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ level: 'info', fields: expect.objectContaining({ text: 'news' }), message: 'telling' }))
  })

  test('logs what is long, and what is no JSON', async () => {
    const { workshop, call, lines } = await openWorkshop(isolation)
    await workshop.complain({}, call())
    await expect.poll(() => lines).toContainEqual(expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ big: isolation === 'inline' ? 10n : '10n' }), message: expect.stringMatching(/^long long /) }))
  })

  test('notices an optional provider that comes later and goes', async () => {
    const { host, workshop, bus, call } = await openWorkshop(isolation)
    expect(await workshop.weather({}, call())).toBe('unknown')
    await host.startAll([spec('weather', plugin('weather', () => ({ weather: { now: () => 'sunny' } }), { provides: { weather: Weather } }))])
    expect(await workshop.weather({}, call())).toBe('sunny')
    bus.exchange([], [host.active('weather')?.id ?? ''])
    expect(await workshop.weather({}, call())).toBe('unknown')
  })

  test('survives handlers that throw, reject and hang', async () => {
    const { workshop, call } = await openWorkshop(isolation)
    await expect(workshop.failNow({}, call())).rejects.toMatchObject({ code: 'HANDLER_FAILED', message: expect.stringContaining('at once') })
    await expect(workshop.failLater({}, call())).rejects.toMatchObject({ code: 'HANDLER_FAILED', message: expect.stringContaining('later') })
    await expect(workshop.hang({}, call())).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect(await workshop.echo({ text: 'still here' }, call())).toBe('Hello still here')
  })

  test('does not start with a wrong configuration', async () => {
    const { host } = openHost()
    await expect(host.load(spec('workshop', fixture('workshop'), { isolation, config: { greeting: 7, port: 'x' } }))).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(/^Configured component "workshop": .*greeting.*string/) })
  })

  test('does not start from a file that is no plugin', async () => {
    const { host } = openHost()
    await expect(host.load(spec('none', fixture('no-plugin'), { isolation }))).rejects.toMatchObject({ code: 'PLUGIN_NOT_LOADED', message: expect.stringContaining('found number') })
    await expect(host.load(spec('half', fixture('half-plugin'), { isolation }))).rejects.toMatchObject({ code: 'PLUGIN_NOT_LOADED', message: expect.stringContaining('found an object without "config", "requires"') })
    await expect(host.load(spec('none', fixture('missing'), { isolation }))).rejects.toMatchObject({ code: 'PLUGIN_NOT_LOADED' })
  })

  test.each([
    ['start', 'START_FAILED', 'Started component "workshop" 1.0.0: no database'],
    ['self-test', 'SELF_TEST_FAILED', 'Tested component "workshop" before it is used: the database is empty'],
  ])('fails clearly when its %s fails', async (fails, code, message) => {
    const { host } = openHost()
    const instance = await host.load(spec('workshop', fixture('workshop'), { isolation, config: { fails } }))
    await expect(instance.start()).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    expect(instance.state).toBe('failed')
    expect(await instance.dispose()).toEqual([])
  })

  test('says what failed to be disposed', async () => {
    const { host } = openHost()
    const instance = await host.load(spec('workshop', fixture('workshop'), { isolation, config: { fails: 'dispose' } }))
    await instance.start()
    expect(await instance.dispose()).toEqual(['disposing failed: the database is stuck'])
    expect(instance.state).toBe('gone')
  })
})

test.each(['worker', 'process'] as const)('a component in a %s is not ended by a call that is too large', async (isolation) => {
  const { host, workshop, call } = await openWorkshop(isolation)
  const before = host.active('workshop')
  await expect(workshop.echo({ text: 'x'.repeat(70_000_000) }, call({ timeout }))).rejects.toMatchObject({ code: 'TOO_LARGE' })
  expect(await workshop.echo({ text: 'Ada' }, call())).toBe('Hello Ada')
  expect(host.active('workshop')).toBe(before)
})
