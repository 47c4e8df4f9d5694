import { connect, Empty, headers, type Msg, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { serverKinds, type TestServer, testToken } from './servers.ts'

const text = new TextEncoder()

describe.each(serverKinds)('with the official client, $name', ({ isMissing, start }) => {
  let server: TestServer
  let clients: NatsConnection[] = []
  beforeAll(async () => { if (!isMissing) server = await start({ maxPayload: 2_000_000 }) })
  afterAll(() => server?.stop())
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()))
    clients = []
  })

  async function client(options: Record<string, unknown> = {}): Promise<NatsConnection> {
    const connection = await connect({ servers: server.url, token: testToken, ...options })
    clients.push(connection)
    return connection
  }

  /** Collects what a subject gets; `flush` makes sure that the server knows of it. */
  async function collect(to: NatsConnection, subject: string, queue?: string): Promise<Msg[]> {
    const messages: Msg[] = []
    to.subscribe(subject, {
      ...(queue !== undefined && { queue }),
      callback: (error, message) => { if (error === null) messages.push(message) },
    })
    await to.flush()
    return messages
  }

  it.skipIf(isMissing)('brings a message to every subscriber', async () => {
    const [one, other] = [await client(), await client()]
    const [first, second] = [await collect(one, 'news'), await collect(other, 'news')]
    one.publish('news', 'hello', { reply: 'answers' })
    await one.flush()
    await other.flush()
    for (const messages of [first, second]) {
      expect(messages.map((message) => [message.string(), message.subject, message.reply])).toEqual([['hello', 'news', 'answers']])
    }
  })

  it.skipIf(isMissing)('brings an empty message', async () => {
    const one = await client()
    const messages = await collect(one, 'empty')
    one.publish('empty', Empty)
    await one.flush()
    expect(messages.map((message) => message.data.length)).toEqual([0])
  })

  it.skipIf(isMissing)('brings headers, with values of several kinds', async () => {
    const one = await client()
    const messages = await collect(one, 'with.headers')
    const sent = headers()
    sent.append('Colour', 'blue')
    sent.append('Colour', 'grün')
    sent.set('Empty', '')
    one.publish('with.headers', 'body', { headers: sent })
    await one.flush()
    expect(messages[0]?.headers?.values('Colour')).toEqual(['blue', 'grün'])
    expect(messages[0]?.headers?.get('Empty')).toBe('')
    expect(messages[0]?.string()).toBe('body')
  })

  it.skipIf(isMissing)('answers a request, multiplexed or with its own subscription', async () => {
    const [asker, answerer] = [await client(), await client()]
    answerer.subscribe('double', { callback: (_error, message) => { message.respond(String(Number(message.string()) * 2)) } })
    await answerer.flush()
    const answers = await Promise.all(Array.from({ length: 200 }, async (_, n) => Number((await asker.request('double', String(n))).string())))
    expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => n * 2))
    expect((await asker.request('double', '21', { noMux: true, timeout: 1000 })).string()).toBe('42')
  })

  it.skipIf(isMissing)('tells at once that there are no responders', async () => {
    const one = await client()
    await expect(one.request('nobody.home')).rejects.toMatchObject({ cause: { name: 'NoResponders' } })
    await expect(one.request('nobody.home', Empty, { noMux: true, timeout: 1000 })).rejects.toMatchObject({ cause: { name: 'NoResponders' } })
  })

  it.skipIf(isMissing)('does not count the sender as responder with echo off', async () => {
    const one = await client({ noEcho: true })
    await collect(one, 'only.me')
    await expect(one.request('only.me')).rejects.toMatchObject({ cause: { name: 'NoResponders' } })
  })

  it.skipIf(isMissing)('brings each message to one member of each queue group, and to each member some', async () => {
    const sender = await client()
    const members = await Promise.all(Array.from({ length: 3 }, async () => collect(await client(), 'work.new', 'workers')))
    const auditors = await Promise.all(['work.*', 'work.>'].map(async (pattern) => collect(await client(), pattern, 'auditors')))
    const watcher = await collect(await client(), 'work.new')
    for (let n = 0; n < 300; n++) sender.publish('work.new', String(n))
    await sender.flush()
    for (const one of clients) await one.flush()
    const numbers = (group: Msg[][]) => group.flat().map((message) => Number(message.string())).sort((a, b) => a - b)
    const all = Array.from({ length: 300 }, (_, n) => n)
    expect(numbers(members)).toEqual(all)
    expect(numbers(auditors)).toEqual(all)
    expect(numbers([watcher])).toEqual(all)
    for (const messages of [...members, ...auditors]) expect(messages.length).toBeGreaterThan(0)
  })

  it.skipIf(isMissing)('ends a subscription after its maximum', async () => {
    const one = await client()
    const seen: string[] = []
    one.subscribe('limited', { max: 3, callback: (_error, message) => { seen.push(message.string()) } })
    for (let n = 0; n < 10; n++) one.publish('limited', String(n))
    await one.flush()
    expect(seen).toEqual(['0', '1', '2'])
    await expect(one.request('limited')).rejects.toMatchObject({ cause: { name: 'NoResponders' } })
  })

  it.skipIf(isMissing)('stops after unsubscribe', async () => {
    const one = await client()
    const seen: string[] = []
    const subscription = one.subscribe('stop', { callback: (_error, message) => { seen.push(message.string()) } })
    one.publish('stop', 'before')
    await one.flush()
    subscription.unsubscribe()
    one.publish('stop', 'after')
    await one.flush()
    expect(seen).toEqual(['before'])
  })

  it.skipIf(isMissing)('keeps the order of one sender over drain', async () => {
    const [sender, receiver] = [await client(), await client()]
    const messages = await collect(receiver, 'ordered')
    for (let n = 0; n < 5000; n++) sender.publish('ordered', String(n))
    await sender.drain()
    await receiver.flush()
    await receiver.drain()
    expect(messages.map((message) => Number(message.string()))).toEqual(Array.from({ length: 5000 }, (_, n) => n))
  })

  it.skipIf(isMissing)('brings big messages whole, between small ones', async () => {
    const [sender, receiver] = [await client(), await client()]
    const messages = await collect(receiver, 'big')
    const sizes = [0, 1, 4095, 65_535, 65_536, 65_537, 1_000_003, 3, 2_000_000, 17]
    const bodies = sizes.map((size, n) => Buffer.alloc(size, `${n}abcdefg`))
    for (const body of bodies) sender.publish('big', body)
    await sender.flush()
    await receiver.flush()
    expect(messages.map((message) => message.data.length)).toEqual(sizes)
    expect(messages.every((message, n) => Buffer.compare(message.data, bodies[n] ?? Buffer.alloc(0)) === 0)).toBe(true)
  })

  it.skipIf(isMissing)('refuses a wrong token', async () => {
    await expect(connect({ servers: server.url, token: 'wrong', reconnect: false })).rejects.toThrow(/authorization violation/i)
    await expect(connect({ servers: server.url, reconnect: false })).rejects.toThrow(/authorization violation/i)
  })

  it.skipIf(isMissing)('does not return own messages with echo off', async () => {
    const [silent, other] = [await client({ noEcho: true }), await client()]
    const [own, others] = [await collect(silent, 'echo'), await collect(other, 'echo')]
    silent.publish('echo', 'hello')
    await silent.flush()
    await other.flush()
    expect([own.length, others.length]).toEqual([0, 1])
  })

  it.skipIf(isMissing)('serves a client in verbose and pedantic mode', async () => {
    const one = await client({ verbose: true, pedantic: true })
    const messages = await collect(one, 'verbose')
    one.publish('verbose', text.encode('hello'))
    await one.flush()
    expect(messages.map((message) => message.string())).toEqual(['hello'])
  })

  it.skipIf(isMissing)('is found again, with all subscriptions, after a restart on the same port', async () => {
    const before = await start()
    const one = await connect({ servers: before.url, token: testToken, reconnectTimeWait: 20, maxReconnectAttempts: -1 })
    clients.push(one)
    const messages = await collect(one, 'again.*')
    const reconnected = (async () => {
      for await (const status of one.status()) if (status.type === 'reconnect') return
    })()
    await before.stop()
    const after = await start({ port: before.port })
    try {
      await reconnected
      one.publish('again.here', 'hello')
      await one.flush()
      expect(messages.map((message) => message.string())).toEqual(['hello'])
    } finally {
      await one.close()
      await after.stop()
    }
  })
})
