import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { connectEvents } from './connect-events.ts'
import { openGateway } from './open-gateway.ts'

test('the end answers what was accepted, tells clients to go elsewhere, and leaves nothing open', async () => {
  const { base, handlers, host, port, post } = await openGateway()
  const events = await connectEvents(port)
  const answered = Promise.withResolvers<unknown>()
  const asked = Promise.withResolvers<void>()
  handlers['place'] = () => (asked.resolve(), answered.promise)
  const idle = connect(port, '127.0.0.1')
  await once(idle, 'connect')
  const pending = post('/api/orders/v1/place', { item: 'x' })
  await asked.promise
  const ended = host.close(10_000)
  expect(await events.closed).toBe(1001)
  // Longer than idle connections are kept.
  await delay(700)
  answered.resolve({ id: 5 })
  const response = await pending
  expect(await response.json()).toEqual({ id: 5 })
  expect(response.headers.get('connection')).toBe('close')
  await ended
  await vi.waitFor(() => expect(idle.destroyed || idle.readableEnded).toBe(true))
  await expect(fetch(`${base}/health`)).rejects.toThrow()
})
