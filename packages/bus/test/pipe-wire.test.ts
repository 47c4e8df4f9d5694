import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Bus, BusError, PipeWire, type ResponderTarget } from '@caruso/bus'
import { narrow } from '@caruso/contract'
import { call, collect, failureOf } from './cluster.ts'

const hang = vi.fn()
const target: ResponderTarget = {
  find: (_service, operation) => ({
    run: async (input, context) => {
      if (operation !== 'hang') return input
      context.signal.addEventListener('abort', () => hang())
      return await new Promise(() => undefined)
    },
    async *runStream(input) {
      for (let n = 0; n < Number(input); n++) yield n
    },
  }),
  caller: () => ({ component: 'tester', identity: '', permissions: [], grants: [] }),
}

let sockets: [Socket, Socket]
beforeEach(async () => {
  hang.mockClear()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const near = createConnection({ host: '127.0.0.1', port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
  const [far] = (await once(server, 'connection')) as [Socket]
  sockets = [near, far]
  server.close()
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
})

const context = (): ReturnType<typeof call> => call(new Bus('test', 'pipe'))

function wires(): { near: PipeWire; far: PipeWire; closed: ReturnType<typeof vi.fn> } {
  const closed = vi.fn()
  return { near: new PipeWire(sockets[0], target, closed), far: new PipeWire(sockets[1], target, () => undefined), closed }
}

test('calls and streams go both ways', async () => {
  const { near, far } = wires()
  for (const wire of [near, far]) {
    expect(await wire.call('s', 'echo', 'null', { a: 'x'.repeat(100_000) }, context())).toEqual({ a: 'x'.repeat(100_000) })
    expect(await collect(wire.stream('s', 'count', 'null', 200, context()))).toHaveLength(200)
  }
})

test('a call that cannot be read fails alone, in both directions', async () => {
  const { near, far } = wires()
  const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown
  for (const wire of [near, far]) {
    const [bad, good] = await Promise.allSettled([wire.call('s', 'echo', 'null', deep, context()), wire.call('s', 'echo', 'null', 1, context())])
    expect([bad, good]).toMatchObject([{ reason: { code: 'INVALID_INPUT' } }, { value: 1 }])
  }
})

test('whoever does not speak the protocol is cut off', async () => {
  const closed = vi.fn()
  const wire = new PipeWire(sockets[0], target, closed)
  sockets[1].write(Buffer.from([0, 0, 0, 7, ...Buffer.from('garbage')]))
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
  expect(await failureOf(wire.call('s', 'echo', 'null', 1, context()))).toMatchObject({ code: 'NOT_DELIVERED' })
})

test('the end of the pipe ends what runs for the other side, and what waits for it', async () => {
  const { near, far } = wires()
  const waiting = failureOf(near.call('s', 'hang', 'null', 1, narrow(context(), { signal: new AbortController().signal })))
  await near.call('s', 'echo', 'null', 1, context())
  near.close(new BusError('PROVIDER_LOST', 'ended'))
  expect(await waiting).toMatchObject({ code: 'PROVIDER_LOST' })
  await vi.waitFor(() => expect(hang).toHaveBeenCalledOnce())
  far.close(new BusError('PROVIDER_LOST', 'ended'))
})
