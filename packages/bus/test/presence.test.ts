import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Bus } from '@caruso/bus'
import { call, Cluster, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo } from './contracts.ts'
import { instanceOf, serve, toldAs } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const ids = (bus: Bus): string[] => bus.registry.list().map(({ info }) => info.id).toSorted()

describe.each(serverKinds)('presence over $name', (kind) => {
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

    test('instances that join and leave are known everywhere, also to those who come later', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const first = serve(a, Echo, echo((said) => said))
      await sees(b, 1)
      const late = await cluster.bus()
      await sees(late, 1)
      const second = instanceOf(a, Echo, echo((said) => said))
      const changes: string[][] = []
      const end = b.registry.watch(() => changes.push(ids(b)))
      a.exchange([second], [first.info.id])
      await vi.waitFor(() => expect([ids(b), ids(late)]).toEqual([[second.info.id], [second.info.id]]))
      end()
      // The first may be told again until it goes, but there is never none, and never both.
      expect(changes.filter((seen) => seen.join() !== first.info.id)).toEqual([[second.info.id]])
      await a.close()
      await vi.waitFor(() => expect([ids(b), ids(late)]).toEqual([[], []]))
    })

    test('a share and a pause are told, and taken back', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const served = serve(a, Echo, echo((said) => said))
      const known = async (share: number | undefined, paused: true | undefined): Promise<void> => await vi.waitFor(() => expect(b.registry.list().map(({ info }) => [info.share, info.paused])).toEqual([[share, paused]]))
      for (const change of [{ share: 0.05 }, { paused: true as const }, {}]) {
        a.exchange([toldAs(served, change)], [])
        await known('share' in change ? change.share : undefined, 'paused' in change ? change.paused : undefined)
      }
    })

    test('a killed host is gone within its lease: idempotent calls go on elsewhere, others are lost', async () => {
      const bus = await cluster.bus()
      const child = await cluster.process()
      await sees(bus, 1)
      const client = bus.client(Echo, consumer)
      expect((await client.say({ text: '' }, call(bus))).text).toBe(String(child.pid))
      const idempotent = client.say({ text: 'hang' }, call(bus))
      const other = failureOf(client.act({ text: 'hang' }, call(bus)))
      await client.say({ text: '' }, call(bus))
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
      serve(bus, Echo, echo(() => ({ text: 'elsewhere' })))
      expect((await idempotent).text).toBe('elsewhere')
      expect(await other).toMatchObject({ code: 'PROVIDER_LOST' })
      await sees(bus, 0)
    })

    test('a host that ends by itself is gone at once', async () => {
      const bus = await cluster.bus()
      const child = await cluster.process()
      await sees(bus, 1)
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      await sees(bus, 0)
      expect(await exited).toEqual([0, null])
    })

    test('a gap in what a host tells is asked about and filled', async () => {
      const [bus, raw] = [await cluster.bus(), await cluster.raw()]
      const { info } = instanceOf(bus, Echo, echo((said) => said))
      const [one, two] = [{ ...info, id: 'one', host: 'other' }, { ...info, id: 'two', host: 'other' }]
      const tell = (message: object): void => raw.publish(`${cluster.assembly}.presence`, JSON.stringify({ host: 'other', session: 1, ...message }))
      const asked = vi.fn()
      raw.subscribe(`${cluster.assembly}.ask.other`, {
        callback: () => {
          asked()
          tell({ seq: 3, all: ['two'], enter: [two] })
        },
      })
      await raw.flush()
      tell({ seq: 1, all: ['one'], enter: [one] })
      await sees(bus, 1)
      expect(asked).not.toHaveBeenCalled()
      tell({ seq: 3, leave: [] })
      await vi.waitFor(() => expect(ids(bus)).toEqual(['two']))
      expect(asked).toHaveBeenCalledOnce()
    })

    test('a host that says nothing any more is given up', async () => {
      const [bus, raw] = [await cluster.bus(), await cluster.raw()]
      const { info } = instanceOf(bus, Echo, echo((said) => said))
      raw.subscribe(`${cluster.assembly}.call.mute.>`, { callback: () => undefined })
      raw.publish(`${cluster.assembly}.presence`, JSON.stringify({ host: 'mute', session: 1, seq: 0, all: ['x'], enter: [{ ...info, id: 'x', host: 'mute' }] }))
      await sees(bus, 1)
      expect(await failureOf(bus.client(Echo, consumer).act({ text: '' }, call(bus)))).toMatchObject({ code: 'PROVIDER_LOST' })
      expect(ids(bus)).toEqual([])
    })

    test('a host whose connection broke and came back has lost what it worked on', async () => {
      const [bus, raw] = [await cluster.bus(), await cluster.raw()]
      const { info } = instanceOf(bus, Echo, echo((said) => said))
      const taken = vi.fn()
      raw.subscribe(`${cluster.assembly}.call.weak.>`, { callback: () => taken() })
      const tell = (session: number): void => raw.publish(`${cluster.assembly}.presence`, JSON.stringify({ host: 'weak', session, seq: 0, all: ['x'], enter: [{ ...info, id: 'x', host: 'weak' }] }))
      tell(1)
      await sees(bus, 1)
      const failure = failureOf(bus.client(Echo, consumer).act({ text: '' }, call(bus)))
      await vi.waitFor(() => expect(taken).toHaveBeenCalledOnce())
      raw.subscribe(`${cluster.assembly}.control.weak`, {
        callback: (_error, message) => {
          expect(message.json()).toEqual([[8, 1]])
          raw.publish(`${cluster.assembly}.reply.${bus.host}.answer`, JSON.stringify([[3, 1, { code: 'PROVIDER_LOST', message: 'not known here' }]]))
        },
      })
      tell(2)
      expect(await failure).toMatchObject({ code: 'PROVIDER_LOST' })
      expect(ids(bus)).toEqual(['x'])
    })

    test('a host may only speak for itself', async () => {
      const [a, b, raw] = [await cluster.bus(), await cluster.bus(), await cluster.raw()]
      const mine = serve(a, Echo, echo((said) => said))
      await sees(b, 1)
      raw.publish(`${cluster.assembly}.presence`, JSON.stringify({ host: 'thief', session: 1, seq: 0, all: [], leave: [mine.info.id], enter: [{ ...mine.info, id: 'y' }] }))
      await raw.flush()
      expect((await b.client(Echo, consumer).say({ text: 'still' }, call(b))).text).toBe('still')
      expect(ids(b)).toEqual([mine.info.id])
    })

    test('more instances than fit into one message are told in several', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const padded = { ...Echo, operations: { ...Echo.operations, say: { ...Echo.operations.say, description: 'x'.repeat(300_000) } } }
      const many = Array.from({ length: 12 }, () => instanceOf(a, padded, echo((said) => said)))
      a.exchange(many, [])
      await sees(b, 12)
      const late = await cluster.bus()
      await sees(late, 12)
      a.exchange([], many.map(({ info }) => info.id))
      await sees(b, 0)
      const huge = { ...Echo, operations: { ...Echo.operations, say: { ...Echo.operations.say, description: 'x'.repeat(2_000_000) } } }
      expect(() => a.exchange([instanceOf(a, huge, echo((said) => said))], [])).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
    })
  })
})
