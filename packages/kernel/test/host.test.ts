import { Bus } from '@caruso/bus'
import { codeOf, contract, Type, type Contract } from '@caruso/contract'
import { definePlugin, optional, type Instance, type LoadedPlugin, type Scope } from '@caruso/kernel'
import { Host } from '@caruso/kernel/host'
import { startNatsServer } from '@caruso/nats-server'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { consumer, keptLog, ManualClock, openHost, plugin, spec } from '../../../test/hosts.ts'

const Text = contract({ name: 'text', version: '1.0.0', operations: { read: { input: Type.Object({}), output: Type.String() }, slow: { input: Type.Object({}), output: Type.String() } } })

const named = (name: string): Contract => contract({ name, version: '1.0.0', operations: {} })

interface Latch {
  readonly opened: Promise<void>
  open(): void
}

function latch(): Latch {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}

/** A component that notes the steps of its life. */
function noted(name: string, steps: string[], more: { readonly requires?: Record<string, unknown>; readonly fails?: 'start' | 'activate'; readonly waits?: Promise<void> } = {}): LoadedPlugin {
  const definition = definePlugin({
    name,
    config: Type.Object({}),
    provides: { [name]: named(name) },
    async start({ scope }) {
      steps.push(`${name} starts`)
      scope.own(undefined, () => void steps.push(`${name} disposed`))
      await more.waits
      if (more.fails === 'start') throw new Error(`${name} cannot start`)
      scope.whenActive((active) => {
        active.own(undefined, () => void steps.push(`${name} ends`))
        if (more.fails === 'activate') throw new Error(`${name} cannot begin`)
        steps.push(`${name} begins`)
      })
      return { [name]: {} }
    },
  })
  return { ...definition, requires: more.requires ?? {} }
}

function text(answer: string, steps: string[] = [], slow: Promise<void> = Promise.resolve(), fails = false): LoadedPlugin {
  return definePlugin({
    name: 'text',
    config: Type.Object({}),
    provides: { text: Text },
    start({ scope }) {
      scope.own(undefined, () => void steps.push(`${answer} disposed`))
      scope.whenActive((active) => {
        active.own(undefined, () => void steps.push(`${answer} ends`))
        if (fails) throw new Error(`${answer} cannot begin`)
        steps.push(`${answer} begins`)
      })
      return { text: { read: () => answer, slow: async () => (await slow, answer) } }
    },
  })
}

async function started(host: Host, entry: LoadedPlugin, version = '1.0.0'): Promise<Instance> {
  const instance = await host.load(spec('text', entry, { version }))
  await instance.start()
  return instance
}

describe('startAll()', () => {
  test('starts each component after those it requires, and closes in reverse', async () => {
    const { host } = openHost()
    const steps: string[] = []
    const tree = await host.startAll([spec('c', noted('c', steps, { requires: { b: named('b') } })), spec('b', noted('b', steps, { requires: { a: named('a') } })), spec('a', noted('a', steps))])
    expect(steps).toEqual(['a starts', 'a begins', 'b starts', 'b begins', 'c starts', 'c begins'])
    expect(tree.parts.map(({ name }) => name)).toEqual(['c 1.0.0 (inline)', 'b 1.0.0 (inline)', 'a 1.0.0 (inline)'])
    expect(tree.parts[0]?.parts.map(({ name }) => name)).toEqual(['load', 'start', 'activate'])
    steps.length = 0
    expect(await host.close()).toEqual([])
    expect(steps).toEqual(['c ends', 'c disposed', 'b ends', 'b disposed', 'a ends', 'a disposed'])
  })

  test('starts what does not depend on each other at the same time', async () => {
    const { host } = openHost()
    const steps: string[] = []
    const both = latch()
    const starting = host.startAll([spec('a', noted('a', steps, { waits: both.opened })), spec('b', noted('b', steps, { waits: both.opened }))])
    await setImmediate()
    expect(steps).toEqual(['a starts', 'b starts'])
    both.open()
    await starting
  })

  test.each(['start', 'activate'] as const)('disposes the others in reverse order when one fails to %s', async (fails) => {
    const { host, bus } = openHost()
    const steps: string[] = []
    const specs = [spec('a', noted('a', steps)), spec('b', noted('b', steps, { requires: { a: named('a') } })), spec('c', noted('c', steps, { requires: { b: named('b') }, fails }))]
    await expect(host.startAll(specs)).rejects.toThrow('c cannot')
    expect(steps.filter((step) => step.endsWith('disposed'))).toEqual(['c disposed', 'b disposed', 'a disposed'])
    expect([host.status(), bus.registry.list()]).toEqual([[], []])
  })

  test('starts nothing where a requirement is missing or goes in a circle', async () => {
    const { host } = openHost()
    const steps: string[] = []
    await expect(host.startAll([spec('a', noted('a', steps)), spec('b', noted('b', steps, { requires: { x: named('x') } }))])).rejects.toMatchObject({ code: 'DEPENDENCY_MISSING' })
    await expect(host.startAll([spec('a', noted('a', steps, { requires: { b: named('b') } })), spec('b', noted('b', steps, { requires: { a: named('a') } }))])).rejects.toMatchObject({ code: 'DEPENDENCY_CYCLE' })
    expect(steps).toEqual([])
  })

  test('an optional provider that is there comes first', async () => {
    const { host } = openHost()
    const steps: string[] = []
    await host.startAll([spec('a', noted('a', steps, { requires: { b: optional(named('b')) } })), spec('b', noted('b', steps))])
    expect(steps[0]).toBe('b starts')
  })

  test('names the isolation that the host does not know, and what it knows', async () => {
    const { log } = keptLog()
    const host = new Host({ bus: new Bus('test', 'host'), log, isolations: { thread: async () => await Promise.reject(new Error('not asked for')) } })
    onTestFinished(async () => {
      await host.close()
      await host.bus.close()
    })
    await expect(host.load(spec('text', text('one'), { isolation: 'wasm' }))).rejects.toMatchObject({ code: 'ISOLATION_MISSING', message: 'Loaded component "text" isolated as "wasm": this host isolates as thread, inline' })
    await expect(host.load(spec('text', text('one'), { isolation: 'constructor' }))).rejects.toMatchObject({ code: 'ISOLATION_MISSING' })
  })

  test('names what start() did not return', async () => {
    const { host } = openHost()
    const empty = plugin('text', () => ({}), { provides: { text: Text } })
    await expect(host.startAll([spec('text', empty)])).rejects.toMatchObject({ code: 'START_FAILED', message: 'Started component "text": expected start() to return an implementation under "text", found undefined' })
  })
})

describe('switchTo()', () => {
  test('ends what ran in the previous instance before it begins in the next, and no call fails', async () => {
    const { host, bus, call } = openHost()
    const steps: string[] = []
    const [first, second] = [await started(host, text('one', steps)), await started(host, text('two', steps), '1.1.0')]
    const client = bus.client(Text, consumer)
    await host.switchTo(first)
    expect(await client.read({}, call())).toBe('one')
    const slow = client.slow({}, call())
    await host.switchTo(second, { previous: first })
    expect(await Promise.all([client.read({}, call()), slow])).toEqual(['two', 'one'])
    expect(await host.retire(first, 1_000)).toEqual([])
    expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'one disposed'])
    expect([first.state, second.state, host.active('text')?.spec.version]).toEqual(['gone', 'active', '1.1.0'])
  })

  test.each([
    ['the next one cannot begin', true, async () => await Promise.resolve()],
    ['the commit fails', false, async () => await Promise.reject(new Error('commit cannot be written'))],
  ])('lets the previous one go on when %s', async (_why, fails, commit) => {
    const { host, bus, call } = openHost()
    const steps: string[] = []
    const [first, second] = [await started(host, text('one', steps)), await started(host, text('two', steps, undefined, fails))]
    await host.switchTo(first)
    await expect(host.switchTo(second, { previous: first, commit })).rejects.toThrow(/cannot be/)
    expect(await bus.client(Text, consumer).read({}, call())).toBe('one')
    expect([first.state, second.state]).toEqual(['active', 'ready'])
    expect(steps.slice(-3)).toEqual(fails ? ['one ends', 'two ends', 'one begins'] : ['two begins', 'two ends', 'one begins'])
    await second.dispose()
  })

  test('commits right before callers are sent to the next one', async () => {
    const { host, bus, call } = openHost()
    const [first, second] = [await started(host, text('one')), await started(host, text('two'))]
    const client = bus.client(Text, consumer)
    await host.switchTo(first)
    await host.switchTo(second, { previous: first, commit: async () => expect(await client.read({}, call())).toBe('one') })
    expect(await client.read({}, call())).toBe('two')
    await host.retire(first, 0)
  })
})

describe('retire()', () => {
  test('waits for what was accepted, also from another host', async () => {
    const server = await startNatsServer()
    const { log } = keptLog()
    const host = new Host({ bus: new Bus('test', 'near'), log })
    const far = new Bus('test', 'far')
    onTestFinished(async () => {
      await host.close()
      await host.bus.close()
      await far.close()
      await server.close()
    })
    await host.bus.connect(server)
    await far.connect(server)
    const slow = latch()
    const arrived = latch()
    const instance = await started(host, plugin('text', () => ({ text: { read: () => '', slow: async () => (arrived.open(), await slow.opened, 'late') } }), { provides: { text: Text } }))
    await host.switchTo(instance)
    const answer = far.client(Text, consumer).slow({}, far.call({ ...consumer, identity: '', permissions: [], timeout: 20_000 }))
    await arrived.opened
    host.bus.exchange([], [instance.id])
    let retired = false
    const retiring = host.retire(instance, 20_000).finally(() => (retired = true))
    await setImmediate()
    expect(retired).toBe(false)
    slow.open()
    expect([await answer, await retiring]).toEqual(['late', []])
  })

  test('says what had not ended at the limit', async () => {
    const { host, bus, call } = openHost()
    const never = latch()
    const instance = await started(host, text('one', [], never.opened))
    await host.switchTo(instance)
    const answer = bus.client(Text, consumer).slow({}, call())
    bus.exchange([], [instance.id])
    expect(await host.retire(instance, 20)).toEqual(['1 calls had not ended after 20 ms'])
    never.open()
    await answer.catch(codeOf)
  })
})

test('close() says of whom something was left behind', async () => {
  const { host } = openHost()
  const stuck = plugin('stuck', ({ scope }: { scope: { own(resource: unknown, dispose: () => void): void; whenActive(begin: () => () => void): void } }) => {
    const fail = (what: string) => () => {
      throw new Error(`the ${what} is stuck`)
    }
    scope.own(undefined, fail('pool'))
    scope.whenActive(() => fail('poller'))
    return {}
  })
  await host.startAll([spec('stuck', stuck)])
  expect(await host.close()).toEqual(['stuck: disposing failed: the poller is stuck', 'stuck: disposing failed: the pool is stuck'])
})

test('a health check that hangs is asked once, and the instance is not well until it answers', async () => {
  const clock = new ManualClock()
  const { host, lines } = openHost(clock)
  const hangs = latch()
  let asked = 0
  await host.startAll([spec('slow', plugin('slow', ({ scope }: { scope: Scope }) => {
    scope.health(async () => {
      asked++
      await hangs.opened
      return { ok: true, detail: 'well' }
    })
    return {}
  }))])
  const instance = host.active('slow')
  const questions = [instance?.health(), instance?.health()]
  expect(clock.waits).toEqual([3_000])
  clock.advance(3_000)
  questions.push(instance?.health())
  for (const question of questions) expect(await question).toEqual({ ok: false, detail: 'not answering' })
  await expect.poll(() => lines, { timeout: 10_000 }).toContainEqual({ level: 'warn', fields: { component: 'slow', detail: 'not answering' }, message: 'Component is not well' })
  expect(asked).toBe(1)
  hangs.open()
  await expect.poll(() => host.status()[0]?.health, { timeout: 10_000 }).toEqual({ ok: true, detail: 'well' })
  expect(clock.waits).toEqual([])
})

test('what answers once is not served as a stream by another host, nor a stream as one answer', async () => {
  const server = await startNatsServer()
  onTestFinished(async () => await server.close())
  const [here, there] = [openHost(), openHost()]
  for (const { bus } of [here, there]) await bus.connect(server)
  const operation = { input: Type.Object({}) }
  const Provided = contract({ name: 'kinds', version: '1.0.0', operations: { once: { ...operation, output: Type.Integer() }, many: { ...operation, stream: Type.Integer() } } })
  const Swapped = contract({ name: 'kinds', version: '1.0.0', operations: { once: { ...operation, stream: Type.Integer() }, many: { ...operation, output: Type.Integer() } } })
  const kinds = plugin('kinds', () => ({ kinds: { once: () => 1, many: async function* many() { yield* [1, 2] } } }), { provides: { kinds: Provided } })
  await there.host.startAll([spec('kinds', kinds)])
  await expect.poll(() => here.bus.registry.lookup('kinds', '1.0.0')).toHaveLength(1)
  const swapped = here.bus.client(Swapped, consumer)
  await expect(swapped.many({}, here.call())).rejects.toMatchObject({ code: 'UNKNOWN_OPERATION', message: expect.stringContaining('as a single answer') })
  await expect(collect(swapped.once({}, here.call()))).rejects.toMatchObject({ code: 'UNKNOWN_OPERATION', message: expect.stringContaining('as a stream') })
  expect(await collect(here.bus.client(Provided, consumer).many({}, here.call()))).toEqual([1, 2])
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}
