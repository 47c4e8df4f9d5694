import { Agent, get as httpGet } from 'node:http'
import { type Call, CarusoError, contract, Type } from '@caruso/contract'
import { Pages } from '@caruso/gateway/contract'
import { expect, test } from 'vitest'
import { depart, madeUp, run } from '../../../test/made-up.ts'
import { openGateway, problemOf } from './open-gateway.ts'

const Orders2 = contract({ name: 'orders', version: '2.0.0', operations: { get: { input: Type.Object({ key: Type.String() }), output: Type.Unknown(), idempotent: true, public: true } } })

test('a public operation is asked by POST with its input as the body', async () => {
  const { post } = await openGateway()
  const response = await post('/api/orders/v1/get', { id: 7 })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toEqual({ id: 7 })
})

test('an idempotent operation is asked by GET, with parameters as its input says', async () => {
  const { base } = await openGateway()
  const response = await fetch(`${base}/api/orders/v1/get?id=7&wide=true&tags=a&tags=b`)
  expect(await response.json()).toEqual({ id: 7, wide: true, tags: ['a', 'b'] })
  const single = await fetch(`${base}/api/orders/v1/get?id=7&tags=a`)
  expect(await single.json()).toEqual({ id: 7, tags: ['a'] })
})

test.each([
  ['a parameter of that name', '/api/looks/v1/at?__proto__=x', undefined],
  ['one in the text of an object', `/api/looks/v1/at?where=${encodeURIComponent('{"__proto__":{"admin":true}}')}`, undefined],
  ['a body', '/api/looks/v1/at', '{"where":{"__proto__":{"admin":true}}}'],
])('what would be taken for a prototype is let in by no way: %s', async (_, path, body) => {
  const Looks = contract({ name: 'looks', version: '1.0.0', operations: { at: { input: Type.Object({ where: Type.Optional(Type.Object({})) }), output: Type.Unknown(), idempotent: true, public: true } } })
  const { base } = await openGateway({}, [Looks, { at: (input) => JSON.stringify(input) }])
  const response = await fetch(base + path, body === undefined ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  expect(response.status).toBe(400)
})

test('a parameter that the input does not allow is refused by name', async () => {
  const { base } = await openGateway()
  const problem = await problemOf(await fetch(`${base}/api/orders/v1/get?id=seven`))
  expect(problem).toMatchObject({ status: 400, code: 'INVALID_INPUT', detail: expect.stringContaining('id') })
})

test('an operation that changes something is not asked by GET', async () => {
  const { base } = await openGateway()
  const response = await fetch(`${base}/api/orders/v1/place?item=x`)
  expect(response.headers.get('allow')).toBe('POST')
  expect(await problemOf(response)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' })
})

test('what is not public does not exist', async () => {
  const { post } = await openGateway()
  expect(await problemOf(await post('/api/orders/v1/secret', {}))).toMatchObject({ status: 404, code: 'NOT_FOUND' })
})

test('an unknown address gets the nearest one', async () => {
  const { post } = await openGateway()
  expect((await problemOf(await post('/api/order/v1/plase', {}))).detail).toContain('did you mean "/api/orders/v1/place"')
  expect((await problemOf(await post('/elsewhere', {}))).status).toBe(404)
})

test('operations come and go while the gateway runs, two majors side by side', async () => {
  const { host, base } = await openGateway()
  expect((await fetch(`${base}/api/orders/v2/get?key=a`)).status).toBe(404)
  await run(host, 'shop2', madeUp('shop2', [Orders2, { get: () => 'second' }]))
  expect(await (await fetch(`${base}/api/orders/v2/get?key=a`)).json()).toBe('second')
  expect(await (await fetch(`${base}/api/orders/v1/get?id=1`)).json()).toEqual({ id: 1 })
  await depart(host, 'shop')
  expect((await fetch(`${base}/api/orders/v1/get?id=1`)).status).toBe(404)
})

test('calls are anonymous, with the time the operation allows, the trace and the key of the client', async () => {
  const { handlers, post } = await openGateway()
  const seen: Call[] = []
  handlers['place'] = (_input, call) => (seen.push(call), { id: 1 })
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  const response = await post('/api/orders/v1/place', { item: 'x' }, { traceparent: trace, 'idempotency-key': '"once"' })
  expect(response.headers.get('traceparent')).toBe(trace)
  expect(seen[0]).toMatchObject({ trace, key: 'once', caller: { identity: 'anonymous', permissions: [] } })
  expect(seen[0]!.deadline - Date.now()).toBeLessThanOrEqual(2000)
})

test('a broken trace is replaced, a broken key refused', async () => {
  const { post } = await openGateway()
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
  const { handlers, post } = await openGateway()
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
  ['an error of the system', Object.assign(new Error('connect ECONNREFUSED hunter2'), { code: 'ECONNREFUSED' })],
  ['an error of the runtime', Object.assign(new Error('hunter2'), { code: 'ERR_INVALID_ARG_TYPE' })],
])('%s tells nothing of what is inside, and is logged', async (_what, error) => {
  const { handlers, lines, post } = await openGateway()
  handlers['place'] = () => {
    throw error
  }
  const response = await post('/api/orders/v1/place', { item: 'x' })
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('hunter2')
  const told = { level: 'warn', fields: { err: { cause: error }, trace: response.headers.get('traceparent') } }
  expect(lines.find(({ level, fields }) => level === 'warn' && 'trace' in (fields as object))).toMatchObject(told)
})

test('an answer that breaks its promise is not passed on', async () => {
  const { handlers, post } = await openGateway()
  handlers['place'] = () => ({ id: 'password=hunter2' })
  const response = await post('/api/orders/v1/place', { item: 'x' })
  expect(response.status).toBe(500)
  const text = await response.text()
  expect(text).toContain('INVALID_OUTPUT')
  expect(text).not.toContain('hunter2')
})

test('bodies that are too large, broken, foreign or poisonous are refused', async () => {
  const { base, post } = await openGateway()
  expect(await problemOf(await post('/api/orders/v1/place', { item: 'x'.repeat(1024 * 1024) }))).toMatchObject({ status: 413, code: 'TOO_LARGE' })
  const send = (body: string, type: string): Promise<Response> => fetch(`${base}/api/orders/v1/place`, { method: 'POST', body, headers: { 'content-type': type } })
  expect(await problemOf(await send('{"item":', 'application/json'))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  expect(await problemOf(await send('{"__proto__":{"item":"x"}}', 'application/json'))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
  expect(await problemOf(await send('{"item":"x"}', 'text/plain'))).toMatchObject({ status: 415, code: 'UNSUPPORTED_TYPE' })
})

test('a client that goes away cancels its call', async () => {
  const { base, handlers } = await openGateway()
  const aborted = new Promise((resolve) => {
    handlers['place'] = (_input, call) => new Promise(() => call.signal.addEventListener('abort', () => resolve(call.signal.reason)))
  })
  const away = new AbortController()
  const answer = fetch(`${base}/api/orders/v1/place`, { method: 'POST', body: '{"item":"x"}', headers: { 'content-type': 'application/json' }, signal: away.signal })
  setTimeout(() => away.abort(), 50)
  await expect(answer).rejects.toThrow()
  expect(await aborted).toMatchObject({ code: 'CANCELLED' })
})

test('OpenAPI describes what is offered now', async () => {
  const { host, base } = await openGateway()
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as { openapi: string; paths: Record<string, Record<string, unknown>> }
  expect(document.openapi).toBe('3.1.1')
  expect(Object.keys(document.paths)).toEqual(['/api/orders/v1/count', '/api/orders/v1/get', '/api/orders/v1/place'])
  expect(document.paths['/api/orders/v1/get']).toMatchObject({
    get: { operationId: 'orders.v1.get.get', parameters: [{ name: 'id', in: 'query', required: true, schema: { type: 'integer' } }, { name: 'wide', required: false }, { name: 'tags', schema: { type: 'array' } }] },
    post: { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } },
  })
  await depart(host, 'shop')
  expect(await (await fetch(`${base}/openapi.json`)).json()).toMatchObject({ paths: {} })
})

test('the page for people lists operations, escaped, under a strict policy', async () => {
  const { base } = await openGateway()
  const response = await fetch(`${base}/docs`)
  expect(response.headers.get('content-security-policy')).toBe("default-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'")
  const text = await response.text()
  expect(text).toContain('/api/orders/v1/place')
  expect(text).toContain('One &#60;order&#62;')
  expect((await fetch(`${base}/docs/docs.css`)).headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect((await fetch(`${base}/docs/icon.svg`)).headers.get('content-type')).toBe('image/svg+xml')
})

test('health and metrics tell about the gateway and the process', async () => {
  const { base } = await openGateway()
  await fetch(`${base}/api/orders/v1/get?id=1`)
  await fetch(`${base}/api/orders/v1/nothing`)
  expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'ok', services: 1 })
  const text = await (await fetch(`${base}/metrics`)).text()
  expect(text).toContain('caruso_calls_total{')
  expect(text).toContain('caruso_gateway_request_duration_seconds_count{route="/api/orders/v1/get",method="GET",status="200"} 1')
  expect(text).toContain('route="/api/:contract/:version/:operation",method="GET",status="404"')
})

test('more requests than allowed are told when to come back', async () => {
  const { base } = await openGateway({ rateLimit: 2 })
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${base}/health`)))
  const refused = answers.filter((answer) => answer.status === 429)
  expect(refused).toHaveLength(3)
  expect(refused[0]!.headers.get('retry-after')).toBe('1')
  expect(await problemOf(refused[0]!)).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
})

test('only loopback is listened at, and only its names are answered to', async () => {
  await expect(openGateway({ host: '0.0.0.0' })).rejects.toThrow('Bound the gateway to host "0.0.0.0": every caller is anonymous, so only loopback is allowed')
  const { port } = await openGateway({ host: 'localhost' })
  const status = await new Promise((resolve, reject) => {
    httpGet({ host: '127.0.0.1', port, path: '/health', headers: { host: 'evil.example' } }, (response) => resolve(response.resume().statusCode)).on('error', reject)
  })
  expect(status).toBe(421)
})

test('pages come from their component, by prefix, and are asked for again only when they changed', async () => {
  await expect(openGateway({ pages: { '/api/x': 'desk' } })).rejects.toThrow('Put pages under "/api/x": the gateway answers "/api" itself')
  const { host, base } = await openGateway({ pages: { '/': 'desk', '/shop': 'shop', '/büro': 'office' } })
  await run(host, 'desk', madeUp('desk', [Pages, { get: (input) => ({ status: 200, type: 'text/plain', body: JSON.stringify(input), language: 'nb' }) }]))
  const response = await fetch(`${base}/a/b.txt?lang=nb`, { headers: { 'accept-language': 'nb' } })
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(response.headers.get('content-language')).toBe('nb')
  expect(await response.json()).toEqual({ path: '/a/b.txt', query: { lang: 'nb' }, acceptLanguage: 'nb' })
  const again = await fetch(`${base}/a/b.txt?lang=nb`, { headers: { 'accept-language': 'nb', 'if-none-match': response.headers.get('etag')! } })
  expect(again.status).toBe(304)
  expect((await fetch(`${base}/shop`, { redirect: 'manual' })).headers.get('location')).toBe('/shop/')
  expect((await fetch(`${base}/b%C3%BCro?a=1`, { redirect: 'manual' })).headers.get('location')).toBe('/b%C3%BCro/?a=1')
  expect((await fetch(`${base}/sh%6Fp?to=/shop`, { redirect: 'manual' })).headers.get('location')).toBe('/sh%6Fp/?to=/shop')
  expect(await problemOf(await fetch(`${base}/shop/`))).toMatchObject({ status: 503, code: 'NO_PROVIDER' })
  expect((await fetch(`${base}/%zz`)).status).toBe(400)
})

test('a connection is kept for more than one request', async () => {
  const { port } = await openGateway()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ports = new Set<number | undefined>()
  for (let i = 0; i < 3; i++) {
    await new Promise<void>((resolve, reject) => {
      const request = httpGet({ host: '127.0.0.1', port, path: '/health', agent }, (response) => {
        ports.add(request.socket?.localPort)
        response.resume().on('end', resolve)
      })
      request.on('error', reject)
    })
  }
  expect(ports.size).toBe(1)
  agent.destroy()
})
