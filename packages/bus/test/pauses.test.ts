import { BusError, Provider } from '@caruso/bus'
import { narrow } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Bus } from '@caruso/bus'
import { call, Cluster, collect, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo, EchoMajor, Numbers } from './contracts.ts'
import { instanceOf, pause, resume, serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

describe.each(serverKinds)('a paused instance over $name', (kind) => {
  describe.skipIf(kind.isMissing).each(['near', 'far'] as const)('asked from %s', (place) => {
    let server: TestServer
    let cluster: Cluster
    let here: Bus
    let there: Bus
    beforeEach(async () => {
      server = await kind.start()
      cluster = new Cluster(server)
      there = await cluster.bus()
      here = place === 'near' ? there : await cluster.bus()
    })
    afterEach(async () => {
      await cluster.close()
      await server.stop()
    })
    const known = async (instances: number): Promise<void> => {
      if (place === 'far') await sees(here, instances)
    }
    const pausedIsKnown = async (id: string): Promise<void> => await vi.waitFor(() => expect(here.registry.get(id)?.info.paused).toBe(true))

    test('lets calls wait at their callers until it is resumed', async () => {
      const run = vi.fn()
      const served = serve(there, Echo, echo((said) => {
        run()
        return said
      }))
      await known(1)
      pause(there, served)
      const early = here.client(Echo, consumer).act({ text: 'early' }, call(here))
      await pausedIsKnown(served.info.id)
      const late = here.client(Echo, consumer).act({ text: 'late' }, call(here))
      expect(await failureOf(here.client(Echo, consumer).act({ text: '' }, call(here, { timeout: 60 })))).toMatchObject({ code: 'NO_PROVIDER', message: expect.stringContaining('paused') })
      expect([run.mock.calls.length, here.outlet(Echo, consumer).available]).toEqual([0, true])
      resume(there, served)
      expect([await early, await late]).toEqual([{ text: 'early' }, { text: 'late' }])
      expect(served.provider.operations().map(({ calls, errors }) => [calls, errors])).toEqual([[0, 0], [2, 0], [0, 0], [0, 0], [0, 0]])
    })

    test('lets them go on at its successor, or at another instance that has nothing to do with it', async () => {
      const served = serve(there, Echo, echo(() => ({ text: 'old' })))
      await known(1)
      pause(there, served)
      await pausedIsKnown(served.info.id)
      const waiting = here.client(Echo, consumer).act({ text: '' }, call(here))
      there.exchange([instanceOf(there, Echo, echo(() => ({ text: 'next' })))], [served.info.id])
      expect(await waiting).toEqual({ text: 'next' })
      there.exchange([served], [])
      await known(2)
      pause(there, served)
      for (let turn = 0; turn < 6; turn++) expect(await here.client(Echo, consumer).act({ text: '' }, call(here))).toEqual({ text: 'next' })
    })

    test('is asked again and not forgotten where nobody has heard of the pause yet', async () => {
      const served = serve(there, Echo, echo((said) => said))
      await known(1)
      // A near caller knows what the registry knows, so only what does not go the direct way can come too early.
      const other = serve(there, Echo, echo((said) => said))
      await known(2)
      const refused = vi.spyOn(served.provider, 'refusal')
      served.provider.pause()
      other.provider.pause()
      const waiting = Array.from({ length: 5 }, async () => await here.client(Echo, consumer).act({ text: '' }, call(here)))
      await vi.waitFor(() => expect(refused.mock.calls.length).toBeGreaterThan(10))
      await new Promise((resolve) => setTimeout(resolve, 100))
      expect(refused.mock.calls.length).toBeLessThan(60)
      served.provider.resume()
      expect(await Promise.all(waiting)).toHaveLength(5)
      expect(here.registry.list()).toHaveLength(2)
    })

    test('takes what descends from a call that it works on, and nothing else', async () => {
      const far = await cluster.bus('third')
      const seen: (readonly string[])[] = []
      const release = Promise.withResolvers<void>()
      const ledger = instanceOf(there, Echo, { ...echo(async (said, context) => {
        seen.push(context.through)
        await release.promise
        return await there.client(EchoMajor, consumer).say(said, narrow(context, { timeout: 4_000 }))
      }), anything: (input) => input }, 'ledger', '1.0.0', true)
      there.exchange([ledger], [])
      serve(far, EchoMajor, echo(async (_said, context) => {
        seen.push(context.through)
        return { text: String(await far.client(Echo, { component: 'helper', grants: [] }).anything('descends', context)) }
      }), 'helper')
      await sees(far, 1)
      await known(2)
      await sees(there, 1)
      const accepted = here.client(Echo, consumer).act({ text: '' }, call(here))
      await vi.waitFor(() => expect(ledger.provider.inFlight).toBe(1))
      pause(there, ledger)
      await pausedIsKnown(ledger.info.id)
      await vi.waitFor(() => expect(far.registry.get(ledger.info.id)?.info.paused).toBe(true))
      const other = here.client(Echo, consumer).anything('another', call(here))
      expect(await ledger.provider.drained(50)).toBe(false)
      release.resolve()
      expect(await accepted).toEqual({ text: 'descends' })
      expect(seen).toEqual([['ledger'], ['ledger']])
      expect(await ledger.provider.drained(1_000)).toBe(true)
      resume(there, ledger)
      expect(await other).toBe('another')
    })

    test('finishes the streams that are being read, and lets others wait', async () => {
      const served = serve(there, Numbers, { async *count({ to }) { for (let n = 0; n < to; n++) yield { n } } })
      await known(1)
      const read = (): AsyncIterable<unknown> => here.client(Numbers, consumer).count({ to: 200 }, call(here))
      const begun = read()[Symbol.asyncIterator]()
      await begun.next()
      pause(there, served)
      await pausedIsKnown(served.info.id)
      const waiting = collect(read())
      for (let n = 1; n < 200; n++) expect(await begun.next()).toEqual({ done: false, value: { n } })
      expect((await begun.next()).done).toBe(true)
      expect(await served.provider.drained(1_000)).toBe(true)
      resume(there, served)
      expect(await waiting).toHaveLength(200)
    })

    test('is none of the errors of a handler: its caller would repeat what was done', async () => {
      serve(there, Echo, echo(() => {
        throw new BusError('PAUSED', 'of another call')
      }))
      await known(1)
      expect(await failureOf(here.client(Echo, consumer).act({ text: '' }, call(here)))).toMatchObject({ code: 'HANDLER_FAILED', cause: { code: 'PAUSED' } })
    })
  })
})

test('a caller that is told PAUSED in its own process waits without keeping it busy', async () => {
  const cluster = new Cluster()
  const bus = await cluster.bus()
  const made = [instanceOf(bus, Echo, echo((said) => said)), instanceOf(bus, Echo, echo((said) => said))]
  bus.exchange(made, [])
  const refused = made.map(({ provider }) => vi.spyOn(provider, 'refusal'))
  for (const { provider } of made) provider.pause()
  expect(await failureOf(bus.client(Echo, consumer).act({ text: '' }, call(bus, { timeout: 200 })))).toMatchObject({ code: 'NOT_CONNECTED' })
  expect(refused.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBeLessThan(20)
  await cluster.close()
})

test('who waits for a pause after another attempt is given up at the deadline', async () => {
  const cluster = new Cluster()
  const bus = await cluster.bus()
  const release = Promise.withResolvers<{ readonly text: string }>()
  const made = [0, 1].map(() => instanceOf(bus, Echo, echo(async (_said, { signal }) => (signal.aborted ? { text: '' } : await release.promise))))
  bus.exchange(made, [])
  const waiting = failureOf(bus.client(Echo, consumer).say({ text: '' }, call(bus, { timeout: 200 })))
  await vi.waitFor(() => expect(made.reduce((sum, { provider }) => sum + provider.inFlight, 0)).toBe(1))
  for (const served of made) pause(bus, served)
  for (const { provider } of made) provider.close()
  // That the first attempt comes to its end now must not end the watch over the deadline.
  await new Promise(setImmediate)
  release.resolve({ text: 'too late' })
  expect(await waiting).toMatchObject({ code: 'NO_PROVIDER' })
  await cluster.close()
})

test('a provider that passes calls on refuses them itself while it is paused', async () => {
  const cluster = new Cluster()
  const bus = await cluster.bus()
  const passed = vi.fn(async () => await Promise.resolve({ text: 'there' }))
  const { info } = instanceOf(bus, Echo, echo((said) => said))
  const provider = new Provider(info.id, info.component, [{ contract: Echo, implementation: { say: passed, act: passed, secret: passed, quick: passed, anything: passed } }], false)
  bus.exchange([{ info, provider }], [])
  pause(bus, { info, provider })
  const waiting = bus.client(Echo, consumer).act({ text: '' }, call(bus))
  await new Promise(setImmediate)
  expect(passed).not.toHaveBeenCalled()
  resume(bus, { info, provider })
  expect(await waiting).toEqual({ text: 'there' })
  await cluster.close()
})
