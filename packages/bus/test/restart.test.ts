import { describe, expect, test, vi } from 'vitest'
import { call, Cluster, collect, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo, EchoMajor, Numbers } from './contracts.ts'
import { instanceOf, serve } from './instance.ts'
import { serverKinds } from './servers.ts'

describe.each(serverKinds)('a restart of $name', (kind) => {
  test.skipIf(kind.isMissing)('interrupts only what is in flight elsewhere, and is survived by itself', async () => {
    let server = await kind.start()
    const cluster = new Cluster(server)
    const [a, b] = [await cluster.bus(), await cluster.bus()]
    const heard = vi.fn()
    b.on('echo.said', heard)
    let runs = 0
    const first = serve(a, Echo, echo(async (said) => (runs++ === 0 || said.text === 'hang' ? await new Promise(() => undefined) : said)))
    const numbers = serve(a, Numbers, { async *count() { yield { n: 0 }; await new Promise(() => undefined) } })
    serve(b, EchoMajor, echo((said) => said), 'near')
    await sees(b, 2)
    await sees(a, 1)
    const client = b.client(Echo, consumer)
    const idempotent = client.say({ text: 'again' }, call(b, { timeout: 20_000 }))
    const lost = failureOf(client.act({ text: 'hang' }, call(b, { timeout: 20_000 })))
    const stream = failureOf(collect(b.client(Numbers, consumer).count({ to: 1 }, call(b))))
    await vi.waitFor(() => expect([runs, numbers.provider.inFlight]).toEqual([2, 1]))
    await server.stop()
    expect(await lost).toMatchObject({ code: 'PROVIDER_LOST' })
    expect(await stream).toMatchObject({ code: 'PROVIDER_LOST' })
    expect((await b.client(EchoMajor, consumer).act({ text: 'local' }, call(b))).text).toBe('local')
    const waiting = client.act({ text: 'waits' }, call(b, { timeout: 20_000 }))
    expect(await failureOf(client.act({ text: '' }, call(b, { timeout: 50 })))).toMatchObject({ code: 'NOT_CONNECTED' })
    const second = instanceOf(a, EchoMajor, echo((said) => said), 'second')
    a.exchange([second], [])
    server = await kind.start({ port: server.port })
    expect((await idempotent).text).toBe('again')
    expect((await waiting).text).toBe('waits')
    await sees(b, 3)
    await sees(a, 1)
    a.exchange([], [first.info.id])
    await a.retire(first.info.id)
    await sees(b, 2)
    a.emit('provider', Echo, 'said', { text: 'back' }, call(a))
    await vi.waitFor(() => expect(heard).toHaveBeenCalledOnce())
    await cluster.close()
    await server.stop()
  })
})
