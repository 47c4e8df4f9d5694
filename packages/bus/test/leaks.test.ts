import { narrow } from '@caruso/contract'
import { describe, expect, test, vi } from 'vitest'
import { Bus } from '@caruso/bus'
import { call, Cluster, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo, Numbers } from './contracts.ts'
import { serve } from './instance.ts'
import { serverKinds } from './servers.ts'

describe.each(serverKinds)('nothing is left behind over $name', (kind) => {
  test.skipIf(kind.isMissing)('after a busy life no timer, socket or subscription remains', async () => {
    const server = await kind.start()
    const cluster = new Cluster(server)
    const raw = await cluster.raw()
    const before = process.getActiveResourcesInfo()
    const [a, b] = [new Bus(cluster.assembly, 'a'), new Bus(cluster.assembly, 'b')]
    for (const bus of [a, b]) await bus.connect(server)
    serve(a, Echo, echo(async (said) => (said.text === 'hang' ? await new Promise(() => undefined) : said)))
    const numbers = serve(a, Numbers, { async *count() { for (let n = 0; ; n++) yield { n } } })
    b.on('*', () => undefined)
    await sees(b, 2)
    for (let i = 0; i < 50; i++) await b.client(Echo, consumer).say({ text: '' }, call(b, { timeout: 60_000 }))
    const left = [b.client(Echo, consumer).act({ text: 'hang' }, call(b, { timeout: 60_000 })), a.client(Echo, consumer).act({ text: 'hang' }, call(a, { timeout: 60_000 })), b.client({ ...Echo, version: '9.0.0' }, consumer).act({ text: '' }, call(b, { timeout: 60_000 }))].map(failureOf)
    const items = b.client(Numbers, consumer).count({ to: 1 }, call(b, { timeout: 60_000 }))[Symbol.asyncIterator]()
    await items.next()
    for (const { provider, info } of a.served()) {
      a.exchange([], [info.id])
      await a.retire(info.id)
      provider.close()
    }
    await b.close()
    await a.close()
    expect(new Set((await Promise.all(left)).map(({ code }) => code))).toEqual(new Set(['PROVIDER_LOST', 'CANCELLED']))
    await vi.waitFor(() => expect(numbers.provider.inFlight).toBe(0))
    expect(await resourcesLeft(before)).toEqual([])
    await expect(raw.request('$SRV.PING', '', { timeout: 300 })).rejects.toThrow(/no responders/)
    await cluster.close()
    await server.stop()
  })

  test.skipIf(kind.isMissing)('a long-lived signal gathers no listeners from the calls made with it', async () => {
    const server = await kind.start()
    const cluster = new Cluster(server)
    const [a, b] = [await cluster.bus(), await cluster.bus()]
    serve(a, Echo, echo((said) => said))
    serve(a, Numbers, { async *count({ to }) { for (let n = 0; n < to; n++) yield { n } } })
    await sees(b, 2)
    const abort = new AbortController()
    const warnings = vi.fn()
    process.on('warning', warnings)
    const [added, removed] = [vi.spyOn(AbortSignal.prototype, 'addEventListener'), vi.spyOn(AbortSignal.prototype, 'removeEventListener')]
    for (let i = 0; i < 20; i++) {
      const context = narrow(call(b), { signal: abort.signal })
      await b.client(Echo, consumer).say({ text: '' }, context)
      for await (const { n } of b.client(Numbers, consumer).count({ to: 300 }, context)) if (n === 299) break
    }
    expect(added.mock.calls.length).toBeGreaterThan(40)
    await vi.waitFor(() => expect(removed.mock.calls.length).toBe(added.mock.calls.length))
    vi.restoreAllMocks()
    expect(warnings).not.toHaveBeenCalled()
    process.off('warning', warnings)
    await cluster.close()
    await server.stop()
  })
})

/** What has come since and stays for 2000 turns of the event loop: a socket's other end closes a little later. */
async function resourcesLeft(before: readonly string[]): Promise<string[]> {
  for (let turn = 0; ; turn++) {
    const known = [...before]
    const left = process.getActiveResourcesInfo().filter((name) => {
      const at = known.indexOf(name)
      if (at >= 0) known.splice(at, 1)
      return at < 0 && name !== 'Immediate'
    })
    if (left.length === 0 || turn === 2_000) return left
    await new Promise(setImmediate)
  }
}
