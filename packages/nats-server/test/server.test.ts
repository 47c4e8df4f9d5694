import { connect } from '@nats-io/transport-node'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { type NatsServer, type NatsServerOptions, startNatsServer } from '../src/index.ts'
import { handlesLeft, openHandles } from './open-handles.ts'
import { RawClient } from './raw-client.ts'
import { testToken } from './servers.ts'

let servers: NatsServer[] = []
let clients: RawClient[] = []

async function start(options: NatsServerOptions = {}): Promise<NatsServer> {
  const server = await startNatsServer({ token: testToken, ...options })
  servers.push(server)
  return server
}

async function ready(server: NatsServer): Promise<RawClient> {
  const client = await RawClient.ready(server.port)
  clients.push(client)
  await client.exchange('')
  return client
}

afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()))
  await Promise.all(servers.map((server) => server.close()))
  servers = []
  clients = []
})

describe('stale clients', () => {
  it('closes a client that leaves its pings without an answer', async () => {
    const client = await ready(await start({ pingInterval: 20, maxPingsOut: 2 }))
    await client.closed
    expect(client.received).toBe("PONG\r\nPING\r\nPING\r\n-ERR 'Stale Connection'\r\n")
  })

  it('keeps a silent client that answers its pings', async () => {
    // Server and client share a thread: if it stands still, a ping may be due before the answer to the one before it is read.
    const server = await start({ pingInterval: 10, maxPingsOut: 3 })
    const client = await ready(server)
    for (let pings = 1; pings <= 20; pings++) {
      await client.until('PING\r\n'.repeat(pings))
      client.send('PONG\r\n')
    }
    expect(server.stats().connections).toBe(1)
  })
})

describe('slow consumers', () => {
  it('closes a client that does not read, and no other', async () => {
    const server = await start({ maxPending: 1_000_000, maxPayload: 100_000 })
    const [slow, quick, sender] = [await ready(server), await ready(server), await ready(server)]
    await slow.exchange('SUB flood 1\r\n')
    await quick.exchange('SUB flood 1\r\n')
    slow.socket.pause()
    const frame = `PUB flood 100000\r\n${'x'.repeat(100_000)}\r\n`
    let sent = 0
    while (server.stats().slowConsumers === 0) {
      await sender.exchange(frame)
      sent++
    }
    expect(server.stats().slowConsumers).toBe(1)
    slow.socket.resume()
    await slow.closed
    expect(slow.received.endsWith("x\r\n-ERR 'Slow Consumer'\r\n")).toBe(true)
    expect(slow.received.split('MSG flood').length - 1).toBeLessThan(sent - 8)
    await quick.exchange('')
    expect(quick.received.split('MSG flood').length - 1).toBe(sent)
  })

  it('delivers nothing more to a client that it closes in the middle of a message to many', async () => {
    const server = await start({ maxPending: 1_000_000, maxPayload: 1_000_000 })
    const [slow, sender] = [await ready(server), await ready(server)]
    await slow.exchange(Array.from({ length: 100 }, (_, n) => `SUB flood ${n}\r\n`).join(''))
    slow.socket.pause()
    await sender.exchange(`PUB flood 1000000\r\n${'x'.repeat(1_000_000)}\r\n`)
    expect(server.stats().slowConsumers).toBe(1)
    expect(server.stats().outMsgs).toBeLessThan(100)
  })

  it('cuts off a slow consumer that goes on not reading', async () => {
    const server = await start({ maxPending: 1_000_000, maxPayload: 1_000_000 })
    const [slow, sender] = [await ready(server), await ready(server)]
    await slow.exchange('SUB flood 1\r\n')
    slow.socket.pause()
    while (server.stats().slowConsumers === 0) await sender.exchange(`PUB flood 1000000\r\n${'x'.repeat(1_000_000)}\r\n`)
    while (server.stats().connections > 1) await new Promise(setImmediate)
    expect(server.stats().subscriptions).toBe(0)
  })

  it('lets a client catch up that reads late but within the bound', async () => {
    const server = await start()
    const [late, sender] = [await ready(server), await ready(server)]
    await late.exchange('SUB flood 1\r\n')
    late.socket.pause()
    for (let n = 0; n < 100; n++) await sender.exchange(`PUB flood 100000\r\n${String(n).padStart(100_000, '.')}\r\n`)
    late.socket.resume()
    await late.exchange('')
    const numbers = [...late.received.matchAll(/\.(\d+)\r\n/g)].map((found) => Number(found[1]))
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(server.stats().slowConsumers).toBe(0)
  })
})

describe('startNatsServer()', () => {
  it('makes a new random token for each server', async () => {
    const [one, other] = [await startNatsServer(), await startNatsServer()]
    servers.push(one, other)
    expect(one.token).toMatch(/^[\w-]{32}$/)
    expect(one.token).not.toBe(other.token)
  })

  it('listens on 127.0.0.1 only', async () => {
    const server = await start({ host: '127.0.0.1' })
    expect(server.url).toBe(`nats://127.0.0.1:${server.port}`)
    for (const host of ['0.0.0.0', '::', '192.168.1.2', '']) {
      await expect(startNatsServer({ host })).rejects.toMatchObject({ code: 'INVALID_OPTION', message: `Cannot listen on host "${host}": only 127.0.0.1 is served` })
    }
  })

  it.each([
    [{ maxPayload: 0 }, 'Cannot start the NATS server with maxPayload "0": not a whole number from 1 to 67108864'],
    [{ maxPayload: 67_108_865 }, 'Cannot start the NATS server with maxPayload "67108865": not a whole number from 1 to 67108864'],
    [{ pingInterval: 2 ** 31 }, 'Cannot start the NATS server with pingInterval "2147483648": not a whole number from 1 to 2147483647'],
    [{ maxPingsOut: 1.5 }, 'Cannot start the NATS server with maxPingsOut "1.5": not a whole number from 1 to 2147483647'],
    [{ maxPending: 1000 }, 'Cannot start the NATS server with maxPending "1000": less than maxPayload, 1048576'],
    [{ token: '' }, 'Cannot start the NATS server with token "": it is empty'],
  ])('refuses %j', async (options, message) => {
    await expect(startNatsServer(options)).rejects.toMatchObject({ name: 'NatsServerError', code: 'INVALID_OPTION', message })
  })

  it('names the port that it cannot have', async () => {
    const occupant = createServer().listen(0, '127.0.0.1')
    await once(occupant, 'listening')
    const address = occupant.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await expect(startNatsServer({ port })).rejects.toMatchObject({ code: 'LISTEN_FAILED', message: expect.stringContaining(`Cannot listen on port "${port}": `) })
    await expect(startNatsServer({ port: 70_000 })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    occupant.close()
    await once(occupant, 'close')
  })
})

describe('stats()', () => {
  it('counts connections, subscriptions, messages and bytes', async () => {
    const server = await start()
    const [one, other] = [await ready(server), await ready(server)]
    await other.exchange('SUB a 1\r\nSUB b 2\r\n')
    await one.exchange('SUB a 1\r\nPUB a 5\r\nhello\r\nPUB nobody 3\r\nabc\r\n')
    expect(server.stats()).toEqual({ connections: 2, subscriptions: 3, inMsgs: 2, outMsgs: 2, inBytes: 8, outBytes: 10, slowConsumers: 0, refused: 0 })
    await other.end()
    while (server.stats().connections > 1) await new Promise(setImmediate)
    expect(server.stats().subscriptions).toBe(1)
  })
})

describe('close()', () => {
  it('gives clients what is pending and leaves no handle', async () => {
    const before = openHandles()
    const server = await startNatsServer({ token: testToken })
    const [receiver, sender, stranger] = [await RawClient.ready(server.port), await RawClient.ready(server.port), await RawClient.connect(server.port)]
    await receiver.exchange('SUB a 1\r\n')
    await sender.exchange('')
    sender.send(`${'PUB a 5\r\nhello\r\n'.repeat(1000)}`)
    while (server.stats().inMsgs < 1000) await new Promise(setImmediate)
    await Promise.all([server.close(), server.close(), receiver.closed, sender.closed, stranger.closed])
    expect(receiver.received.split('hello').length - 1).toBe(1000)
    expect(server.stats()).toMatchObject({ connections: 0, subscriptions: 0 })
    expect(await handlesLeft(before)).toEqual([])
  })

  it('does not wait for a client that does not read', async () => {
    const server = await start()
    const [stuck, sender] = [await ready(server), await ready(server)]
    await stuck.exchange('SUB a 1\r\n')
    stuck.socket.pause()
    for (let n = 0; n < 10; n++) await sender.exchange(`PUB a 1000000\r\n${'x'.repeat(1_000_000)}\r\n`)
    await server.close()
    expect(server.stats().connections).toBe(0)
  })

  it('is noticed by the official client', async () => {
    const server = await start()
    const client = await connect({ servers: server.url, token: server.token, reconnect: false })
    await server.close()
    expect(await client.closed()).toBeUndefined()
  })
})
