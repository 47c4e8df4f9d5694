import { narrow } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Bus, Served } from '@caruso/bus'
import { call, Cluster, collect, consumer, failureOf, sees } from './cluster.ts'
import { Numbers } from './contracts.ts'
import { serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const window = 64

describe.each(serverKinds)('streams over $name', (kind) => {
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

    async function provide(count: (input: { readonly to: number }, context: { readonly signal: AbortSignal }) => AsyncIterable<{ readonly n: number }>): Promise<Served> {
      const served = serve(there, Numbers, { count })
      if (place === 'far') await sees(here, 1)
      return served
    }
    const read = (to: number, context = call(here)): AsyncIterable<{ readonly n: number }> => here.client(Numbers, consumer).count({ to }, context)

    test('items arrive in order, however many', async () => {
      await provide(async function* ({ to }) {
        for (let n = 0; n < to; n++) yield { n }
      })
      for (const to of [0, 1, window, 1_000]) expect((await collect(read(to))).map(({ n }) => n)).toEqual(Array.from({ length: to }, (_, n) => n))
    })

    test('a provider is never more than a window ahead of its reader', async () => {
      let made = 0
      await provide(async function* ({ to }) {
        for (; made < to; made++) yield { n: made }
      })
      let readSoFar = 0
      for await (const { n } of read(500)) {
        readSoFar = n + 1
        await new Promise(setImmediate)
        expect(made - readSoFar).toBeLessThanOrEqual(window + 1)
      }
      expect(readSoFar).toBe(500)
    })

    test('a reader that stops cancels its provider', async () => {
      const ended = vi.fn()
      const served = await provide(async function* () {
        try {
          for (let n = 0; ; n++) yield { n }
        } finally {
          ended()
        }
      })
      for await (const { n } of read(1)) if (n === 100) break
      await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
      expect(ended).toHaveBeenCalledOnce()
      expect(served.provider.operations()[0]).toMatchObject({ calls: 1, errors: 0 })
    })

    test('a reader that cancels while it waits ends the stream', async () => {
      let aborted = false
      const served = await provide(async function* (_input, { signal }) {
        try {
          yield { n: 0 }
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        } finally {
          aborted = signal.aborted
        }
      })
      const abort = new AbortController()
      const failure = failureOf((async () => {
        for await (const { n } of read(1, narrow(call(here), { signal: abort.signal }))) if (n === 0) abort.abort()
      })())
      expect(await failure).toMatchObject({ code: 'CANCELLED' })
      await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
      expect(aborted).toBe(true)
    })

    test('an error in the middle comes after the items before it', async () => {
      const served = await provide(async function* () {
        yield { n: 0 }
        throw Object.assign(new Error('ink ran out', { cause: new Error('no budget') }), { code: 'INK' })
      })
      const items: number[] = []
      const failure = await failureOf((async () => {
        for await (const { n } of read(1)) items.push(n)
      })())
      expect([items, failure]).toMatchObject([[0], { code: 'HANDLER_FAILED', cause: { message: 'ink ran out', cause: { message: 'no budget' } } }])
      await vi.waitFor(() => expect(served.provider.operations()[0]).toMatchObject({ calls: 1, errors: 1 }))
    })

    test('the deadline ends a stream that hangs, and frees its provider', async () => {
      const served = await provide(async function* (_input, { signal }) {
        yield { n: 0 }
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      })
      expect(await failureOf(collect(read(1, call(here, { timeout: 100 }))))).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
      await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
    })

    test('the deadline ends a stream whose maker never looks up', async () => {
      await provide(async function* () {
        await new Promise(() => undefined)
        yield { n: 0 }
      })
      expect(await failureOf(collect(read(1, call(here, { timeout: 100 }))))).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    })

    test('the deadline frees a provider whose reader has fallen asleep', async () => {
      const served = await provide(async function* () {
        for (let n = 0; ; n++) yield { n }
      })
      const items = read(1, call(here, { timeout: 100 }))[Symbol.asyncIterator]()
      await items.next()
      if (place === 'far') await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
      const failure = failureOf((async () => {
        while ((await items.next()).done !== true);
      })())
      await new Promise((resolve) => setTimeout(resolve, 120))
      expect(await failure).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
      await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
    })

    test('items are checked', async () => {
      await provide(async function* () {
        yield { n: 0 }
        yield { n: JSON.parse('"one"') as number }
      })
      expect(await failureOf(collect(read(1)))).toMatchObject({ code: 'INVALID_OUTPUT' })
    })

    test('a stream goes on while its instance drains, and ends with MOVED when it has left', async () => {
      const served = await provide(async function* () {
        for (let n = 0; ; n++) yield { n }
      })
      const items = read(1)[Symbol.asyncIterator]()
      await items.next()
      there.exchange([], [served.info.id])
      await there.retire(served.info.id)
      for (let n = 1; n < 5 * window; n++) expect(await items.next()).toEqual({ done: false, value: { n } })
      served.provider.close()
      const failure = await failureOf((async () => {
        while ((await items.next()).done !== true);
      })())
      expect(failure).toMatchObject({ code: 'MOVED' })
      await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
    })

    test('a stream that waits for its maker ends with MOVED when its instance has left', async () => {
      const served = await provide(async function* () {
        yield { n: 0 }
        await new Promise(() => undefined)
      })
      const items = read(1)[Symbol.asyncIterator]()
      await items.next()
      const failure = failureOf(items.next())
      served.provider.close()
      expect(await failure).toMatchObject({ code: 'MOVED' })
    })

    test('a stream is refused before it begins like a call', async () => {
      await provide(async function* () {
        yield { n: 0 }
      })
      expect(await failureOf(collect(here.client(Numbers, consumer).count({ to: JSON.parse('"x"') as number }, call(here))))).toMatchObject({ code: 'INVALID_INPUT' })
      expect(await failureOf(collect(here.client({ ...Numbers, version: '2.0.0' }, consumer).count({ to: 1 }, call(here, { timeout: 30 }))))).toMatchObject({ code: 'NO_PROVIDER' })
    })
  })

  test.skipIf(kind.isMissing)('a reader that closes its bus frees the provider', async () => {
    const server = await kind.start()
    const cluster = new Cluster(server)
    const [a, b] = [await cluster.bus(), await cluster.bus()]
    const served = serve(a, Numbers, {
      async *count() {
        for (let n = 0; ; n++) yield { n }
      },
    })
    await sees(b, 1)
    const items = b.client(Numbers, consumer).count({ to: 1 }, call(b))[Symbol.asyncIterator]()
    await items.next()
    await b.close()
    await vi.waitFor(() => expect(served.provider.inFlight).toBe(0))
    await cluster.close()
    await server.stop()
  })
})
