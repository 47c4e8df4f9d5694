import { BusError, Provider } from '@caruso/bus'
import { CarusoError, narrow } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { call, Cluster, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo } from './contracts.ts'
import { instanceOf, serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const hang = async (): Promise<never> => await new Promise(() => undefined)

describe.each(serverKinds)('calls without a provider, or without its answer, over $name', (kind) => {
  describe.skipIf(kind.isMissing)('when it runs', () => {
    let server: TestServer
    let cluster: Cluster
    beforeEach(async () => {
      server = await kind.start()
      cluster = new Cluster(server)
    })
    afterEach(async () => {
      await cluster.close()
      await server.stop()
    })

    test('without a provider a call fails at its deadline, and is served when one comes before', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const client = b.client(Echo, consumer)
      expect(await failureOf(client.say({ text: '' }, call(b, { timeout: 50 })))).toMatchObject({ code: 'NO_PROVIDER' })
      const abort = new AbortController()
      const cancelled = failureOf(client.say({ text: '' }, narrow(call(b), { signal: abort.signal })))
      abort.abort()
      expect(await cancelled).toMatchObject({ code: 'CANCELLED' })
      const early = client.act({ text: 'early' }, call(b))
      serve(a, Echo, echo((said) => said))
      expect((await early).text).toBe('early')
    })

    test('a caller does not notice that instances come and go', async () => {
      const [a, b, c] = [await cluster.bus(), await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo((said) => said))
      let current = serve(b, Echo, echo((said) => said))
      await sees(c, 2)
      const client = c.client(Echo, consumer)
      const calls: Promise<{ readonly text: string }>[] = []
      for (let swap = 0; swap < 20; swap++) {
        for (let i = 0; i < 10; i++) calls.push(client.act({ text: '' }, call(c)))
        const next = instanceOf(b, Echo, echo((said) => said))
        b.exchange([next], [current.info.id])
        await b.retire(current.info.id)
        current = next
      }
      expect((await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected')).toEqual([])
    })

    test('what fits into no message is refused, as input and as answer, and hurts no other call', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(({ text }) => ({ text: text === 'much' ? 'x'.repeat(2_000_000) : text })))
      await sees(b, 1)
      const client = b.client(Echo, consumer)
      const [input, answer, small] = await Promise.allSettled([client.say({ text: 'x'.repeat(2_000_000) }, call(b)), client.say({ text: 'much' }, call(b)), client.say({ text: 'small' }, call(b))])
      expect([input, answer, small]).toMatchObject([{ reason: { code: 'TOO_LARGE' } }, { reason: { code: 'TOO_LARGE' } }, { value: { text: 'small' } }])
      expect((await client.say({ text: 'ä'.repeat(400_000) }, call(b))).text).toHaveLength(400_000)
    })

    test('an answer or input that cannot be sent or read fails its own call only', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown
      const circular: { self?: unknown } = {}
      circular.self = circular
      serve(a, Echo, { ...echo((said) => said), anything: (input: unknown) => (input === 'deep' ? deep : input === 'circular' ? circular : input) })
      await sees(b, 1)
      const client = b.client(Echo, consumer)
      const proto = JSON.parse('{"__proto__":{"admin":true}}') as unknown
      const results = await Promise.allSettled(['deep', 'circular', deep, circular, proto, 'fine'].map(async (input) => await client.anything(input, call(b))))
      expect(results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as { code: string }).code))).toEqual(['INVALID_OUTPUT', 'HANDLER_FAILED', 'INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT', 'fine'])
    })

    test('an error of a handler about its own calls does not make its caller repeat', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      let runs = 0
      serve(a, Echo, echo(() => {
        runs++
        throw new CarusoError('NOT_DELIVERED', 'of another call')
      }))
      await sees(b, 1)
      for (const bus of [a, b]) expect(await failureOf(bus.client(Echo, consumer).act({ text: '' }, call(bus)))).toMatchObject({ code: 'HANDLER_FAILED', cause: { code: 'NOT_DELIVERED' } })
      expect(runs).toBe(2)
    })

    test('a call that a provider has not answered when it closes is lost or goes elsewhere', async () => {
      const [a, b, c] = [await cluster.bus(), await cluster.bus(), await cluster.bus()]
      const stuck = serve(a, Echo, echo(hang))
      await sees(c, 1)
      const near = failureOf(a.client(Echo, consumer).act({ text: '' }, call(a)))
      const far = failureOf(c.client(Echo, consumer).act({ text: '' }, call(c)))
      const idempotent = c.client(Echo, consumer).say({ text: 'again' }, call(c))
      await vi.waitFor(() => expect(stuck.provider.inFlight).toBe(3))
      serve(b, Echo, echo((said) => said))
      await sees(c, 2)
      a.exchange([], [stuck.info.id])
      await a.retire(stuck.info.id)
      stuck.provider.close()
      expect(await near).toMatchObject({ code: 'PROVIDER_LOST' })
      expect(await far).toMatchObject({ code: 'PROVIDER_LOST' })
      expect((await idempotent).text).toBe('again')
    })

    test('a call waits for a provider that cannot be reached, without keeping the process busy', async () => {
      const bus = await cluster.bus()
      let runs = 0
      const { info } = instanceOf(bus, Echo, echo((said) => said))
      const dead = async (): Promise<never> => {
        runs++
        throw new BusError('NOT_DELIVERED', 'its process is gone')
      }
      const provider = new Provider(info.id, info.component, [{ contract: Echo, implementation: { say: dead, act: dead, secret: dead, quick: dead, anything: dead } }], false)
      bus.exchange([{ info, provider }], [])
      expect(['NOT_CONNECTED', 'DEADLINE_EXCEEDED']).toContain((await failureOf(bus.client(Echo, consumer).act({ text: '' }, call(bus, { timeout: 200 })))).code)
      expect(runs).toBeLessThan(20)
    })

    test('what arrives or is asked after the end harms nobody', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      let answer: (() => void) | undefined
      serve(a, Echo, echo(async (said) => {
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        return said
      }))
      await sees(b, 1)
      const waiting = failureOf(b.client(Echo, consumer).act({ text: '' }, call(b)))
      await vi.waitFor(() => expect(answer).toBeTypeOf('function'))
      await a.close()
      expect(await waiting).toMatchObject({ code: 'PROVIDER_LOST' })
      answer?.()
      const pending = failureOf(b.client(Echo, consumer).act({ text: '' }, call(b)))
      await b.close()
      expect(await pending).toMatchObject({ code: 'CANCELLED' })
      expect(await failureOf(b.client(Echo, consumer).act({ text: '' }, call(b)))).toMatchObject({ code: 'CANCELLED' })
    })
  })
})
