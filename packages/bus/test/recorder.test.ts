import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Bus } from '@caruso/bus'
import { call, Cluster, consumer, sees } from './cluster.ts'
import { Echo, echo } from './contracts.ts'
import { serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const trace = 'a'.repeat(32)
const root = 'b'.repeat(16)

interface Told {
  readonly host: string
  readonly span: string
  readonly parent: string
  readonly component: string
  readonly caller: string
  readonly operation: string
  readonly ms: number
  readonly failure?: { readonly message: string }
}

describe.each(serverKinds)('a recorded trace over $name', (kind) => {
  describe.skipIf(kind.isMissing)('of two hosts', () => {
    let server: TestServer
    let cluster: Cluster
    let [near, far, asker]: Bus[] = []
    beforeEach(async () => {
      server = await kind.start()
      cluster = new Cluster(server)
      ;[near, far, asker] = [await cluster.bus(), await cluster.bus(), await cluster.bus()]
    })
    afterEach(async () => {
      await cluster.close()
      await server.stop()
    })

    test('tells of each call who was asked by whom, how long it took and how it failed', async () => {
      const [a, b, c] = [near!, far!, asker!]
      const inner = { ...Echo, name: 'inner' }
      serve(b, inner, echo(({ text }) => {
        if (text === 'bad') throw new Error('went wrong')
        return { text }
      }), 'inner')
      const client = a.client(inner, consumer)
      serve(a, Echo, echo(async (said, asked) => await client.say(said, asked)), 'outer')
      await sees(c, 2)
      await sees(a, 1)
      const told: Told[] = []
      const end = c.survey(`${c.assembly}.record`, { trace, ms: 2_000 }, (text) => told.push(JSON.parse(text) as Told))
      await vi.waitFor(() => expect(told.map(({ host }) => host).toSorted()).toEqual([a.host, b.host].toSorted()))
      told.splice(0)
      const ask = async (text: string, traceparent: string): Promise<unknown> => await c.client(Echo, consumer).say({ text }, c.call({ ...consumer, identity: 'ada', permissions: [], timeout: 5_000, trace: traceparent })).catch((error: unknown) => error)
      await ask('good', `00-${trace}-${root}-01`)
      await ask('good', `00-${'c'.repeat(32)}-${root}-01`)
      expect(told.map(({ component, operation, caller, host }) => [component, operation, caller, host])).toEqual([['inner', 'inner.say', 'tester', b.host], ['outer', 'echo.say', 'tester', a.host]])
      expect(told[1]?.parent).toBe(root)
      expect(told[0]?.parent).toBe(told[1]?.span)
      expect(told[1]!.ms >= told[0]!.ms).toBe(true)
      told.splice(0)
      await ask('bad', `00-${trace}-${root}-01`)
      expect(told.map(({ failure }) => failure?.message)).toEqual([expect.stringContaining('went wrong'), expect.stringContaining('went wrong')])
      await vi.waitFor(() => expect([...a.served(), ...b.served()].map(({ provider }) => provider.spans)).toEqual([undefined, undefined]), { timeout: 5_000 })
      told.splice(0)
      await ask('good', `00-${trace}-${root}-01`)
      expect(told).toEqual([])
      end()
    })

    test('what is no request is counted as strange', async () => {
      const [a, c] = [near!, asker!]
      serve(a, Echo, echo((said) => said))
      await sees(c, 1)
      for (const question of [{ trace: 'short', ms: 500 }, { trace, ms: 1e9 }, 'nonsense']) c.survey(`${c.assembly}.record`, question, () => expect.fail('nobody answers'))()
      await vi.waitFor(() => expect(a.strangeMessages).toBe(3))
      await c.client(Echo, consumer).say({ text: '' }, call(c))
    })
  })
})
