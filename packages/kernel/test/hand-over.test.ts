import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { contract, Type, type Call, type Client } from '@caruso/contract'
import { definePlugin, type Instance, type LoadedPlugin, type State } from '@caruso/kernel'
import { HandOver, type Host } from '@caruso/kernel/host'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { consumer, openHost, plugin, spec } from '../../../test/hosts.ts'

const Counter = contract({
  name: 'counter',
  version: '1.0.0',
  operations: {
    add: { input: Type.Object({ key: Type.String() }), output: Type.Object({ by: Type.String(), count: Type.Integer() }) },
    slow: { input: Type.Object({}), output: Type.String() },
    nested: { input: Type.Object({}), output: Type.String() },
  },
})

interface Entry {
  readonly count: number
}

interface Behaviour {
  /** What `slow` waits for. */
  readonly slow?: Promise<unknown>
  /** What runs while the instance is active. */
  active?(): void | (() => void | Promise<void>) | Promise<void | (() => void | Promise<void>)>
  readonly state?: LoadedPlugin['state']
}

const first: LoadedPlugin['state'] = { version: 1, entry: Type.Object({ count: Type.Integer() }) }
const strict: LoadedPlugin['state'] = { version: 2, entry: Type.Object({ count: Type.Integer({ maximum: 1 }) }), convert: (entry) => entry }

/** Counts per key in its state. */
function counter(by: string, { slow = Promise.resolve(), active = () => undefined, state = first }: Behaviour = {}): LoadedPlugin {
  return plugin(
    'counter',
    ({ state: held, scope, self }: { state: State<Entry>; scope: Parameters<Parameters<typeof definePlugin>[0]['start']>[0]['scope']; self: { current: Client<typeof Counter> | undefined } }) => {
      scope.whenActive(active)
      const add = ({ key }: { key: string }): { by: string; count: number } => {
        held.set(key, { count: (held.get(key)?.count ?? 0) + 1 })
        return { by, count: held.get(key)?.count ?? 0 }
      }
      return {
        counter: {
          add,
          slow: async () => (await slow, by),
          nested: async (_input: unknown, call: Call) => (await slow, (await self.current?.add({ key: 'nested' }, call))?.by ?? 'nobody'),
        },
      }
    },
    { provides: { counter: Counter }, requires: { self: { kind: 'optional', contract: Counter } }, ...(state === undefined ? {} : { state }) },
  )
}

interface Scene {
  readonly host: Host
  readonly client: Client<typeof Counter>
  readonly errors: string[]
  call(): Call
  load(version: string, entry: LoadedPlugin): Promise<Instance>
  add(key: string): Promise<{ by: string; count: number }>
}

function scene(): Scene {
  const { host, bus, lines, call } = openHost()
  const client = bus.client(Counter, consumer)
  const load = async (version: string, entry: LoadedPlugin): Promise<Instance> => {
    const instance = await host.load(spec('counter', entry, { version }))
    await instance.start()
    return instance
  }
  return {
    host, client, call, load,
    add: async (key) => await client.add({ key }, call()),
    get errors() {
      return lines.filter(({ level }) => level === 'error').map(({ message }) => message)
    },
  }
}

/** Hands over as a swap does. */
async function handOver(host: Host, previous: Instance, next: Instance): Promise<void> {
  const over = HandOver.between(previous, next)
  await over?.copy()
  await host.switchTo(next, { previous, handOver: over })
}

/** Lets time pass in steps, so that what falls due on the way can go on. */
async function pass(milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 100) await vi.advanceTimersByTimeAsync(100)
}

afterEach(() => {
  vi.useRealTimers()
})

test('state is handed over while calls flow: none fails, and none is counted twice or not at all', async () => {
  const { host, load, add } = scene()
  let running = await load('1.0.0', counter('1.0.0'))
  await host.switchTo(running)
  let over = false
  let sent = 0
  const caller = async (): Promise<void> => {
    while (!over) {
      sent++
      await add('calls')
      await new Promise(setImmediate)
    }
  }
  const callers = Array.from({ length: 8 }, caller)
  for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
    const next = await load(version, counter(version))
    await handOver(host, running, next)
    expect(await host.retire(running, 1_000)).toEqual([])
    expect((await add('others')).by).toBe(version)
    running = next
  }
  over = true
  await Promise.all(callers)
  expect(await add('calls')).toEqual({ by: '1.3.0', count: sent + 1 })
  expect(await add('others')).toEqual({ by: '1.3.0', count: 4 })
})

test('what was accepted is finished before the rest is handed over; new calls wait, and are answered by the next one', async () => {
  const { host, client, call, load, add } = scene()
  const { promise: slow, resolve } = Promise.withResolvers<void>()
  const [old, young] = [await load('1.0.0', counter('old', { slow })), await load('1.1.0', counter('young'))]
  await host.switchTo(old)
  const accepted = client.slow({}, call())
  const switching = handOver(host, old, young)
  await expect.poll(() => old.provider.plain).toBe(false)
  const waiting = add('x')
  resolve()
  await switching
  expect([await accepted, await waiting]).toEqual(['old', { by: 'young', count: 1 }])
  await host.retire(old, 1_000)
})

test('a call that descends from an accepted one is let in during the pause', async () => {
  const { host, client, call, load } = scene()
  const { promise: slow, resolve } = Promise.withResolvers<void>()
  const [old, young] = [await load('1.0.0', counter('old', { slow })), await load('1.1.0', counter('young'))]
  await host.switchTo(old)
  const accepted = client.nested({}, call())
  const switching = handOver(host, old, young)
  await expect.poll(() => old.provider.plain).toBe(false)
  resolve()
  await switching
  expect(await accepted).toBe('old')
  expect(young.held !== undefined && (await client.add({ key: 'nested' }, call()))).toEqual({ by: 'young', count: 2 })
  await host.retire(old, 1_000)
})

describe('the old instance goes on with its state, begun once, when', () => {
  const poll = (name: string, running: string[]) => (): (() => void) => {
    running.push(name)
    return () => void running.splice(running.indexOf(name), 1)
  }

  test('a call that it accepted does not end within the pause', async () => {
    const { host, client, call, load, add } = scene()
    const running: string[] = []
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const [old, young] = [await load('1.0.0', counter('old', { slow, active: poll('old', running) })), await load('1.1.0', counter('young', { active: poll('young', running) }))]
    await host.switchTo(old)
    await add('x')
    const accepted = client.slow({}, call())
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const switching = expect(handOver(host, old, young)).rejects.toMatchObject({ code: 'STATE_INVALID', message: expect.stringContaining('1 calls had not ended after 1500 ms') })
    await pass(1_600)
    vi.useRealTimers()
    await switching
    expect(await add('x')).toEqual({ by: 'old', count: 2 })
    expect(running).toEqual(['old'])
    resolve()
    expect(await accepted).toBe('old')
    await young.dispose()
  })

  test('an entry cannot be taken over', async () => {
    const { host, load, add } = scene()
    const running: string[] = []
    const [old, young] = [await load('1.0.0', counter('old', { active: poll('old', running) })), await load('1.1.0', counter('young', { state: strict, active: poll('young', running) }))]
    await host.switchTo(old)
    await add('x')
    const over = HandOver.between(old, young)
    await over?.copy()
    await add('x')
    await expect(host.switchTo(young, { previous: old, handOver: over })).rejects.toThrow(/Kept entry "x"/)
    expect(await add('x')).toEqual({ by: 'old', count: 3 })
    expect(running).toEqual(['old'])
    await young.dispose()
  })

  test('the copy fails before anything is paused', async () => {
    const { host, load, add } = scene()
    const [old, young] = [await load('1.0.0', counter('old')), await load('1.1.0', counter('young', { state: strict }))]
    await host.switchTo(old)
    await add('x')
    await add('x')
    await expect(HandOver.between(old, young)?.copy()).rejects.toMatchObject({ code: 'ENTRY_INVALID' })
    expect(await add('x')).toEqual({ by: 'old', count: 3 })
    await young.dispose()
  })

  test('the next one hangs while it begins: it is ended first, and what it begins later is not begun', async () => {
    const { host, load, add } = scene()
    const running: string[] = []
    const { promise: hanging, resolve } = Promise.withResolvers<void>()
    const old = await load('1.0.0', counter('old', { active: poll('old', running) }))
    const young = await load('1.1.0', counter('young', { active: async () => (running.push('young'), await hanging, () => void running.splice(running.indexOf('young'), 1)) }))
    await host.switchTo(old)
    await add('x')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const switching = expect(handOver(host, old, young)).rejects.toMatchObject({ code: 'START_FAILED', message: expect.stringContaining('the next instance had not taken over after 2000 ms') })
    await pass(2_100)
    vi.useRealTimers()
    await switching
    expect(await add('x')).toEqual({ by: 'old', count: 2 })
    resolve()
    await expect.poll(() => running).toEqual(['old'])
    expect(young.state).toBe('ready')
    await young.dispose()
  })

  test('what ran in it does not end: it serves again, and begins when that has ended', async () => {
    const { host, load, add, errors } = scene()
    const begun: string[] = []
    const { promise: hanging, resolve } = Promise.withResolvers<void>()
    const old = await load('1.0.0', counter('old', { active: () => (begun.push('old'), async () => await hanging) }))
    const young = await load('1.1.0', counter('young', { active: () => void begun.push('young') }))
    await host.switchTo(old)
    await add('x')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const switching = expect(handOver(host, old, young)).rejects.toMatchObject({ code: 'START_FAILED' })
    await pass(3_300)
    vi.useRealTimers()
    await switching
    expect(await add('x')).toEqual({ by: 'old', count: 2 })
    expect(begun).toEqual(['old'])
    resolve()
    await expect.poll(() => begun).toEqual(['old', 'old'])
    expect([old.state, errors.length]).toEqual(['active', 0])
    await young.dispose()
  })

  test('the commit fails', async () => {
    const { host, load, add } = scene()
    const running: string[] = []
    const [old, young] = [await load('1.0.0', counter('old', { active: poll('old', running) })), await load('1.1.0', counter('young', { active: poll('young', running) }))]
    await host.switchTo(old)
    await add('x')
    const over = HandOver.between(old, young)
    await over?.copy()
    const commit = (): Promise<void> => Promise.reject(new Error('the disk is full'))
    await expect(host.switchTo(young, { previous: old, handOver: over, commit })).rejects.toThrow('the disk is full')
    expect([await add('x'), running]).toEqual([{ by: 'old', count: 2 }, ['old']])
    await young.dispose()
  })
})

test('a poller is never active twice, however long its last run takes', async () => {
  const { host, load } = scene()
  let atOnce = 0
  let most = 0
  let runs = 0
  const polling = definePlugin({
    name: 'counter',
    config: Type.Object({}),
    start: ({ scope }) => {
      scope.whenActive((active) => {
        active.every(1, async () => {
          most = Math.max(most, ++atOnce)
          runs++
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
          atOnce--
        })
      })
      return {}
    },
  })
  let running = await load('1.0.0', polling)
  await host.switchTo(running)
  for (let version = 1; version <= 20; version++) {
    const seen = runs
    await expect.poll(() => runs, { interval: 1 }).toBeGreaterThan(seen)
    const next = await load(`1.${version}.0`, polling)
    await host.switchTo(next, { previous: running })
    expect(await host.retire(running, 1_000)).toEqual([])
    running = next
  }
  expect(most).toBe(1)
})

test('an instance that was given up while it began takes no port from the one that goes on', async () => {
  const { host, load } = scene()
  const { promise: hanging, resolve } = Promise.withResolvers<void>()
  const woke = Promise.withResolvers<unknown>()
  let port = 0
  const web = (answer: string, before: Promise<void>): LoadedPlugin =>
    definePlugin({
      name: 'counter',
      config: Type.Object({}),
      start: ({ scope }) => {
        const server: Server = createServer((_request, response) => response.setHeader('connection', 'close').end(answer))
        scope.whenActive(async () => {
          await before
          const listening = scope.listen(server, { port, host: '127.0.0.1' })
          listening.then((at) => (port = at), woke.resolve)
          await listening
        })
        return {}
      },
    })
  const ask = async (): Promise<string> => await (await fetch(`http://127.0.0.1:${port}`)).text()
  const fixed = createServer().listen(0, '127.0.0.1')
  await once(fixed, 'listening')
  const address = fixed.address()
  port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await new Promise((closed) => fixed.close(closed))
  const [old, young] = [await load('1.0.0', web('old', Promise.resolve())), await load('1.1.0', web('young', hanging))]
  await host.switchTo(old)
  expect(await ask()).toBe('old')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const switching = expect(host.switchTo(young, { previous: old })).rejects.toThrow('had not taken over after 10000 ms')
  await pass(10_100)
  vi.useRealTimers()
  await switching
  resolve()
  expect(await woke.promise).toMatchObject({ code: 'STATE_INVALID' })
  expect(await ask()).toBe('old')
  await young.dispose()
})

test('a state that nobody can take over is refused before anything is paused', async () => {
  const { host, load } = scene()
  const old = await load('1.0.0', counter('old', { state: strict }))
  await host.switchTo(old)
  const [none, earlier] = [await load('1.1.0', definePlugin({ name: 'counter', config: Type.Object({}), start: () => ({}) })), await load('1.2.0', counter('earlier'))]
  expect(() => HandOver.between(old, none)).toThrow(/holds none and would lose it/)
  expect(() => HandOver.between(old, earlier)).toThrow(/declares no revert to version 1/)
  expect(() => HandOver.between(earlier, old)).not.toThrow()
  await none.dispose()
  await earlier.dispose()
})
