import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { contract, Type } from '@caruso/contract'
import { expect, test, vi } from 'vitest'
import { connectEvents } from './connect-events.ts'
import { openGateway, Orders } from './open-gateway.ts'

const Other = contract({ name: 'other', version: '1.0.0', operations: {}, events: { placed: { payload: Type.Object({ id: Type.Integer() }), public: true } } })

test.each(['orders.placed', 'orders.*'])('a client that subscribes to %s hears the event', async (name) => {
  const { port, tell } = await openGateway()
  const { socket, heard } = await connectEvents(port)
  tell('shop', Orders, 'placed', { id: 1 })
  socket.send(JSON.stringify({ subscribe: [name] }))
  await vi.waitFor(() => expect(heard).toEqual([{ subscribed: [name] }]))
  tell('shop', Other, 'placed', { id: 2 })
  tell('shop', Orders, 'placed', { id: 1 })
  await vi.waitFor(() => expect(heard).toHaveLength(2))
  expect(heard[1]).toEqual({ event: 'orders.placed', version: '1.2.0', component: 'shop', payload: { id: 1 } })
  socket.close()
})

test('a client may say again what it subscribed to', async () => {
  const { port } = await openGateway()
  const { socket, heard } = await connectEvents(port)
  const subscribe = Array.from({ length: 60 }, (_, i) => `orders.e${i}`)
  for (let again = 0; again < 2; again++) socket.send(JSON.stringify({ subscribe }))
  await vi.waitFor(() => expect(heard).toEqual([{ subscribed: subscribe }, { subscribed: subscribe }]))
  socket.close()
})

test.each(['not json', '{"subscribe":["*"]}', '{"subscribe":["a.b.c"]}', JSON.stringify({ subscribe: Array.from({ length: 101 }, (_, i) => `a.b${i}`) })])('a client that sends %s is closed', async (text) => {
  const { port } = await openGateway()
  const { socket, closed } = await connectEvents(port)
  socket.send(text)
  expect(await closed).toBe(1007)
})

test('a client that does not read is closed, the others hear on', async () => {
  const { base, port, tell } = await openGateway()
  const good = await connectEvents(port)
  good.socket.send('{"subscribe":["orders.*"]}')
  const slow = await rawEvents(port)
  const text = JSON.stringify({ subscribe: ['orders.*'] })
  slow.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
  await delay(50)
  slow.pause()
  for (let sent = 0; sent < 300; sent++) {
    tell('shop', Orders, 'placed', { id: sent, note: 'x'.repeat(100_000) })
    await delay(1)
  }
  await vi.waitFor(async () => expect(await (await fetch(`${base}/metrics`)).text()).toContain('caruso_gateway_event_clients 1\n'))
  await vi.waitFor(() => expect(good.heard.length).toBe(301))
  slow.destroy()
  good.socket.close()
})

test('a page of another site may not connect, one of ours may', async () => {
  const { port } = await openGateway()
  const ours = await rawEvents(port, { origin: `http://localhost:${port}` })
  ours.destroy()
  await expect(rawEvents(port, { origin: 'https://evil.example' })).rejects.toThrow('403')
})

/** A WebSocket by hand, for what a well-behaved client does not do. */
function rawEvents(port: number, headers: Record<string, string> = {}): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: '/events', headers: { host: `localhost:${port}`, connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers } })
    request.on('upgrade', (_response, socket) => resolve(socket))
    request.on('response', (response) => reject(new Error(String(response.statusCode))))
    request.on('error', reject)
    request.end()
  })
}

