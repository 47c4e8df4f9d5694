import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { call, Cluster, consumer, sees } from './cluster.ts'
import { Echo, echo } from './contracts.ts'
import { instanceOf, serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

const frame = (id: number, input: string, more = ''): string => `[9,0,"echo@1.0.0","say",["x","y",[],[]],""],[0,${id},1000,null,${input}${more}]`

describe.each(serverKinds)('strange messages over $name', (kind) => {
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

    test('at every subject harm nobody, whatever they hold', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const raw = await cluster.raw()
      const { info } = serve(a, Echo, echo((said) => said))
      a.on('*', () => undefined)
      await sees(b, 1)
      const { assembly } = cluster
      const subjects = [`call.${a.host}.${info.id}`, `control.${a.host}`, `reply.${a.host}.answer`, `reply.${a.host}.x.y.1-99999999`, 'event.echo.said', 'event.x', 'presence', 'ask', `ask.${a.host}`, 'api.echo.v1.say'].map((subject) => `${assembly}.${subject}`)
      // The ids that the messages name belong to calls that were answered before, so that no answer to a message is taken for one of a call.
      for (const bus of [a, b]) for (let id = 1; id <= 4; id++) await bus.client(Echo, consumer).say({ text: '' }, call(bus))
      const texts = [...hostile(), ...fc.sample(fc.uint8Array({ maxLength: 200 }), 100), ...fc.sample(fc.json(), 100), ...fc.sample(fc.array(fc.tuple(fc.integer({ min: -1, max: 9 }), fc.integer({ min: 0, max: 3 }), fc.jsonValue())), 200).map((value) => JSON.stringify(value)), ...truncated()]
      for (const subject of subjects) for (const text of texts) for (const reply of [undefined, `${assembly}.reply.${b.host}.h.i.1-2`, `${assembly}.reply.`, `${assembly}.reply.*.x`]) raw.publish(subject, text, reply === undefined ? {} : { reply })
      await raw.flush()
      for (const bus of [a, b]) expect((await bus.client(Echo, consumer).say({ text: 'well' }, call(bus, { timeout: 20_000 }))).text).toBe('well')
      expect(a.strangeMessages).toBeGreaterThan(1_000)
      expect(a.registry.list().length).toBe(1)
      expect(Object.prototype).not.toHaveProperty('admin')
    })

    test('a call that cannot be read is refused by its id, and its neighbours are served', async () => {
      const a = await cluster.bus()
      const raw = await cluster.raw()
      const { info } = serve(a, Echo, echo((said) => said))
      const answers: unknown[] = []
      raw.subscribe(`${cluster.assembly}.reply.me.>`, { callback: (_error, message) => void answers.push(...message.json<unknown[]>()) })
      await raw.flush()
      await vi.waitFor(() => raw.request(`$SRV.PING.${info.component}.${info.id}`))
      const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
      const message = `[${frame(1, '{"text":"one"}')},${frame(2, deep)},${frame(3, '{"__proto__":{"admin":true}}')},${frame(4, '{"\\u005f\\u005fproto__":{"admin":true}}')},[0,5,"1000"],${frame(6, '{"text":1}')},[9,0,"none@1.0.0","say",[],""],[0,7,1000,null,1],${frame(8, '{"text":"]}\\"["}')}]`
      raw.publish(`${cluster.assembly}.call.${a.host}.${info.id}`, message, { reply: `${cluster.assembly}.reply.me.x.y.1-8` })
      await vi.waitFor(() => expect(answers).toHaveLength(8))
      const codes = (answers as [number, number, { code?: string; text?: string }][]).toSorted(([, x], [, y]) => x - y).map(([, , body]) => body.code ?? body.text)
      expect(codes).toEqual(['one', 'INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT', 'INVALID_INPUT', 'UNKNOWN_OPERATION', ']}"['])
    })

    test('announcements of wrong types are dropped and counted', async () => {
      const a = await cluster.bus()
      const raw = await cluster.raw()
      const { info } = instanceOf(a, Echo, echo((said) => said))
      const good = { host: 'other', session: 1, seq: 0, all: ['x'], enter: [{ ...info, id: 'x', host: 'other' }] }
      for (const change of [{ host: 'a b' }, { host: 1 }, { seq: -1 }, { seq: '1' }, { session: undefined }, { all: 'x' }, { enter: [{ ...good.enter[0], id: '>' }] }, { enter: [{ ...good.enter[0], contracts: [{}] }] }, { enter: [{ ...good.enter[0], share: 1.1 }] }, { enter: [{ ...good.enter[0], share: '1' }] }, { enter: [{ ...good.enter[0], paused: false }] }, { bye: 1 }]) raw.publish(`${cluster.assembly}.presence`, JSON.stringify({ ...good, ...change }))
      await vi.waitFor(() => expect(a.strangeMessages).toBe(12))
      expect(a.registry.list()).toEqual([])
    })
  })
})

function hostile(): string[] {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  return ['', ' ', '[', ']', '{}', 'null', '[]', '[[]]', '[[0]]', '[[0,1]]', '[[1,1]]', '[[2,1]]', '[[4,1,2]]', '[[5,1]]', '[[6,1,"x"]]', '[[6,1,-1e300]]', '[[7,1]]', '[[8,1]]', '[["0",1]]', '[[0,1e400]]', '[[3,1,null]]', deep, '['.repeat(100_000), `"${'\\'.repeat(9_999)}`, `[${frame(1, deep)}]`, `[${frame(1, '{"text":"x"}')}]`, `[${frame(1, '{"__proto__":{"admin":1}}')}]`, `[${'[0,1],'.repeat(20_000)}[0,1]]`, `["${'x'.repeat(1_000_000)}"]`, '\0', '\ud800', '[\u2028]']
}

function truncated(): string[] {
  const whole = `[${frame(1, '{"text":"x"}')},[1,2,1000,null,{"text":"y"},64]]`
  return Array.from({ length: whole.length }, (_, i) => whole.slice(0, i))
}
