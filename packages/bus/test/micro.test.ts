import { headers, type NatsConnection } from '@nats-io/transport-node'
import { CarusoError, checkOf, contract, Type } from '@caruso/contract'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Bus, Provider } from '@caruso/bus'
import { call, Cluster, consumer, sees } from './cluster.ts'
import { Echo, echo, EchoNext, Numbers } from './contracts.ts'
import { instanceOf, pause, resume, serve, toldAs } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const exactly = { additionalProperties: false }
const Common = { name: Type.String({ pattern: '^[a-zA-Z0-9_-]+$' }), id: Type.String({ minLength: 1 }), version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+' }), metadata: Type.Record(Type.String(), Type.String()) }
const Endpoint = { name: Type.String({ pattern: '^[a-zA-Z0-9_-]+$' }), subject: Type.String({ minLength: 1 }), queue_group: Type.Literal('q') }
const count = Type.Integer({ minimum: 0 })
const schemas = {
  PING: Type.Object({ type: Type.Literal('io.nats.micro.v1.ping_response'), ...Common }, exactly),
  INFO: Type.Object({ type: Type.Literal('io.nats.micro.v1.info_response'), ...Common, description: Type.String(), endpoints: Type.Array(Type.Object({ ...Endpoint, metadata: Type.Record(Type.String(), Type.String()) }, exactly)) }, exactly),
  STATS: Type.Object(
    {
      type: Type.Literal('io.nats.micro.v1.stats_response'),
      ...Common,
      started: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' }),
      endpoints: Type.Array(Type.Object({ ...Endpoint, num_requests: count, num_errors: count, last_error: Type.String(), processing_time: count, average_processing_time: count, data: Type.Object({ in_flight: count }, exactly) }, exactly)),
    },
    exactly,
  ),
}

describe.each(serverKinds)('the micro service of an instance over $name', (kind) => {
  describe.skipIf(kind.isMissing)('when it runs', () => {
    let server: TestServer
    let cluster: Cluster
    let bus: Bus
    let watcher: Bus
    let raw: NatsConnection
    beforeEach(async () => {
      server = await kind.start()
      cluster = new Cluster(server)
      bus = await cluster.bus()
      watcher = await cluster.bus()
      raw = await cluster.raw()
    })
    afterEach(async () => {
      await cluster.close()
      await server.stop()
    })

    const api = (operation: string): string => `${cluster.assembly}.api.echo.v1.${operation}`
    // What was announced has been subscribed before, on the same connection.
    const settle = async (): Promise<void> => await sees(watcher, bus.served().length)

    test('answers PING, INFO and STATS by everything, name and id, as ADR-32 says', async () => {
      const { info } = serve(bus, Echo, echo((said) => said), 'talker')
      await settle()
      for (const [verb, schema] of Object.entries(schemas)) {
        for (const suffix of ['', '.talker', `.talker.${info.id}`]) {
          const answer = await raw.request(`$SRV.${verb}${suffix}`, 'ignored { body')
          expect(checkOf(schema).explain(answer.json())).toBe('')
          expect(checkOf(schema).accepts(answer.json())).toBe(true)
          expect(answer.json()).toMatchObject({ name: 'talker', id: info.id, version: '1.0.0', metadata: { assembly: cluster.assembly, host: bus.host, isolation: 'inline', contracts: 'echo@1.0.0' } })
        }
      }
      await expect(raw.request(`$SRV.PING.other`, '')).rejects.toThrow()
    })

    test('every instance answers, and one that has left answers no more', async () => {
      const instances = Array.from({ length: 20 }, (_, i) => serve(bus, Echo, echo((said) => said), `talker${i}`))
      await settle()
      const answered = async (): Promise<string[]> => {
        const ids: string[] = []
        for await (const message of await raw.requestMany('$SRV.PING', '', { strategy: 'stall', maxWait: 500 })) ids.push(message.json<{ id: string }>().id)
        return ids
      }
      expect((await answered()).toSorted()).toEqual(instances.map(({ info }) => info.id).toSorted())
      const [gone, ...left] = instances
      bus.exchange([], [gone?.info.id ?? ''])
      await bus.retire(gone?.info.id ?? '')
      expect((await answered()).toSorted()).toEqual(left.map(({ info }) => info.id).toSorted())
    })

    test('one that has left tells what it still works on, until that is done or given up', async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const leaving = serve(bus, Echo, echo(async (said) => (await promise, said)))
      await settle()
      const answer = raw.request(api('say'), '{"text":"late"}', { timeout: 5_000 })
      const inFlight = async (): Promise<unknown> => (await raw.request('$SRV.STATS.provider', '')).json<{ endpoints: { data: unknown }[] }>().endpoints[0]?.data
      await vi.waitFor(async () => expect(await inFlight()).toEqual({ in_flight: 1 }))
      bus.exchange([], [leaving.info.id])
      await bus.retire(leaving.info.id)
      expect(await inFlight()).toEqual({ in_flight: 1 })
      await expect(raw.request(api('say'), '{"text":"too late"}')).rejects.toThrow(/no responders/)
      resolve()
      expect((await answer).json()).toEqual({ text: 'late' })
      await expect(raw.request('$SRV.STATS.provider', '')).rejects.toThrow(/no responders/)
    })

    test('a survey hears the answer of each, and no more after its end', async () => {
      for (const name of ['one', 'two']) serve(bus, Echo, echo((said) => said), name)
      await settle()
      const heard: string[] = []
      const end = watcher.survey('$SRV.PING', {}, (text) => heard.push((JSON.parse(text) as { name: string }).name))
      await vi.waitFor(() => expect(heard.toSorted()).toEqual(['one', 'two']))
      end()
      watcher.survey('nobody.listens', {}, () => expect.fail('nobody answers'))()
      expect(() => new Bus('lonely', 'lonely').survey('$SRV.PING', {}, () => undefined)).toThrow(/there is no connection/)
    })

    test('has an endpoint per operation that answers once, the newest version of a major', async () => {
      const one = instanceOf(bus, Numbers, { async *count() { yield { n: 1 } } })
      bus.exchange([one], [])
      await settle()
      const info = (await raw.request(`$SRV.INFO.provider`, '')).json<{ endpoints: unknown[] }>()
      expect(info.endpoints).toEqual([])
      const both = instanceOf(bus, Echo, echo((said) => said), 'both')
      const provider = new Provider(both.info.id, 'both', [{ contract: EchoNext, implementation: echo(() => ({ text: 'next' })) }, { contract: Echo, implementation: echo(() => ({ text: 'old' })) }], true)
      bus.exchange([{ info: { ...both.info, contracts: [EchoNext, Echo] }, provider }], [])
      await settle()
      const { endpoints } = (await raw.request(`$SRV.INFO.both`, '')).json<{ endpoints: { name: string; subject: string }[] }>()
      expect(endpoints.map(({ name }) => name)).toEqual(['say', 'act', 'secret', 'quick', 'anything'].map((operation) => `echo-v1-${operation}`))
      expect((await raw.request(api('say'), '{"text":""}')).json()).toEqual({ text: 'next' })
    })

    test('is called by foreigners as anonymous, one call per message, shared among instances', async () => {
      const callers: unknown[] = []
      const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
      serve(bus, Echo, echo((said, { caller, trace, key, deadline }) => {
        callers.push({ caller, trace, key, left: deadline - Date.now() > 9_000 })
        return said
      }))
      await settle()
      serve(await cluster.bus(), Echo, echo((said) => said))
      await sees(watcher, 2)
      const sent = headers()
      sent.set('traceparent', trace)
      sent.set('Nats-Idempotency-Key', 'order-7')
      for (let i = 0; i < 40; i++) expect((await raw.request(api('say'), '{"text":"hi"}', { timeout: 2_000, headers: sent })).json()).toEqual({ text: 'hi' })
      expect(callers).toEqual([{ caller: { component: 'nats', identity: 'anonymous', permissions: [], grants: [] }, trace, key: 'order-7', left: true }])
      const bad = headers()
      bad.set('traceparent', 'nonsense')
      bad.set('Nats-Idempotency-Key', 'with blank')
      for (let i = 0; i < 40; i++) await raw.request(api('say'), '{"text":"hi"}', { timeout: 2_000, headers: bad })
      expect(callers.length).toBeGreaterThan(1)
      expect(callers.at(-1)).toMatchObject({ key: undefined, trace: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) })
    })

    test('a call of a foreigner waits at a paused instance until its component can answer, and runs once', async () => {
      const runs = vi.fn()
      const waits = serve(bus, Echo, echo((said, { caller, key }) => {
        runs(caller.component, caller.identity, key)
        return said
      }))
      await settle()
      const sent = headers()
      sent.set('Nats-Idempotency-Key', 'order-8')
      waits.provider.pause()
      const untold = raw.request(api('act'), '{"text":"early"}', { timeout: 3_000, headers: sent })
      pause(bus, waits)
      const answer = raw.request(api('act'), '{"text":"late"}', { timeout: 3_000 })
      await vi.waitFor(() => raw.request('$SRV.PING.provider', ''))
      const next = instanceOf(bus, Echo, echo(() => ({ text: 'next' })))
      expect(runs).not.toHaveBeenCalled()
      resume(bus, waits)
      expect([(await untold).json(), (await answer).json()]).toEqual([{ text: 'early' }, { text: 'late' }])
      expect(runs.mock.calls).toEqual([['nats', 'anonymous', 'order-8'], ['nats', 'anonymous', undefined]])
      pause(bus, waits)
      const moved = raw.request(api('act'), '{"text":"moved"}', { timeout: 3_000 })
      await vi.waitFor(() => raw.request('$SRV.PING.provider', ''))
      bus.exchange([next], [waits.info.id])
      expect((await moved).json()).toEqual({ text: 'next' })
    })

    test('an instance that is being tried gets no call of a foreigner before it has proven itself', async () => {
      serve(bus, Echo, echo(() => ({ text: 'old' })))
      const tried = instanceOf(bus, EchoNext, echo(() => ({ text: 'new' })))
      bus.exchange([toldAs(tried, { share: 0.5 })], [])
      await settle()
      const asked = async (): Promise<Set<string>> => new Set(await Promise.all(Array.from({ length: 40 }, async () => (await raw.request(api('say'), '{"text":""}')).json<{ text: string }>().text)))
      expect(await asked()).toEqual(new Set(['old']))
      bus.exchange([tried], [])
      await vi.waitFor(() => expect(watcher.registry.get(tried.info.id)?.info.share).toBeUndefined())
      expect(await asked()).toEqual(new Set(['old', 'new']))
      bus.exchange([], [tried.info.id])
      await bus.retire(tried.info.id)
      expect(await asked()).toEqual(new Set(['old']))
    })

    test('errors come in headers, with a number and our code', async () => {
      const own = contract({ name: 'own', version: '1.0.0', operations: { fail: { input: Type.Object({ code: Type.String() }), output: Type.Unknown() } } })
      serve(bus, own, { fail: ({ code }) => { throw new CarusoError(code, 'line\r\nbreak') } }, 'failing')
      serve(bus, Echo, echo(({ text }) => ({ text: text === 'much' ? 'x'.repeat(2_000_000) : (JSON.parse('1') as string) })))
      await settle()
      const asked = async (subject: string, body: string): Promise<string[]> => {
        const answer = await raw.request(subject, body, { timeout: 3_000 })
        expect(answer.data).toHaveLength(0)
        return [answer.headers?.get('Nats-Service-Error-Code') ?? '', answer.headers?.get('Nats-Service-Error') ?? '']
      }
      const fail = `${cluster.assembly}.api.own.v1.fail`
      for (const [code, status] of [['NOT_FOUND', '404'], ['PROVIDER_LOST', '503'], ['DEADLINE_EXCEEDED', '408'], ['WHATEVER', '500']]) expect(await asked(fail, JSON.stringify({ code }))).toEqual([status, `${code}: line break`])
      for (const [operation, body, status, code] of [
        ['say', '{', '400', 'INVALID_INPUT'],
        ['say', '', '400', 'INVALID_INPUT'],
        ['say', '{"text":1}', '400', 'INVALID_INPUT'],
        ['say', `${'['.repeat(10_000)}`, '400', 'INVALID_INPUT'],
        ['say', '{"text":"","__proto__":1}', '400', 'INVALID_INPUT'],
        ['say', '{"text":"","\\u005f_proto__":1}', '400', 'INVALID_INPUT'],
        ['secret', '{"text":""}', '403', 'FORBIDDEN'],
        ['say', '{"text":"much"}', '413', 'TOO_LARGE'],
        ['say', '{"text":""}', '500', 'INVALID_OUTPUT'],
      ] as const) {
        const [number, text] = await asked(api(operation), body)
        expect([number, text?.split(':', 1)[0]]).toEqual([status, code])
      }
    })

    test('STATS counts the calls of every way', async () => {
      serve(bus, Echo, echo(({ text }) => {
        if (text === 'bad') throw new Error('went wrong')
        return { text }
      }))
      await settle()
      await bus.client(Echo, consumer).say({ text: '' }, call(bus))
      await raw.request(api('say'), '{"text":""}')
      await raw.request(api('say'), '{"text":"bad"}')
      const { endpoints } = (await raw.request('$SRV.STATS.provider', '')).json<{ endpoints: object[] }>()
      expect(endpoints[0]).toMatchObject({ num_requests: 3, num_errors: 1, last_error: expect.stringContaining('went wrong') })
      expect(endpoints[1]).toMatchObject({ num_requests: 0, num_errors: 0, last_error: '', processing_time: 0, average_processing_time: 0 })
    })

    test('a request that nobody waits for is counted as strange', async () => {
      serve(bus, Echo, echo(() => expect.fail('nobody asked')))
      await settle()
      raw.publish(api('say'), '{"text":""}')
      raw.publish('$SRV.PING', '')
      await vi.waitFor(() => expect(bus.strangeMessages).toBe(1))
    })
  })
})
