import { connect, type NatsConnection } from '@nats-io/transport-node'
import type { Peer } from './peer.ts'

const timeout = 10_000

/** The official client alone: JSON in, JSON out, one message per call, and nobody checks anything. */
export const bareClient: Peer = {
  async provide(url) {
    const nats = await connect({ servers: url })
    nats.subscribe('math.add', {
      callback: (_error, message) => {
        const { a, b } = message.json<{ a: number; b: number }>()
        message.respond(JSON.stringify(a + b))
      },
    })
    await nats.flush()
    return async () => await nats.close()
  },
  async connect(url) {
    const nats = await connect({ servers: url })
    const call = async (i: number): Promise<number> => (await nats.request('math.add', JSON.stringify({ a: i, b: 1 }), { timeout })).json<number>()
    return { call, answer: call, close: async () => await nats.close() }
  },
}

/** The official client with 128 bytes there and back: what is left is the server. */
export const bareBytes: Peer = {
  async provide(url, token) {
    const nats = await open(url, token)
    nats.subscribe('bytes', { callback: (_error, message) => void message.respond(message.data) })
    await nats.flush()
    return async () => await nats.close()
  },
  async connect(url, token) {
    const nats = await open(url, token)
    const payload = Buffer.alloc(128, 'x')
    const call = (): Promise<unknown> => nats.request('bytes', payload, { timeout })
    const answer = async (i: number): Promise<number> => {
      const sent = Buffer.alloc(128, String(i % 10))
      const { data } = await nats.request('bytes', sent, { timeout })
      return sent.equals(data) ? i + 1 : Number.NaN
    }
    return { call, answer, close: async () => await nats.close() }
  },
}

async function open(url: string, token?: string): Promise<NatsConnection> {
  return await connect({ servers: url, ...(token === undefined ? {} : { token }) })
}
