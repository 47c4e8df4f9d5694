import { CarusoError, isCarusoError, narrow } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { call, Cluster, consumer, failureOf, sees } from './cluster.ts'
import { Echo, echo, EchoMajor, EchoNext } from './contracts.ts'
import { instanceOf, serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const hang = async (): Promise<never> => await new Promise(() => undefined)

describe.each(serverKinds)('calls over $name', (kind) => {
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

    test('a call reaches a provider in the same process and in another one', async () => {
      const [near, far] = [await cluster.bus(), await cluster.bus()]
      const seen: unknown[] = []
      serve(near, Echo, echo(({ text }, { caller }) => {
        seen.push(caller)
        return { text: `${text}!` }
      }))
      await sees(far, 1)
      for (const bus of [near, far]) expect(await bus.client(Echo, consumer).say({ text: 'hi' }, call(bus))).toEqual({ text: 'hi!' })
      const expected = { component: 'tester', identity: 'ada', permissions: [], grants: [] }
      expect(seen).toEqual([expected, expected])
    })

    test('versions and majors are served side by side, each to those it can serve', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(() => ({ text: '1.0' })), 'one')
      serve(a, EchoMajor, echo(() => ({ text: '2.0' })), 'two')
      await sees(b, 2)
      for (const bus of [a, b]) {
        expect((await bus.client(Echo, consumer).say({ text: '' }, call(bus))).text).toBe('1.0')
        expect((await bus.client(EchoMajor, consumer).say({ text: '' }, call(bus))).text).toBe('2.0')
        expect(await failureOf(bus.client(EchoNext, consumer).say({ text: '' }, call(bus, { timeout: 30 })))).toMatchObject({ code: 'NO_PROVIDER' })
      }
      serve(b, EchoNext, echo(() => ({ text: '1.1' })), 'next')
      await sees(a, 1)
      expect((await a.client(EchoNext, consumer).say({ text: '' }, call(a))).text).toBe('1.1')
    })

    test('an instance of the same process is preferred', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(() => ({ text: 'far' })))
      serve(b, Echo, echo(() => ({ text: 'near' })))
      await sees(b, 1)
      const client = b.client(Echo, consumer)
      for (let turn = 0; turn < 5; turn++) expect((await client.say({ text: '' }, call(b))).text).toBe('near')
    })

    test('several instances elsewhere take turns', async () => {
      const [a, b, c] = [await cluster.bus(), await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(() => ({ text: 'a' })))
      serve(b, Echo, echo(() => ({ text: 'b' })))
      await sees(c, 2)
      const client = c.client(Echo, consumer)
      const answers: string[] = []
      for (let turn = 0; turn < 6; turn++) answers.push((await client.say({ text: '' }, call(c))).text)
      expect(answers.filter((text) => text === 'a')).toHaveLength(3)
      expect(answers[0]).not.toBe(answers[1])
    })

    test('calls and answers of one tick share messages', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const raw = await cluster.raw()
      serve(a, Echo, echo((said) => said))
      await sees(b, 1)
      const calls = raw.subscribe(`${cluster.assembly}.call.>`)
      const replies = raw.subscribe(`${cluster.assembly}.reply.${b.host}.>`)
      await raw.flush()
      const client = b.client(Echo, consumer)
      const texts = Array.from({ length: 100 }, (_, i) => String(i))
      const answers = await Promise.all(texts.map(async (text) => await client.say({ text }, call(b))))
      expect(answers.map(({ text }) => text)).toEqual(texts)
      await raw.flush()
      expect([calls.getReceived(), replies.getReceived()]).toEqual([1, 1])
    })

    test('inputs and answers are checked, and permissions asked for', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(({ text }) => ({ text: text === 'bad' ? (JSON.parse('1') as string) : text })))
      await sees(b, 1)
      for (const bus of [a, b]) {
        const client = bus.client(Echo, consumer)
        expect(await failureOf(client.say({ text: JSON.parse('1') as string }, call(bus)))).toMatchObject({ code: 'INVALID_INPUT' })
        expect(await failureOf(client.say({ text: 'bad' }, call(bus)))).toMatchObject({ code: 'INVALID_OUTPUT' })
        expect(await failureOf(client.secret({ text: '' }, call(bus)))).toMatchObject({ code: 'FORBIDDEN' })
        expect((await client.secret({ text: 'x' }, call(bus, { permissions: ['secrets'] }))).text).toBe('x')
        expect((await bus.client(Echo, { component: 'tester', grants: ['secrets'] }).secret({ text: 'y' }, call(bus))).text).toBe('y')
      }
    })

    test('the answer of a provider that checks nothing is checked by its caller', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const loose = instanceOf(a, Echo, echo((said) => said))
      const raw = await cluster.raw()
      // A provider that lies: its instance is announced, and somebody else answers at its subject.
      raw.subscribe(`${cluster.assembly}.presence`, { callback: () => undefined })
      raw.subscribe(`${cluster.assembly}.call.liar.${loose.info.id}`, {
        callback: (_error, message) => {
          const [, [, id]] = message.json<[[number, number], [number, number]]>()
          raw.publish(`${message.reply?.split('.').slice(0, 3).join('.')}.answer`, JSON.stringify([[2, id, { text: 1 }]]))
        },
      })
      raw.publish(`${cluster.assembly}.presence`, JSON.stringify({ host: 'liar', seq: 0, session: 1, all: [loose.info.id], enter: [{ ...loose.info, host: 'liar' }] }))
      await sees(b, 1)
      expect(await failureOf(b.client(Echo, consumer).say({ text: '' }, call(b)))).toMatchObject({ code: 'INVALID_OUTPUT' })
    })

    test('an error crosses with its code, message, details and causes', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(() => {
        const root = Object.assign(new Error('disk full'), { code: 'ENOSPC' })
        throw Object.assign(new Error('not saved', { cause: new Error('writing failed', { cause: root }) }), { code: 'NOT_SAVED', details: { row: 7 } })
      }))
      await sees(b, 1)
      const failure = await failureOf(b.client(Echo, consumer).say({ text: '' }, call(b)))
      expect(isCarusoError(failure)).toBe(true)
      expect(failure).toMatchObject({ code: 'HANDLER_FAILED', cause: { code: 'NOT_SAVED', message: 'not saved', details: { row: 7 }, cause: { message: 'writing failed', cause: { code: 'ENOSPC' } } } })
    })

    test('an error whose details are no JSON crosses without them', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(() => {
        throw new CarusoError('ODD', 'odd details', { details: { big: 1n } })
      }))
      await sees(b, 1)
      expect(await failureOf(b.client(Echo, consumer).say({ text: '' }, call(b)))).toMatchObject({ code: 'ODD', message: 'odd details' })
    })

    test('a deadline shrinks on its way over two hops', async () => {
      const [a, b, c] = [await cluster.bus(), await cluster.bus(), await cluster.bus()]
      let left = 0
      serve(a, Echo, echo((said, { deadline }) => {
        left = deadline - Date.now()
        return said
      }), 'inner')
      await sees(b, 1)
      serve(b, EchoMajor, echo(async (said, context) => await b.client(Echo, consumer).say(said, context)), 'outer')
      await sees(c, 2)
      await c.client(EchoMajor, consumer).say({ text: '' }, call(c, { timeout: 700 }))
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(703)
    })

    test('a handler that hangs is given up at the deadline, near and far', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      serve(a, Echo, echo(hang))
      await sees(b, 1)
      for (const bus of [a, b]) {
        const client = bus.client(Echo, consumer)
        expect(await failureOf(client.say({ text: '' }, call(bus, { timeout: 50 })))).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
        expect(await failureOf(client.quick({ text: '' }, call(bus)))).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
        const inherited = call(bus, { timeout: 50 })
        expect(await failureOf(client.say({ text: '' }, narrow(inherited, { signal: new AbortController().signal })))).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
      }
    })

    test('a cancellation reaches the provider, over two hops', async () => {
      const [a, b, c] = [await cluster.bus(), await cluster.bus(), await cluster.bus()]
      const aborted = vi.fn()
      const begun = vi.fn()
      serve(a, Echo, echo(async (_said, { signal }) => {
        begun()
        signal.addEventListener('abort', () => aborted())
        return await hang()
      }), 'inner')
      await sees(b, 1)
      serve(b, EchoMajor, echo(async (said, context) => await b.client(Echo, consumer).say(said, context)), 'outer')
      await sees(c, 2)
      const abort = new AbortController()
      const answer = failureOf(c.client(EchoMajor, consumer).say({ text: '' }, narrow(call(c), { signal: abort.signal })))
      await vi.waitFor(() => expect(begun).toHaveBeenCalledOnce())
      abort.abort()
      expect(await answer).toMatchObject({ code: 'CANCELLED' })
      await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce())
    })

    test('a key belongs to whoever gave it, wherever a blank stands', async () => {
      const bus = await cluster.bus()
      serve(bus, Echo, echo((said) => said))
      const say = async (identity: string, key: string): Promise<unknown> => await bus.client(Echo, consumer).say({ text: identity }, narrow(call(bus, { identity }), { key }))
      expect([await say('ada', 'king of all'), await say('ada king', 'of all')]).toEqual([{ text: 'ada' }, { text: 'ada king' }])
    })

    test('asked twice with the same key a provider works once, and a key is not inherited', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const inner = vi.fn()
      serve(a, Echo, echo((said, { key }) => {
        inner(key)
        return said
      }), 'inner')
      await sees(b, 1)
      let runs = 0
      serve(b, EchoMajor, echo(async (said, context) => {
        runs++
        return await b.client(Echo, consumer).say(said, context)
      }), 'outer')
      await sees(a, 1)
      for (const bus of [a, b]) {
        const client = bus.client(EchoMajor, consumer)
        const context = narrow(call(bus), { key: `order from ${bus.host}` })
        await Promise.all([client.act({ text: '1' }, context), client.act({ text: '1' }, context)])
        await client.act({ text: '1' }, context)
      }
      expect(runs).toBe(2)
      expect(inner.mock.calls).toEqual([[undefined], [undefined]])
    })
  })
})

test('a bus without a server serves its own process', async () => {
  const cluster = new Cluster()
  const bus = await cluster.bus()
  serve(bus, Echo, echo((said) => said))
  expect((await bus.client(Echo, consumer).say({ text: 'here' }, call(bus))).text).toBe('here')
  await cluster.close()
})
