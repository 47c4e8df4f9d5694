import { Agent, get as httpGet, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { CarusoError, contract, Type } from '@caruso/contract'
import type { Call } from '@caruso/contract'
import gateway from '@caruso/gateway'
import { Pages } from '@caruso/gateway/contract'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ScopeDouble, ServicesDouble } from '../../../test/kernel-double.ts'

const Orders = contract({
  name: 'orders',
  version: '1.2.0',
  operations: {
    get: { input: Type.Object({ id: Type.Integer(), wide: Type.Optional(Type.Boolean()), tags: Type.Optional(Type.Array(Type.String())) }), output: Type.Unknown(), idempotent: true, public: true, description: 'One <order>' },
    place: { input: Type.Object({ item: Type.String() }), output: Type.Object({ id: Type.Integer() }), public: true, timeout: 2000 },
    count: { input: Type.Object({ to: Type.Integer() }), stream: Type.Integer(), idempotent: true, public: true },
    secret: { input: Type.Object({}), output: Type.Null() },
  },
  events: { placed: { payload: Type.Object({ id: Type.Integer() }), public: true } },
})
const Orders2 = contract({ name: 'orders', version: '2.0.0', operations: { get: { input: Type.Object({ key: Type.String() }), output: Type.Unknown(), idempotent: true, public: true } } })

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
let services: ServicesDouble
let scope: ScopeDouble
let base: string
let handlers: Record<string, (input: never, call: Call) => unknown>

beforeEach(async () => {
  services = new ServicesDouble()
  scope = new ScopeDouble()
  handlers = {
    get: (input) => input,
    place: () => ({ id: 1 }),
    async *count({ to }: { to: number }) {
      for (let item = 1; item <= to; item++) yield item
    },
    secret: () => null,
  }
  services.offer('shop', Orders, { get: (input, call) => handlers['get']!(input as never, call), place: (input, call) => handlers['place']!(input as never, call), count: (input, call) => handlers['count']!(input as never, call), secret: () => null })
  await start({})
})

afterEach(async () => {
  await scope.end()
  vi.resetAllMocks()
})

async function start(change: { readonly pages?: Record<string, string>; readonly rateLimit?: number; readonly host?: string }): Promise<void> {
  await scope.end()
  scope = new ScopeDouble()
  await gateway.start({ config: { host: '127.0.0.1', port: 0, rateLimit: 10_000, pages: {}, ...change }, services, scope, log })
  await scope.activate()
  base = `http://127.0.0.1:${scope.port}`
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(base + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
}

async function problemOf(response: Response): Promise<{ status: number; code: string; detail: string; details?: unknown }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  const problem = (await response.json()) as { status: number; code: string; detail: string }
  expect(problem.status).toBe(response.status)
  return problem
}

test('a public operation is asked by POST with its input as the body', async () => {
  const response = await post('/api/orders/v1/get', { id: 7 })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toEqual({ id: 7 })
})

test('an idempotent operation is asked by GET, with parameters as its input says', async () => {
  const response = await fetch(`${base}/api/orders/v1/get?id=7&wide=true&tags=a&tags=b`)
  expect(await response.json()).toEqual({ id: 7, wide: true, tags: ['a', 'b'] })
  const single = await fetch(`${base}/api/orders/v1/get?id=7&tags=a`)
  expect(await single.json()).toEqual({ id: 7, tags: ['a'] })
})

test('a parameter that the input does not allow is refused by name', async () => {
  const problem = await problemOf(await fetch(`${base}/api/orders/v1/get?id=seven`))
  expect(problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', detail: expect.stringContaining('id') })
})

test('an operation that changes something is not asked by GET', async () => {
  const response = await fetch(`${base}/api/orders/v1/place?item=x`)
  expect(response.headers.get('allow')).toBe('POST')
  expect(await problemOf(response)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
})

test('what is not public does not exist', async () => {
  expect(await problemOf(await post('/api/orders/v1/secret', {}))).toMatchObject({ status: 404, code: 'NOT_FOUND' })
})

test('an unknown address gets the nearest one', async () => {
  expect((await problemOf(await post('/api/order/v1/plase', {}))).detail).toContain('did you mean "/api/orders/v1/place"')
  expect((await problemOf(await post('/elsewhere', {}))).status).toBe(404)
})

test('operations come and go while the gateway runs, two majors side by side', async () => {
  expect((await fetch(`${base}/api/orders/v2/get?key=a`)).status).toBe(404)
  services.offer('shop2', Orders2, { get: () => 'second' })
  expect(await (await fetch(`${base}/api/orders/v2/get?key=a`)).json()).toBe('second')
  expect(await (await fetch(`${base}/api/orders/v1/get?id=1`)).json()).toEqual({ id: 1 })
  services.withdraw(Orders)
  expect((await fetch(`${base}/api/orders/v1/get?id=1`)).status).toBe(404)
})

test('calls are anonymous, with the time the operation allows, the trace and the key of the client', async () => {
  const seen: Call[] = []
  handlers['place'] = (_input, call) => (seen.push(call), { id: 1 })
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const response = await post('/api/orders/v1/place', { item: 'x' }, { traceparent: trace, 'idempotency-key': '"once"' })
  expect(response.headers.get('traceparent')).toBe(trace)
  expect(seen[0]).toMatchObject({ trace, key: 'once', caller: { identity: 'anonymous', permissions: [] } })
  expect(seen[0]!.deadline - Date.now()).toBeLessThanOrEqual(2000)
})

test('a broken trace is replaced, a broken key refused', async () => {
  const response = await post('/api/orders/v1/place', { item: 'x' }, { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` })
  expect(response.headers.get('traceparent')).not.toContain('00000000000000000000000000000000')
  expect(await problemOf(await post('/api/orders/v1/place', { item: 'x' }, { 'idempotency-key': 'k'.repeat(129) }))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
})

test.each([
  ['INVALID_INPUT', 400],
  ['FORBIDDEN', 403],
  ['TOO_LARGE', 413],
  ['PROVIDER_LOST', 502],
  ['NO_PROVIDER', 503],
  ['DEADLINE_EXCEEDED', 504],
  ['OUT_OF_STOCK', 422],
])('the code %s becomes the status %i', async (code, status) => {
  handlers['place'] = () => {
    throw new CarusoError(code, 'Placed an order: found a reason not to', { details: { left: 0 } })
  }
  const response = await post('/api/orders/v1/place', { item: 'x' })
  const problem = await problemOf(response)
  expect(problem).toMatchObject({ status, code, detail: 'Placed an order: found a reason not to' })
  expect(problem.details).toEqual(status === 422 ? { left: 0 } : undefined)
  expect(response.headers.get('retry-after')).toBe(status === 503 ? '1' : null)
})

test.each([
  ['an error without a code', new Error('password=hunter2')],
  ['an answer that breaks its promise', new CarusoError('INVALID_OUTPUT', 'password=hunter2')],
  ['an error of the system', Object.assign(new Error('connect ECONNREFUSED hunter2'), { code: 'ECONNREFUSED' })],
  ['an error of the runtime', Object.assign(new Error('hunter2'), { code: 'ERR_INVALID_ARG_TYPE' })],
])('%s tells nothing of what is inside, and is logged', async (_what, error) => {
  handlers['place'] = () => {
    throw error
  }
  const response = await post('/api/orders/v1/place', { item: 'x' })
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('hunter2')
  expect(log.warn).toHaveBeenCalledWith(expect.objectContaining({ err: error, trace: response.headers.get('traceparent') }), expect.any(String))
})

test('bodies that are too large, broken, foreign or poisonous are refused', async () => {
  expect(await problemOf(await post('/api/orders/v1/place', { item: 'x'.repeat(1024 * 1024) }))).toMatchObject({ status: 413, code: 'TOO_LARGE' })
  const send = (body: string, type: string): Promise<Response> => fetch(`${base}/api/orders/v1/place`, { method: 'POST', body, headers: { 'content-type': type } })
  expect(await problemOf(await send('{"item":', 'application/json'))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  expect(await problemOf(await send('{"__proto__":{"item":"x"}}', 'application/json'))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  expect(await problemOf(await send('{"item":"x"}', 'text/plain'))).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' })
})

test('a client that goes away cancels its call', async () => {
  const aborted = new Promise((resolve) => {
    handlers['place'] = (_input, call) => new Promise(() => call.signal.addEventListener('abort', () => resolve(call.signal.reason)))
  })
  const away = new AbortController()
  const answer = fetch(`${base}/api/orders/v1/place`, { method: 'POST', body: '{"item":"x"}', headers: { 'content-type': 'application/json' }, signal: away.signal })
  setTimeout(() => away.abort(), 50)
  await expect(answer).rejects.toThrow()
  expect(await aborted).toMatchObject({ code: 'CANCELLED' })
})

test('a stream answers line by line', async () => {
  const response = await post('/api/orders/v1/count', { to: 3 })
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  expect(await response.text()).toBe('1\n2\n3\n')
})

test('a stream that fails at once fails with a status, later with a last line and a cut connection', async () => {
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
  const socket = connect(scope.port, '127.0.0.1')
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

test('OpenAPI describes what is offered now', async () => {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as { openapi: string; paths: Record<string, Record<string, unknown>> }
  expect(document.openapi).toBe('3.1.1')
  expect(Object.keys(document.paths)).toEqual(['/api/orders/v1/count', '/api/orders/v1/get', '/api/orders/v1/place'])
  expect(document.paths['/api/orders/v1/get']).toMatchObject({
    get: { operationId: 'orders.v1.get.get', parameters: [{ name: 'id', in: 'query', required: true, schema: { type: 'integer' } }, { name: 'wide', required: false }, { name: 'tags', schema: { type: 'array' } }] },
    post: { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } },
  })
  services.withdraw(Orders)
  expect(await (await fetch(`${base}/openapi.json`)).json()).toMatchObject({ paths: {} })
})

test('the page for people lists operations, escaped, under a strict policy', async () => {
  const response = await fetch(`${base}/docs`)
  expect(response.headers.get('content-security-policy')).toBe("default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'")
  const text = await response.text()
  expect(text).toContain('/api/orders/v1/place')
  expect(text).toContain('One &#60;order&#62;')
  expect((await fetch(`${base}/docs/docs.css`)).headers.get('content-type')).toBe('text/css; charset=utf-8')
})

test('health and metrics tell about the gateway and the process', async () => {
  await fetch(`${base}/api/orders/v1/get?id=1`)
  await fetch(`${base}/api/orders/v1/nothing`)
  expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'ok', services: 1 })
  const text = await (await fetch(`${base}/metrics`)).text()
  expect(text).toContain('caruso_double 1')
  expect(text).toContain('caruso_gateway_request_duration_seconds_count{route="/api/orders/v1/get",method="GET",status="200"} 1')
  expect(text).toContain('route="/api/:contract/:version/:operation",method="GET",status="404"')
})

test('more requests than allowed are told when to come back', async () => {
  await start({ rateLimit: 2 })
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${base}/health`)))
  const refused = answers.filter((answer) => answer.status === 429)
  expect(refused).toHaveLength(3)
  expect(refused[0]!.headers.get('retry-after')).toBe('1')
  expect(await problemOf(refused[0]!)).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
})

test('only loopback is listened at, and only its names are answered to', async () => {
  await expect(start({ host: '0.0.0.0' })).rejects.toThrow('Bound the gateway to host "0.0.0.0": every caller is anonymous, so only loopback is allowed')
  await start({ host: 'localhost' })
  const status = await new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port: scope.port, path: '/health', headers: { host: 'evil.example' } }, (response) => resolve(response.resume().statusCode)).on('error', reject)
  })
  expect(status).toBe(421)
})

test('pages come from their component, by prefix, and are asked for again only when they changed', async () => {
  await expect(start({ pages: { '/api/x': 'desk' } })).rejects.toThrow('Put pages under "/api/x": the gateway answers "/api" itself')
  await start({ pages: { '/': 'desk', '/shop': 'shop' } })
  services.offer('desk', Pages, { get: (input) => ({ status: 200, type: 'text/plain', body: JSON.stringify(input), language: 'nb' }) })
  const response = await fetch(`${base}/a/b.txt?lang=nb`, { headers: { 'accept-language': 'nb' } })
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(response.headers.get('content-language')).toBe('nb')
  expect(await response.json()).toEqual({ path: '/a/b.txt', query: { lang: 'nb' }, acceptLanguage: 'nb' })
  const again = await fetch(`${base}/a/b.txt?lang=nb`, { headers: { 'accept-language': 'nb', 'if-none-match': response.headers.get('etag')! } })
  expect(again.status).toBe(304)
  expect((await fetch(`${base}/shop`, { redirect: 'manual' })).headers.get('location')).toBe('/shop/')
  expect(await problemOf(await fetch(`${base}/shop/`))).toMatchObject({ status: 503, code: 'NO_PROVIDER' })
  expect((await fetch(`${base}/%zz`)).status).toBe(400)
})

/** A connected client, and what it hears. */
async function connectEvents(): Promise<{ socket: WebSocket; heard: unknown[]; closed: Promise<number> }> {
  const socket = new WebSocket(`ws://127.0.0.1:${scope.port}/events`)
  const heard: unknown[] = []
  socket.addEventListener('message', ({ data }) => heard.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the connection was refused')))
  })
  return { socket, heard, closed }
}

const placed = { contract: 'orders', version: '1.2.0', component: 'shop', event: 'placed', payload: { id: 1 } }

test.each(['orders.placed', 'orders.*'])('a client that subscribes to %s hears the event', async (name) => {
  const { socket, heard } = await connectEvents()
  services.tell(placed)
  socket.send(JSON.stringify({ subscribe: [name] }))
  await vi.waitFor(() => expect(heard).toEqual([{ subscribed: [name] }]))
  services.tell(placed)
  services.tell({ ...placed, contract: 'other' })
  await vi.waitFor(() => expect(heard).toHaveLength(2))
  expect(heard[1]).toEqual({ event: 'orders.placed', version: '1.2.0', component: 'shop', payload: { id: 1 } })
  socket.close()
})

test.each(['not json', '{"subscribe":["*"]}', '{"subscribe":["a.b.c"]}', JSON.stringify({ subscribe: Array.from({ length: 101 }, (_, i) => `a.b${i}`) })])('a client that sends %s is closed', async (text) => {
  const { socket, closed } = await connectEvents()
  socket.send(text)
  expect(await closed).toBe(1007)
})

test('a client that does not read is closed, the others hear on', async () => {
  const good = await connectEvents()
  good.socket.send('{"subscribe":["orders.*"]}')
  const slow = await rawEvents({})
  const text = JSON.stringify({ subscribe: ['orders.*'] })
  slow.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]))
  await delay(50)
  slow.pause()
  for (let sent = 0; sent < 300; sent++) {
    services.tell({ ...placed, payload: 'x'.repeat(100_000) })
    await delay(1)
  }
  await vi.waitFor(async () => expect(await (await fetch(`${base}/metrics`)).text()).toContain('caruso_gateway_event_clients 1\n'))
  await vi.waitFor(() => expect(good.heard.length).toBe(301))
  slow.destroy()
  good.socket.close()
})

test('a page of another site may not connect, one of ours may', async () => {
  const ours = await rawEvents({ origin: `http://localhost:${scope.port}` })
  ours.destroy()
  await expect(rawEvents({ origin: 'https://evil.example' })).rejects.toThrow('403')
})

/** A WebSocket by hand, for what a well-behaved client does not do. */
function rawEvents(headers: Record<string, string>): Promise<import('node:net').Socket> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: scope.port, path: '/events', headers: { host: `localhost:${scope.port}`, connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...headers } })
    request.on('upgrade', (_response, socket) => resolve(socket))
    request.on('response', (response) => reject(new Error(String(response.statusCode))))
    request.on('error', reject)
    request.end()
  })
}

test('the end answers what was accepted, tells clients to go elsewhere, and leaves nothing open', async () => {
  const events = await connectEvents()
  const answered = Promise.withResolvers<unknown>()
  const asked = Promise.withResolvers<void>()
  handlers['place'] = () => (asked.resolve(), answered.promise)
  const idle = connect(scope.port, '127.0.0.1')
  await once(idle)
  const pending = post('/api/orders/v1/place', { item: 'x' })
  await asked.promise
  const ended = scope.end()
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

test('a connection is kept for more than one request', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (let i = 0; i < 3; i++) {
    await new Promise<void>((resolve, reject) => {
      const request = httpGet({ host: '127.0.0.1', port: scope.port, path: '/health', agent }, (response) => {
        ports.add(request.socket?.localPort)
        response.resume().on('end', resolve)
      })
      request.on('error', reject)
    })
  }
  expect(ports.size).toBe(1)
  agent.destroy()
})

function once(socket: import('node:net').Socket): Promise<void> {
  return new Promise((resolve) => socket.once('connect', () => resolve()))
}
