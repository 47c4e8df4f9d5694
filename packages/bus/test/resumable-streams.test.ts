import fc from 'fast-check'
import { once } from 'node:events'
import { type Call, narrow } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Bus, BusError, CallContext, Provider, PublicOperations, type Served } from '@caruso/bus'
import { call, Cluster, collect, consumer, failureOf, sees } from './cluster.ts'
import { Numbers, Ticks, ticks } from './contracts.ts'
import { instanceOf, pause, resume, serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const upTo = (last: number): { readonly n: number }[] => Array.from({ length: last }, (_, i) => ({ n: i + 1 }))

/** A provider that passes streams on to another, as the host of an isolated process does. */
function forwarding(bus: Bus, to: Served): Served {
  const served = instanceOf(bus, Ticks, ticks())
  const follow = (input: never, context: Call): AsyncIterable<unknown> => to.provider.operation('ticks@1.0.0', 'follow')!.runStream(input, new CallContext(context.deadline, context.caller, undefined, undefined, context, context.cancellable))
  return { ...served, provider: new Provider(served.info.id, served.info.component, [{ contract: Ticks, implementation: { follow } }], false) }
}

/** Puts one instance in the place of another, as a host does that swaps. */
async function swap(next: { readonly bus: Bus; readonly served: Served }, previous: { readonly bus: Bus; readonly served: Served }): Promise<void> {
  next.bus.exchange([next.served], next.bus === previous.bus ? [previous.served.info.id] : [])
  if (next.bus !== previous.bus) previous.bus.exchange([], [previous.served.info.id])
  previous.served.provider.leave()
  await previous.bus.retire(previous.served.info.id)
}

describe.each(serverKinds)('resumable streams over $name', (kind) => {
  describe.skipIf(kind.isMissing).each(['near', 'far'] as const)('read from %s', (place) => {
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

    async function provide(served = instanceOf(there, Ticks, ticks())): Promise<Served> {
      there.exchange([served], [])
      if (place === 'far') await sees(here, there.served().length)
      return served
    }
    const read = (to: number, context = call(here)): AsyncIterable<{ readonly n: number }> => here.client(Ticks, consumer).follow({ to }, context)

    test('a reader does not notice that instances come and go, in any process', async () => {
      const elsewhere = await cluster.bus('third')
      let current = { bus: there, served: await provide() }
      const items: unknown[] = []
      for await (const item of read(5_000)) {
        items.push(item)
        if (item.n % 500 !== 0) continue
        const bus = [there, elsewhere, here][item.n % 3]!
        const next = { bus, served: instanceOf(bus, Ticks, ticks()) }
        await swap(next, current)
        expect(await current.served.provider.drained(1_000)).toBe(true)
        current = next
      }
      expect(items).toEqual(upTo(5_000))
    })

    test('a drain waits neither for a maker that hangs nor for a reader that sleeps', async () => {
      const makers = vi.fn()
      const served = await provide(instanceOf(there, Ticks, ticks(async (n, { signal }) => {
        if (n > 1) await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('left'))))
        makers()
      })))
      const sleeping = read(3)[Symbol.asyncIterator]()
      await sleeping.next()
      const waiting = collect(read(3))
      await vi.waitFor(() => expect([makers.mock.calls.length, served.provider.inFlight]).toEqual([2, 2]))
      await swap({ bus: there, served: instanceOf(there, Ticks, ticks()) }, { bus: there, served })
      expect(await served.provider.drained(1_000)).toBe(true)
      expect(await waiting).toEqual(upTo(3))
      expect(await sleeping.next()).toEqual({ done: false, value: { n: 2 } })
      await sleeping.return?.()
    })

    test('one that is opened while its instance drains goes on at once at its successor', async () => {
      const [first, second] = [await provide(), instanceOf(there, Ticks, ticks())]
      first.provider.leave()
      const reading = collect(read(3))
      await new Promise((resolve) => setTimeout(resolve, 30))
      there.exchange([second], [first.info.id])
      expect(await reading).toEqual(upTo(3))
      expect([first, second].map(({ provider }) => provider.operations()[0]?.calls)).toEqual([0, 1])
    })

    test('streams that cannot be resumed are left alone', async () => {
      const served = serve(there, Numbers, { async *count() { for (let n = 0; ; n++) yield { n } } })
      if (place === 'far') await sees(here, 1)
      const items = here.client(Numbers, consumer).count({ to: 0 }, call(here))[Symbol.asyncIterator]()
      await items.next()
      served.provider.leave()
      served.provider.pause()
      for (let n = 1; n < 200; n++) expect(await items.next()).toEqual({ done: false, value: { n } })
      served.provider.close()
      expect(await failureOf((async () => {
        while ((await items.next()).done !== true);
      })())).toMatchObject({ code: 'MOVED' })
    })

    test('a pause ends them, and they come back at the same instance or at another', async () => {
      const first = await provide()
      const items = read(300)[Symbol.asyncIterator]()
      const next = async (from: number, to: number): Promise<void> => {
        for (let n = from; n <= to; n++) expect(await items.next()).toEqual({ done: false, value: { n } })
      }
      await next(1, 10)
      pause(there, first)
      await first.provider.drained(1_000)
      expect(first.provider.inFlight).toBe(0)
      const waiting = next(11, 150)
      await new Promise((resolve) => setTimeout(resolve, 50))
      resume(there, first)
      await waiting
      pause(there, first)
      there.exchange([instanceOf(there, Ticks, ticks())], [first.info.id])
      await next(151, 300)
      expect((await items.next()).done).toBe(true)
    })

    test('a provider that passes streams on to another process passes their move on', async () => {
      const inner = instanceOf(there, Ticks, ticks())
      const served = await provide(forwarding(there, inner))
      const items = read(200)[Symbol.asyncIterator]()
      await items.next()
      inner.provider.close()
      for (let n = 2; n <= 100; n++) expect(await items.next()).toEqual({ done: false, value: { n } })
      await swap({ bus: there, served: forwarding(there, instanceOf(there, Ticks, ticks())) }, { bus: there, served })
      expect(await served.provider.drained(1_000)).toBe(true)
      for (let n = 101; n <= 200; n++) expect(await items.next()).toEqual({ done: false, value: { n } })
      expect((await items.next()).done).toBe(true)
    })

    test('a provider is never more than a window ahead of its reader, before a move and after it', async () => {
      let made = 0
      const counting = (): Served => instanceOf(there, Ticks, ticks((n) => {
        made = n
      }))
      let served = await provide(counting())
      for await (const { n } of read(500)) {
        await new Promise(setImmediate)
        expect(made - n).toBeLessThanOrEqual(65)
        if (n !== 250) continue
        const next = counting()
        await swap({ bus: there, served: next }, { bus: there, served })
        served = next
      }
    })

    test('without a successor the deadline ends it, and it began with the first attempt', async () => {
      const served = await provide()
      const failure = failureOf((async () => {
        for await (const { n } of read(1_000, call(here, { timeout: 300 }))) if (n === 3) await swap({ bus: there, served: instanceOf(there, Ticks, ticks(async (at) => at > 5 ? await new Promise(() => undefined) : undefined)) }, { bus: there, served })
      })())
      const begun = performance.now()
      expect(await failure).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
      expect(performance.now() - begun).toBeLessThan(700)
      const again = there.served()[0]!
      const alone = failureOf((async () => {
        for await (const { n } of read(1_000, call(here, { timeout: 300 }))) {
          if (n !== 3) continue
          there.exchange([], [again.info.id])
          again.provider.leave()
        }
      })())
      expect(await alone).toMatchObject({ code: 'NO_PROVIDER' })
    })

    test('its reader can cancel while it waits for a successor, and after it', async () => {
      const served = await provide()
      const abort = new AbortController()
      const waiting = failureOf((async () => {
        for await (const { n } of read(1_000, narrow(call(here), { signal: abort.signal }))) {
          if (n !== 3) continue
          there.exchange([], [served.info.id])
          served.provider.leave()
          setTimeout(() => abort.abort(), 50)
        }
      })())
      expect(await waiting).toMatchObject({ code: 'CANCELLED' })
      await there.retire(served.info.id)
      const [first, second] = [await provide(), instanceOf(there, Ticks, ticks())]
      for await (const { n } of read(1_000)) {
        if (n === 3) await swap({ bus: there, served: second }, { bus: there, served: first })
        if (n === 300) break
      }
      await vi.waitFor(() => expect([first, second].map(({ provider }) => provider.inFlight)).toEqual([0, 0]))
      expect([first, second].map(({ provider }) => provider.operations()[0])).toMatchObject([{ calls: 1, errors: 0 }, { calls: 1, errors: 0 }])
    })

    test('without progress it is asked for again after a pause only', async () => {
      let opened = 0
      const moving = { ...ticks(), follow: () => ({ [Symbol.asyncIterator]: () => ({ next: async () => await Promise.reject(new BusError('MOVED', `moved ${++opened} times`)) }) }) }
      await provide(instanceOf(there, Ticks, moving))
      await provide(instanceOf(there, Ticks, moving))
      expect(['NOT_CONNECTED', 'DEADLINE_EXCEEDED']).toContain((await failureOf(collect(read(3, call(here, { timeout: 300 }))))).code)
      expect(opened).toBeGreaterThan(3)
      expect(opened).toBeLessThan(30)
    })

    test('other failures end it as they do any stream', async () => {
      await provide(instanceOf(there, Ticks, ticks((n) => {
        if (n === 3) throw new BusError('FORBIDDEN', 'not that one')
      })))
      const items: unknown[] = []
      expect(await failureOf((async () => {
        for await (const item of read(5)) items.push(item)
      })())).toMatchObject({ code: 'FORBIDDEN' })
      expect(items).toEqual(upTo(2))
    })

    test('whoever knows the contract from its announcement resumes too; an item that does not say where it stands is not begun from the start', async () => {
      let served = await provide()
      const offered = new PublicOperations(here, consumer).outlet({ contract: 'ticks', major: 1, operation: 'follow' })
      const items: unknown[] = []
      for await (const item of offered.stream('follow', { to: 100 }, call(here))) {
        items.push(item)
        if (items.length !== 50) continue
        const next = instanceOf(there, Ticks, ticks())
        await swap({ bus: there, served: next }, { bus: there, served })
        served = next
      }
      expect(items).toEqual(upTo(100))
      const odd = { ...Ticks, operations: { follow: { ...Ticks.operations.follow, resumable: { item: 'missing', input: 'after' } } } }
      const stream = here.client(odd, consumer).follow({ to: 100 }, call(here))[Symbol.asyncIterator]()
      await stream.next()
      served.provider.leave()
      expect(await failureOf((async () => {
        while ((await stream.next()).done !== true);
      })())).toMatchObject({ code: 'MOVED' })
    })

    test('however often it moves and whenever, its reader gets each item once and in order', async () => {
      const buses = place === 'near' ? [here] : [there, await cluster.bus('third')]
      const step = fc.record({ after: fc.integer({ min: 0, max: 90 }), bus: fc.nat(), turns: fc.integer({ min: 0, max: 3 }), how: fc.constantFrom('leave', 'close', 'pause') })
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 400 }), fc.array(step, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), async (count, steps, ahead) => {
          const make = (bus: Bus): { bus: Bus; served: Served } => ({ bus, served: instanceOf(bus, Ticks, ticks(async (n) => {
            if (n % ahead === 0) await new Promise(setImmediate)
          })) })
          let current = make(buses[0]!)
          current.bus.exchange([current.served], [])
          const items: unknown[] = []
          const reading = (async () => {
            for await (const item of read(count, call(here, { timeout: 20_000 }))) items.push(item)
          })()
          for (const { after, bus, turns, how } of steps) {
            const from = items.length
            while (items.length < Math.min(from + after, count)) await new Promise(setImmediate)
            for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
            const next = make(buses[bus % buses.length]!)
            if (how === 'pause') pause(current.bus, current.served)
            await swap(next, current)
            if (how === 'close') current.served.provider.close()
            current = next
          }
          await reading
          expect(items).toEqual(upTo(count))
          current.bus.exchange([], [current.served.info.id])
          await current.bus.retire(current.served.info.id)
        }),
        { numRuns: 40 },
      )
    })
  })

  test.skipIf(kind.isMissing)('a host that closes and one that is killed lose no item', async () => {
    const server = await kind.start()
    const cluster = new Cluster(server)
    const here = await cluster.bus()
    const closing = await cluster.bus('closing')
    serve(closing, Ticks, ticks())
    await sees(here, 1)
    const items: unknown[] = []
    let child: Awaited<ReturnType<Cluster['process']>> | undefined
    for await (const item of here.client(Ticks, consumer).follow({ to: 1_000 }, call(here, { timeout: 20_000 }))) {
      items.push(item)
      if (item.n === 200) {
        child = await cluster.process('ticks')
        await closing.close()
      }
      if (item.n === 600) {
        const exited = once(child!, 'exit')
        child!.kill('SIGKILL')
        await exited
        serve(here, Ticks, ticks())
      }
    }
    expect(items).toEqual(upTo(1_000))
    await cluster.close()
    await server.stop()
  })

  test.skipIf(kind.isMissing)('a restart of the server loses no item', async () => {
    let server = await kind.start()
    const cluster = new Cluster(server)
    const [here, there] = [await cluster.bus(), await cluster.bus()]
    serve(there, Ticks, ticks(async () => await new Promise(setImmediate)))
    await sees(here, 1)
    const items: unknown[] = []
    for await (const item of here.client(Ticks, consumer).follow({ to: 500 }, call(here, { timeout: 20_000 }))) {
      items.push(item)
      if (item.n !== 100) continue
      await server.stop()
      server = await kind.start({ port: server.port })
    }
    expect(items).toEqual(upTo(500))
    await cluster.close()
    await server.stop()
  })
})
