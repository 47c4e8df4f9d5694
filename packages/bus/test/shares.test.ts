import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Bus, PublicOperations } from '@caruso/bus'
import { contract } from '@caruso/contract'
import { call, Cluster, collect, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo, EchoNext, Numbers } from './contracts.ts'
import { instanceOf, serve, toldAs } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const says = (text: string): ReturnType<typeof echo> => echo(() => ({ text }))

describe.each(serverKinds)('an instance that is being tried over $name', (kind) => {
  describe.skipIf(kind.isMissing).each(['near', 'far'] as const)('that runs %s', (place) => {
    let server: TestServer
    let cluster: Cluster
    let here: Bus
    let there: Bus
    beforeEach(async () => {
      server = await kind.start()
      cluster = new Cluster(server)
      here = await cluster.bus()
      there = place === 'near' ? here : await cluster.bus()
    })
    afterEach(async () => {
      await cluster.close()
      await server.stop()
    })

    /** Puts an instance with a share beside the one of the caller's own process. */
    async function tried(share: number): Promise<void> {
      serve(here, Echo, says('old'))
      there.exchange([toldAs(instanceOf(there, EchoNext, says('new')), { share })], [])
      await vi.waitFor(() => expect(here.registry.list()).toHaveLength(2))
    }
    async function answers(calls: number): Promise<string[]> {
      const client = here.client(Echo, consumer)
      const texts: string[] = []
      for (let n = 0; n < calls; n++) texts.push((await client.say({ text: '' }, call(here))).text)
      return texts
    }

    test('gets its share before the instance in the process of its caller', async () => {
      await tried(0.05)
      const texts = await answers(100)
      expect(Math.abs(texts.filter((text) => text === 'new').length - 5)).toBeLessThanOrEqual(1)
      expect(texts.indexOf('new')).toBeLessThan(40)
    })

    test('gets nothing with a share of 0 and everything with 1', async () => {
      await tried(0)
      expect(new Set(await answers(30))).toEqual(new Set(['old']))
      there.exchange([toldAs(instanceOf(there, Echo, says('whole')), { share: 1 })], [])
      await vi.waitFor(() => expect(here.registry.list()).toHaveLength(3))
      expect(new Set(await answers(30))).toEqual(new Set(['whole']))
    })

    test('gets everything that nobody else of its component can answer, unless its share is 0', async () => {
      await tried(0.05)
      const client = here.client(EchoNext, consumer)
      for (let n = 0; n < 5; n++) expect((await client.say({ text: '' }, call(here))).text).toBe('new')
      const shadow = contract({ ...Echo, name: 'shadow' })
      there.exchange([toldAs(instanceOf(there, shadow, says('shadow'), 'other'), { share: 0 })], [])
      await vi.waitFor(() => expect(here.registry.list()).toHaveLength(3))
      expect(await failureOf(here.client(shadow, consumer).say({ text: '' }, call(here, { timeout: 50 })))).toMatchObject({ code: 'NO_PROVIDER' })
    })

    test('gets nothing of what goes to another component', async () => {
      serve(here, Echo, says('near'), 'first')
      serve(there, Echo, says('old'), 'second')
      there.exchange([toldAs(instanceOf(there, Echo, says('new'), 'second'), { share: 0.5 })], [])
      await vi.waitFor(() => expect(here.registry.list()).toHaveLength(3))
      const count = Object.groupBy(await answers(80), (text) => text)
      expect(count['near']?.length).toBe(place === 'near' ? 40 : 80)
      expect(Math.abs((count['new']?.length ?? 0) - (place === 'near' ? 20 : 0))).toBeLessThanOrEqual(1)
    })

    test('gets its share of streams too', async () => {
      const counting = (n: number): Parameters<typeof serve<typeof Numbers>>[2] => ({ async *count() { yield { n } } })
      serve(here, Numbers, counting(0))
      there.exchange([toldAs(instanceOf(there, Numbers, counting(1)), { share: 0.25 })], [])
      await vi.waitFor(() => expect(here.registry.list()).toHaveLength(2))
      const client = here.client(Numbers, consumer)
      const items: { readonly n: number }[] = []
      for (let turn = 0; turn < 40; turn++) items.push(...(await collect(client.count({ to: 1 }, call(here)))))
      expect(Math.abs(items.filter(({ n }) => n === 1).length - 10)).toBeLessThanOrEqual(1)
    })

    test('is asked by what is public only for what its component offers without it', async () => {
      const steady = { ...Echo, operations: { ...Echo.operations, say: { ...Echo.operations.say, public: true } } }
      const next = { ...steady, version: '1.1.0' }
      const only = { ...steady, name: 'other' }
      there.exchange([instanceOf(there, steady, says('old')), toldAs(instanceOf(there, next, says('new')), { share: 0.1 }), toldAs(instanceOf(there, only, says('only'), 'single'), { share: 0.1 })], [])
      await vi.waitFor(() => expect(here.registry.list()).toHaveLength(3))
      const offered = new PublicOperations(here, consumer)
      expect(offered.list().map(({ contract: { name, version } }) => `${name}@${version}`)).toEqual(['echo@1.0.0', 'other@1.0.0'])
      const texts: unknown[] = []
      for (let n = 0; n < 40; n++) {
        // Each change of the registry makes the outlets anew, which must not begin the count anew.
        here.registry.exchange([], [])
        texts.push(await offered.outlet({ contract: 'echo', major: 1, operation: 'say' }).call('say', { text: '' }, call(here)))
      }
      const tried = texts.filter((answer) => (answer as { text: string }).text === 'new').length
      expect(Math.abs(tried - 4)).toBeLessThanOrEqual(1)
    })
  })

  test.skipIf(kind.isMissing)('costs its callers nothing when it cannot be reached', async () => {
    const server = await kind.start()
    const cluster = new Cluster(server)
    const [here, there] = [await cluster.bus(), await cluster.bus()]
    serve(here, Echo, says('old'))
    there.exchange([toldAs(instanceOf(there, Echo, says('new')), { share: 1 })], [])
    await sees(here, 1)
    const client = here.client(Echo, consumer)
    expect((await client.say({ text: '' }, call(here))).text).toBe('new')
    await server.stop()
    for (let n = 0; n < 20; n++) expect((await client.say({ text: '' }, call(here, { timeout: 1_000 }))).text).toBe('old')
    await cluster.close()
  })
})

describe('the spreading of a share', () => {
  test('many outlets that begin together do not send their first call to the same instance', async () => {
    const cluster = new Cluster()
    const bus = await cluster.bus()
    bus.exchange([instanceOf(bus, Echo, says('old')), toldAs(instanceOf(bus, Echo, says('new')), { share: 0.05 })], [])
    const answers = await Promise.all(Array.from({ length: 200 }, async () => await bus.client(Echo, consumer).say({ text: '' }, call(bus))))
    expect(answers.filter(({ text }) => text === 'new').length).toBeGreaterThanOrEqual(8)
    expect(answers.filter(({ text }) => text === 'new').length).toBeLessThanOrEqual(12)
    await cluster.close()
  })

  test('reaches each of two operations that a caller asks by turns', async () => {
    const cluster = new Cluster()
    const bus = await cluster.bus()
    bus.exchange([instanceOf(bus, Echo, says('old')), toldAs(instanceOf(bus, Echo, says('new')), { share: 0.5 })], [])
    const client = bus.client(Echo, consumer)
    const tried = { say: 0, act: 0 }
    for (let n = 0; n < 100; n++) for (const name of ['say', 'act'] as const) if ((await client[name]({ text: '' }, call(bus))).text === 'new') tried[name]++
    expect(Math.min(tried.say, tried.act)).toBeGreaterThan(20)
    await cluster.close()
  })

  test('comes within two calls of the share for each outlet, however their calls and the registry\'s changes interleave', async () => {
    const outlet = fc.integer({ min: 0, max: 4 })
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), fc.array(fc.oneof({ weight: 9, arbitrary: outlet }, { weight: 1, arbitrary: fc.constant('change' as const) }), { maxLength: 150 }), async (share, steps) => {
        const cluster = new Cluster()
        const bus = await cluster.bus()
        bus.exchange([instanceOf(bus, Echo, says('old')), toldAs(instanceOf(bus, Echo, says('new')), { share })], [])
        const clients = Array.from({ length: 5 }, () => ({ client: bus.client(Echo, consumer), calls: 0, tried: 0 }))
        for (const step of steps) {
          if (step === 'change') bus.registry.exchange([], [])
          else {
            const one = clients[step]!
            one.calls++
            if ((await one.client.say({ text: '' }, call(bus))).text === 'new') one.tried++
            expect(Math.abs(one.tried - one.calls * share)).toBeLessThanOrEqual(2)
          }
        }
        await cluster.close()
      }),
    )
  })
})
