import { connect } from '@nats-io/transport-node'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { startNatsServer } from '../src/index.ts'
import { byteStream } from './byte-streams.ts'
import { handlesLeft, openHandles } from './open-handles.ts'
import { RawClient } from './raw-client.ts'
import { testToken } from './servers.ts'

it('10,000 random and truncated streams leave a healthy client served, memory bounded and no socket open', async () => {
  const before = openHandles()
  const server = await startNatsServer({ token: testToken, maxPayload: 1_048_576, maxPending: 4_194_304 })
  const healthy = await connect({ servers: server.url, token: testToken, reconnect: false })
  healthy.subscribe('healthy.ping', { callback: (_error, message) => { message.respond(message.data) } })
  const streams = fc.sample(byteStream, { numRuns: 10_000, seed: 20_260_102 })
  const memory: number[] = []
  for (let from = 0; from < streams.length; from += 50) {
    await Promise.all(streams.slice(from, from + 50).map((chunks) => attack(server.port, chunks)))
    expect((await healthy.request('healthy.ping', String(from))).string()).toBe(String(from))
    if (from % 1000 === 0) memory.push(process.memoryUsage().rss)
  }
  while (server.stats().connections > 1) await new Promise(setImmediate)
  expect(server.stats()).toMatchObject({ subscriptions: 2, slowConsumers: 0 })
  expect((memory.at(-1) ?? 0) - (memory[1] ?? 0)).toBeLessThan(150_000_000)
  await healthy.close()
  await server.close()
  expect(await handlesLeft(before)).toEqual([])
}, 120_000)

/** Every other one closes properly, the rest reset the connection. */
async function attack(port: number, chunks: readonly Buffer[]): Promise<void> {
  const client = await RawClient.connect(port)
  for (const chunk of chunks) {
    if (client.socket.destroyed) break
    client.send(chunk)
    if (chunk.length > 1) await new Promise(setImmediate)
  }
  if (chunks.length % 2 === 0) client.socket.end()
  else client.socket.resetAndDestroy()
  await client.closed
}
