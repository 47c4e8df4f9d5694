import { contract, Type } from '@caruso/contract'
import { definePlugin, optional, type Ownership } from '@caruso/kernel'
import { double, testPlugin, transports } from '@caruso/testing'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import greeter, { Customers, Greeter, Weather } from './fixtures/greeter.ts'

const file = new URL('fixtures/greeter.ts', import.meta.url).pathname
const customers = double(Customers, { get: ({ id }) => ({ name: id === '1' ? 'Ada' : 'Bob', tags: [] }) })

describe.each([...transports, 'process'] as const)('testPlugin() over %s', (transport) => {
  const options = { transport, file, requires: { customers } }

  test('runs the plugin with its configuration, defaults filled in', async () => {
    await using kit = await testPlugin(greeter, { ...options, config: { greeting: 'Good day' } })
    expect(await kit.clients.greeter.greet({ id: '1' }, kit.call())).toBe('Good day Ada!')
  })

  test('reads streams', async () => {
    await using kit = await testPlugin(greeter, options)
    expect(await collect(kit.clients.greeter.spell({ word: 'Ada' }, kit.call()))).toEqual(['A', 'd', 'a'])
  })

  test('hears what the plugin emits and tells it what its providers emit', async () => {
    await using kit = await testPlugin(greeter, options)
    kit.tell(Customers, 'changed', { id: '7' })
    expect(await kit.event(Greeter, 'noticed')).toEqual({ id: '7' })
    expect(kit.events).toHaveLength(1)
  })

  test('lets an optional provider come later, and go', async () => {
    await using kit = await testPlugin(greeter, options)
    const greet = async (): Promise<string> => await kit.clients.greeter.greet({ id: '1' }, kit.call())
    expect(await greet()).toBe('Hello Ada!')
    await kit.provide('weather', double(Weather, { now: () => 'sunny' }))
    expect(await greet()).toBe('Hello Ada! It is sunny')
    await kit.withdraw('weather')
    expect(await greet()).toBe('Hello Ada!')
  })

  test('keeps what the plugin logs', async () => {
    await using kit = await testPlugin(greeter, options)
    await kit.clients.greeter.greet({ id: '1' }, kit.call())
    await expect.poll(() => kit.logs).toContainEqual(expect.objectContaining({ level: 'info', msg: 'greeted', id: '1' }))
  })

  test('calls on behalf of whom the test names', async () => {
    await using kit = await testPlugin(greeter, options)
    expect(await kit.clients.greeter.caller({}, kit.call({ as: 'ada', permissions: ['greet'] }))).toEqual({ component: 'test', identity: 'ada', permissions: ['greet'] })
  })

  test('names an operation that the double does not have', async () => {
    await using kit = await testPlugin(greeter, { ...options, requires: { customers: double(Customers, {}) } })
    await expect(kit.clients.greeter.greet({ id: '1' }, kit.call())).rejects.toMatchObject({ code: 'NOT_DOUBLED', message: 'Called "customers.get" in a test: the double of "customers" has no operations' })
  })

  test('holds a double to its contract', async () => {
    const wrong: { name: string; tags: string[] } = JSON.parse('{"name":7}')
    await using kit = await testPlugin(greeter, { ...options, requires: { customers: double(Customers, { get: () => wrong }) } })
    await expect(kit.clients.greeter.greet({ id: '1' }, kit.call())).rejects.toMatchObject({ code: 'INVALID_OUTPUT' })
  })

  test('rejects where the configuration is wrong', async () => {
    await expect(testPlugin(greeter, { ...options, config: JSON.parse('{"greeting":7}') })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe.each(transports)('testPlugin() over %s', (transport) => {
  test('moves the time of the plugin as the test says', async () => {
    let ticks = 0
    const ticking = definePlugin({ name: 'ticking', config: Type.Object({}), start: ({ scope }) => (scope.whenActive((active) => active.every(1_000, () => void ticks++)), {}) })
    await using kit = await testPlugin(ticking, { transport })
    await kit.clock.advance(3_500)
    expect(ticks).toBe(3)
    await kit.deactivate()
    expect(kit.clock.waiting).toBe(0)
    await kit.clock.advance(5_000)
    expect(ticks).toBe(3)
    await kit.activate()
    await kit.clock.advance(1_000)
    expect(ticks).toBe(4)
  })

  test('asks the plugin for its health', async () => {
    const ill = definePlugin({ name: 'ill', config: Type.Object({}), start: ({ scope }) => (scope.health(() => ({ ok: false, detail: 'no line' })), {}) })
    await using kit = await testPlugin(ill, { transport })
    expect(await kit.health()).toEqual({ ok: false, detail: 'no line' })
  })
})

describe('close()', () => {
  const leaky = (start: (scope: Ownership) => void) => definePlugin({ name: 'leaky', config: Type.Object({}), start: ({ scope }) => (start(scope), {}) })

  test('names a timer that is left, and where it was made', async () => {
    let timer: NodeJS.Timeout | undefined
    const kit = await testPlugin(leaky(() => void (timer = setInterval(() => undefined, 60_000))))
    await expect(kit.close()).rejects.toThrow(/Closed the test of component "leaky": Timeout acquired at .*test-plugin\.test\.ts:\d+/)
    clearInterval(timer)
  })

  test('names a listening socket that is left, and where it was made', async () => {
    const server = createServer()
    const kit = await testPlugin(leaky(() => void server.listen(0)))
    await expect(kit.close()).rejects.toThrow(/TCPSERVERWRAP acquired at .*test-plugin\.test\.ts:\d+/)
    await new Promise((resolve) => server.close(resolve))
  })

  test('names what failed to be disposed', async () => {
    const failing = leaky((scope) => {
      scope.own('a pool', () => {
        throw new Error('the pool is stuck')
      })
    })
    await expect((await testPlugin(failing)).close()).rejects.toThrow('the pool is stuck')
  })

  test('names what failed to end with the active instance', async () => {
    const failing = definePlugin({ name: 'leaky', config: Type.Object({}), start: ({ scope }) => (scope.whenActive(() => () => Promise.reject(new Error('the poller is stuck'))), {}) })
    await expect((await testPlugin(failing)).close()).rejects.toThrow('the poller is stuck')
  })

  test('names calls that did not end', async () => {
    const hanging = definePlugin({ name: 'hanging', config: Type.Object({}), provides: { sorter: Sorter }, start: () => ({ sorter: { sort: () => new Promise(() => undefined), sortInPlace: () => [], rename: () => '' } }) })
    const kit = await testPlugin(hanging)
    const call = expect(kit.clients.sorter.sort({ names: [] }, kit.call({ timeout: 50 }))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await call
    await expect(kit.close()).rejects.toThrow('1 calls had not ended')
  })

  test('leaves nothing behind itself, over any transport', async () => {
    const before = process.getActiveResourcesInfo().length
    for (const transport of [...transports, 'process'] as const) {
      const kit = await testPlugin(greeter, { transport, file, requires: { customers } })
      await kit.close()
    }
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before)
  })
})

const Sorter = contract({
  name: 'sorter',
  version: '1.0.0',
  operations: {
    sort: { input: Type.Object({ names: Type.Array(Type.String()) }), output: Type.Array(Type.String()) },
    sortInPlace: { input: Type.Object({ names: Type.Array(Type.String()) }), output: Type.Array(Type.String()) },
    rename: { input: Type.Object({}), output: Type.String() },
  },
})

test('lets a change of what was passed fail where it is made', async () => {
  const careless = definePlugin({
    name: 'careless',
    config: Type.Object({}),
    provides: { sorter: Sorter },
    requires: { customers: Customers },
    start: ({ customers }) => ({
      sorter: {
        sort: ({ names }) => (names as string[]).toSorted(),
        sortInPlace: ({ names }) => (names as string[]).sort(),
        rename: async (_input, call) => Object.assign(await customers.get({ id: '1' }, call), { name: 'Eve' }).name,
      },
    }),
  })
  await using kit = await testPlugin(careless, { requires: { customers } })
  const names = ['b', 'a']
  expect(await kit.clients.sorter.sort({ names }, kit.call())).toEqual(['a', 'b'])
  await expect(kit.clients.sorter.sortInPlace({ names }, kit.call())).rejects.toThrow('"sorter.sortInPlace" of component "careless": Cannot assign to read only property')
  await expect(kit.clients.sorter.rename({}, kit.call())).rejects.toThrow('"sorter.rename" of component "careless": Cannot assign to read only property')
  expect(names).toEqual(['b', 'a'])
})

test('a process of its own has no fake clock', async () => {
  await expect(testPlugin(greeter, { transport: 'process', requires: { customers } })).rejects.toMatchObject({ code: 'NOT_POSSIBLE' })
  await using kit = await testPlugin(greeter, { transport: 'process', file, requires: { customers } })
  expect(() => kit.clock).toThrow('the time of the machine')
})

test('what does not fit is a type error', () => {
  const picky = definePlugin({ name: 'picky', config: Type.Object({ port: Type.Integer({ default: 1 }) }), requires: { customers: Customers, weather: optional(Weather) }, start: () => ({}) })
  const neverRun = async (): Promise<void> => {
    // @ts-expect-error a required double is missing
    await testPlugin(picky)
    // @ts-expect-error a required double is missing
    await testPlugin(picky, { requires: {} })
    // @ts-expect-error a double of another contract
    await testPlugin(picky, { requires: { customers: double(Weather, {}) } })
    // @ts-expect-error an operation that answers something else
    double(Customers, { get: () => 7 })
    // @ts-expect-error a setting of another type
    await testPlugin(picky, { requires: { customers }, config: { port: 'x' } })
    const kit = await testPlugin(picky, { requires: { customers } })
    // @ts-expect-error the plugin provides nothing
    await kit.clients.greeter
  }
  expect(neverRun).toBeTypeOf('function')
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
