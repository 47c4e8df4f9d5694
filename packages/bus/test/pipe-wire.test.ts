import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Bus, BusError, type ResponderTarget } from '@caruso/bus'
import { FramePipe, type Pipe, PipeWire, PortPipe } from '@caruso/bus/pipe'
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

type Ends = readonly [near: Pipe, far: Pipe]

async function openSockets(): Promise<Ends> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = createConnection({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  const [far] = (await once(server, 'connection')) as [Socket]
  server.close()
  return [new FramePipe(near), new FramePipe(far)]
}

async function openPorts(): Promise<Ends> {
  const { port1, port2 } = new MessageChannel()
  return await Promise.resolve([new PortPipe(port1), new PortPipe(port2)])
}

const context = (): ReturnType<typeof call> => call(new Bus('test', 'pipe'))

describe.each([['sockets', openSockets], ['ports', openPorts]])('over %s', (_what, open) => {
  let pipes: Ends
  beforeEach(async () => {
    hang.mockClear()
    pipes = await open()
  })
  afterEach(() => {
    for (const pipe of pipes) pipe.close()
  })

  function wires(): { near: PipeWire; far: PipeWire; closed: ReturnType<typeof vi.fn> } {
    const closed = vi.fn()
    return { near: new PipeWire(pipes[0], target, closed), far: new PipeWire(pipes[1], target, () => undefined), closed }
  }

  test('a call is work of what its host knows, whatever its frame says', async () => {
    const seen: unknown[] = []
    const near = new PipeWire(pipes[0], target, () => undefined)
    const find: ResponderTarget['find'] = () => ({ run: async (_input, { through }) => await Promise.resolve(seen.push(through)), runStream: () => expect.fail('asked once only') })
    const far = new PipeWire(pipes[1], { ...target, find, through: ({ operation }) => (operation === 'inner' ? ['ledger'] : []) }, () => undefined)
    for (const operation of ['inner', 'own']) await near.call('s', operation, 'null', 1, context())
    await near.requester.call({ route: 'pipe', service: 's', operation: 'own', caller: 'null', through: '["ledger"]' }, 1, context())
    expect(seen).toEqual([['ledger'], [], []])
    for (const each of [near, far]) each.close(new BusError('PROVIDER_LOST', 'ended'))
  })

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
    const wire = new PipeWire(pipes[0], target, closed)
    pipes[1].listen(() => undefined, () => undefined)
    pipes[1].send('garbage')
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
})
