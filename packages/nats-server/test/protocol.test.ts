import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { RawClient } from './raw-client.ts'
import { serverKinds, type TestServer } from './servers.ts'

/** What is sent after CONNECT, and what comes back before the PONG. */
const answered: readonly [name: string, sent: string, received: string][] = [
  ['a message to its own sender', 'SUB a 1\r\nPUB a 1\r\nx\r\n', 'MSG a 1 1\r\nx\r\n'],
  ['a reply subject', 'SUB a 1\r\nPUB a r 1\r\nx\r\n', 'MSG a 1 r 1\r\nx\r\n'],
  ['headers', 'SUB a 1\r\nHPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n', 'HMSG a 1 r 12 14\r\nNATS/1.0\r\n\r\nhi\r\n'],
  ['operations in lower case', 'sub a 1\r\npub a 1\r\nx\r\nHpub a 12 12\r\nNATS/1.0\r\n\r\n\r\n', 'MSG a 1 1\r\nx\r\nHMSG a 1 12 12\r\nNATS/1.0\r\n\r\n\r\n'],
  ['lines that end with a line feed only', 'SUB a 1\nPUB a 1\nx\r\n', 'MSG a 1 1\r\nx\r\n'],
  ['several blanks and tabs', 'SUB\ta\t\t1\r\nPUB   a   r \t 1\r\nx\r\n', 'MSG a 1 r 1\r\nx\r\n'],
  ['a payload that looks like operations', 'SUB a 1\r\nPUB a 14\r\nPUB b 1\r\nx\r\nab\r\n', 'MSG a 1 14\r\nPUB b 1\r\nx\r\nab\r\n'],
  ['subjects that are not ASCII', 'SUB h\xc3\xa9 1\r\nPUB h\xc3\xa9 1\r\nx\r\n', 'MSG h\xc3\xa9 1 1\r\nx\r\n'],
  ['a second SUB with a known sid, which changes nothing', 'SUB a 1\r\nSUB b 1\r\nPUB a 1\r\nx\r\nPUB b 1\r\ny\r\n', 'MSG a 1 1\r\nx\r\n'],
  ['two subscriptions of one client', 'SUB a.* 1\r\nPUB a.b 1\r\nx\r\nUNSUB 1\r\nSUB a.> 2\r\nPUB a.b 1\r\ny\r\n', 'MSG a.b 1 1\r\nx\r\nMSG a.b 2 1\r\ny\r\n'],
  ['UNSUB of an unknown sid', 'UNSUB 99\r\n', ''],
  ['UNSUB with a maximum that is already reached', 'SUB a 1\r\nPUB a 1\r\nx\r\nUNSUB 1 1\r\nPUB a 1\r\ny\r\n', 'MSG a 1 1\r\nx\r\n'],
  ['UNSUB with a maximum that is not', 'SUB a 1\r\nPUB a 1\r\nx\r\nUNSUB 1 2\r\nPUB a 1\r\ny\r\nPUB a 1\r\nz\r\n', 'MSG a 1 1\r\nx\r\nMSG a 1 1\r\ny\r\n'],
  ['UNSUB with a maximum of 0', 'SUB a 1\r\nUNSUB 1 0\r\nPUB a 1\r\nx\r\n', ''],
  ['no responders', 'SUB r.* 7\r\nPUB nobody r.1 2\r\nhi\r\n', 'HMSG r.1 7 16 16\r\nNATS/1.0 503\r\n\r\n\r\n'],
  ['no responders, which do not count towards a maximum', 'SUB r 7\r\nUNSUB 7 1\r\nPUB n r 0\r\n\r\nPUB n r 0\r\n\r\n', 'HMSG r 7 16 16\r\nNATS/1.0 503\r\n\r\n\r\n'.repeat(2)],
  ['no responders to a client that does not listen', 'PUB nobody r.1 2\r\nhi\r\n', ''],
  ['an invalid subject to subscribe to', 'SUB a..b 1\r\nSUB a.>.b 2\r\nSUB .a 3\r\nSUB a. 4\r\n', "-ERR 'Invalid Subject'\r\n".repeat(4)],
  ['a published subject with an empty token', 'SUB > 1\r\nPUB a..b 1\r\nx\r\nPUB .a 1\r\nx\r\nPUB a. 1\r\nx\r\n', ''],
  ['a published subject with wildcards, taken literally', 'SUB a.b 1\r\nSUB a.* 2\r\nPUB a.* 1\r\nx\r\n', 'MSG a.* 2 1\r\nx\r\n'],
  ['wildcards inside of a token, taken literally', 'SUB a* 1\r\nPUB a* 1\r\nx\r\nPUB ab 1\r\ny\r\n', 'MSG a* 1 1\r\nx\r\n'],
  ['+OK and INFO from a client', '+OK\r\nINFO {}\r\n', ''],
  ['PING with an argument', 'PING me\r\n', ''],
]

/** What ends the connection, and the last words of the server; nats-server has none for some, then `undefined`. */
const refused: readonly [name: string, sent: string, words: string | undefined][] = [
  ['an unknown operation', 'FOO bar\r\n', 'Unknown Protocol Operation'],
  ['an empty line', '\r\n', 'Unknown Protocol Operation'],
  ['a blank before the operation', ' PING\r\n', 'Unknown Protocol Operation'],
  ['a payload longer than announced', 'PUB a 1\r\nxyz\r\n', 'Unknown Protocol Operation'],
  ['a payload above the maximum', 'PUB a 5001\r\n', 'Maximum Payload Violation'],
  ['a control line above 4096 bytes', `SUB ${'a'.repeat(5000)} 1\r\n`, 'maximum control line exceeded'],
  ['a control line above 4096 bytes, not finished', `SUB ${'a'.repeat(5000)}`, 'maximum control line exceeded'],
  ['a size that is no number', 'PUB a one\r\n', undefined],
  ['a negative size', 'PUB a -1\r\n', undefined],
  ['PUB with too many arguments', 'PUB a b c 1\r\nx\r\n', undefined],
  ['SUB with too few arguments', 'SUB a\r\n', undefined],
  ['SUB with too many arguments', 'SUB a b c d\r\n', undefined],
  ['headers longer than the message', 'HPUB a 20 14\r\nNATS/1.0\r\n\r\nhi\r\n', undefined],
  ['CONNECT with a wrong token', 'CONNECT {"auth_token":"wrong"}\r\n', 'Authorization Violation'],
  ['CONNECT that is no JSON', 'CONNECT {"auth_\r\n', undefined],
]

describe.each(serverKinds)('byte for byte, $name', ({ isMissing, start }) => {
  let server: TestServer
  let clients: RawClient[] = []
  beforeAll(async () => { if (!isMissing) server = await start({ maxPayload: 5000, connectTimeout: 300, maxSubscriptions: 5 }) })
  afterAll(() => server?.stop())
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.end()))
    clients = []
  })

  async function ready(options: Record<string, unknown> = {}): Promise<RawClient> {
    const client = await RawClient.ready(server.port, options)
    clients.push(client)
    return client
  }

  it.skipIf(isMissing).each(answered)('answers %s', async (_name, sent, received) => {
    expect(await (await ready()).exchange(sent)).toBe(received)
  })

  it.skipIf(isMissing).each(answered)('answers %s, byte by byte', async (_name, sent, received) => {
    const client = await ready()
    for (const byte of sent) {
      client.send(byte)
      await new Promise(setImmediate)
    }
    await client.exchange('')
    expect(client.received.replaceAll('PONG\r\n', '')).toBe(received)
  })

  it.skipIf(isMissing).each(refused)('closes after %s', async (_name, sent, words) => {
    const client = await ready()
    client.send(sent)
    await client.closed
    if (words !== undefined) expect(client.received).toBe(`-ERR '${words}'\r\n`)
  })

  it.skipIf(isMissing)('greets with what a client must know', async () => {
    const client = await ready()
    await client.exchange('')
    expect(client.info).toMatchObject({ proto: 1, headers: true, auth_required: true, max_payload: 5000, host: '127.0.0.1', port: server.port })
  })

  it.skipIf(isMissing).each(['PING\r\n', 'SUB a 1\r\n', 'PUB a 5000\r\n'])('refuses %j before CONNECT', async (sent) => {
    const client = await RawClient.connect(server.port)
    client.send(sent)
    await client.closed
    expect(client.received).toBe("-ERR 'Authorization Violation'\r\n")
  })

  it.skipIf(isMissing)('closes a client that does not authenticate in time', async () => {
    const client = await RawClient.connect(server.port)
    await client.closed
    expect(client.received).toBe("-ERR 'Authentication Timeout'\r\n")
  })

  it.skipIf(isMissing)('acknowledges each operation in verbose mode, before its effect', async () => {
    const client = await ready({ verbose: true })
    expect(await client.exchange('SUB a 1\r\nPUB a 1\r\nx\r\nUNSUB 1\r\n')).toBe('+OK\r\n+OK\r\n+OK\r\nMSG a 1 1\r\nx\r\n+OK\r\n')
  })

  it.skipIf(isMissing)('complains about published subjects in pedantic mode, and delivers', async () => {
    const client = await ready({ pedantic: true })
    expect(await client.exchange('SUB > 1\r\nPUB a.* 1\r\nx\r\nPUB a..b 1\r\ny\r\n'))
      .toBe("-ERR 'Invalid Publish Subject'\r\nMSG a.* 1 1\r\nx\r\n-ERR 'Invalid Publish Subject'\r\n")
  })

  it.skipIf(isMissing)('takes the headers off for a client without them, and refuses that client\'s own', async () => {
    const [plain, full] = [await ready({ headers: false, no_responders: false }), await ready()]
    await plain.exchange('SUB a 1\r\n')
    await full.exchange('HPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n')
    await plain.until('MSG a 1 0\r\n\r\n')
    expect(plain.received).toBe('PONG\r\nMSG a 1 r 2\r\nhi\r\nMSG a 1 0\r\n\r\n')
    plain.send('HPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n')
    await plain.closed
  })

  it.skipIf(isMissing)('refuses no responders without headers', async () => {
    const client = await ready({ headers: false, no_responders: true })
    await client.closed
    expect(client.received).toBe("-ERR 'no responders requires headers support'\r\n")
  })

  it.skipIf(isMissing)('says nothing of missing responders to who did not ask', async () => {
    const client = await ready({ no_responders: false })
    expect(await client.exchange('SUB r 1\r\nPUB nobody r 1\r\nx\r\n')).toBe('')
  })

  it.skipIf(isMissing)('refuses a subscription above the maximum, and goes on', async () => {
    const client = await ready()
    const subscribe = ['a', 'b', 'c', 'd', 'e', 'f'].map((subject, n) => `SUB ${subject} ${n}\r\n`).join('')
    expect(await client.exchange(subscribe)).toBe("-ERR 'maximum subscriptions exceeded'\r\n")
  })

  it.skipIf(isMissing)('refuses a connection above the maximum', async () => {
    const small = await start({ maxConnections: 2 })
    const welcome = [await RawClient.ready(small.port), await RawClient.ready(small.port)]
    for (const client of welcome) await client.exchange('')
    const third = await RawClient.connect(small.port)
    await third.closed
    expect(third.received).toContain("-ERR 'maximum connections exceeded'\r\n")
    await welcome[0]?.end()
    expect(await welcome[1]?.exchange('')).toBe('')
    await welcome[1]?.end()
    await small.stop()
  })
})
