import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { call, Cluster, sees } from './cluster.ts'
import { Echo, echo } from './contracts.ts'
import { serve } from './instance.ts'
import { serverKinds, type TestServer } from './servers.ts'

describe.each(serverKinds)('events over $name', (kind) => {
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

    test('every listener hears an event once, here and elsewhere', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const heard = [vi.fn(), vi.fn(), vi.fn(), vi.fn()]
      a.on('echo.said', heard[0]!)
      b.on('echo.said', heard[1]!)
      b.on('echo.said', heard[2]!)
      b.on('*', heard[3]!)
      b.on('echo.other', () => expect.fail('it listens to something else'))
      serve(b, Echo, echo((said) => said))
      await sees(a, 1)
      const context = call(a, { identity: 'bob' })
      for (const text of ['1', '2', '3']) a.emit('speaker', Echo, 'said', { text }, context)
      for (const listener of heard) {
        await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(3))
        expect(listener.mock.calls.map(([event]) => event as object)).toEqual(['1', '2', '3'].map((text) => ({ contract: 'echo', version: '1.0.0', component: 'speaker', event: 'said', payload: { text } })))
        expect(listener.mock.calls[0]?.[1]).toMatchObject({ caller: { identity: 'bob' }, trace: context.trace })
      }
    })

    test('the end of one listener ends no other', async () => {
      const [a, b] = [await cluster.bus(), await cluster.bus()]
      const [first, second] = [vi.fn(), vi.fn()]
      const endFirst = b.on('echo.said', first)
      endFirst()
      b.on('echo.said', second)
      endFirst()
      const both = b.on('echo.said', second)
      both()
      await vi.waitFor(() => {
        a.emit('speaker', Echo, 'said', { text: '' }, call(a))
        expect(second).toHaveBeenCalled()
      })
      expect(first).not.toHaveBeenCalled()
    })

    test('an event that breaks its contract or fits into no message is refused', async () => {
      const bus = await cluster.bus()
      const emit = (event: string, payload: unknown) => () => bus.emit('speaker', Echo, event, payload, call(bus))
      expect(emit('sung', {})).toThrow(expect.objectContaining({ code: 'INVALID_OUTPUT' }))
      expect(emit('said', { text: 1 })).toThrow(expect.objectContaining({ code: 'INVALID_OUTPUT' }))
      expect(emit('said', { text: 'x'.repeat(2_000_000) })).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
    })
  })
})
