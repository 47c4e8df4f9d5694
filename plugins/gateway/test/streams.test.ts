import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { CarusoError } from '@caruso/contract'
import { expect, test, vi } from 'vitest'
import { openGateway, problemOf } from './open-gateway.ts'

test('a stream answers line by line', async () => {
  const { post } = await openGateway()
  const response = await post('/api/orders/v1/count', { to: 3 })
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  expect(await response.text()).toBe('1\n2\n3\n')
})

test('a stream that fails at once fails with a status, later with a last line and a cut connection', async () => {
  const { handlers, post } = await openGateway()
  handlers['count'] = async function* () {
    throw new CarusoError('FORBIDDEN', 'no')
  }
  expect(await problemOf(await post('/api/orders/v1/count', { to: 1 }))).toMatchObject({ status: 403 })
  handlers['count'] = async function* () {
    yield 1
    throw new CarusoError('MOVED', 'The component has left')
  }
  const response = await post('/api/orders/v1/count', { to: 1 })
  let text = ''
  await expect(
    (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
    })(),
  ).rejects.toThrow()
  expect(text.split('\n')[0]).toBe('1')
  expect(JSON.parse(text.split('\n')[1]!)).toMatchObject({ problem: { code: 'MOVED' } })
})

test('a stream goes no faster than its client reads, and ends when the client goes away', async () => {
  const { handlers, port } = await openGateway()
  let produced = 0
  let ended = false
  handlers['count'] = async function* () {
    try {
      for (;;) {
        produced++
        yield 'x'.repeat(100_000)
      }
    } finally {
      ended = true
    }
  }
  const socket = connect(port, '127.0.0.1')
  socket.write('POST /api/orders/v1/count HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"to":1}')
  await vi.waitFor(async () => {
    const before = produced
    await delay(100)
    expect(before).toBeGreaterThan(1)
    expect(produced).toBe(before)
  })
  expect(produced).toBeLessThan(500)
  socket.destroy()
  await vi.waitFor(() => expect(ended).toBe(true))
})

