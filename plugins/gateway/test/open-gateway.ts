import { contract, type Contract, Type } from '@caruso/contract'
import gateway from '@caruso/gateway'
import { openHost, type TestHost } from '../../../test/hosts.ts'
import { type Handlers, madeUp, run } from '../../../test/made-up.ts'

export const Orders = contract({
  name: 'orders',
  version: '1.2.0',
  operations: {
    get: { input: Type.Object({ id: Type.Integer(), wide: Type.Optional(Type.Boolean()), tags: Type.Optional(Type.Array(Type.String())) }), output: Type.Unknown(), idempotent: true, public: true, description: 'One <order>' },
    place: { input: Type.Object({ item: Type.String() }), output: Type.Object({ id: Type.Integer() }), public: true, timeout: 2000 },
    count: { input: Type.Object({ to: Type.Integer() }), stream: Type.Unknown(), idempotent: true, public: true },
    secret: { input: Type.Object({}), output: Type.Null() },
  },
  events: { placed: { payload: Type.Object({ id: Type.Integer(), note: Type.Optional(Type.String()) }), public: true } },
})

/** A gateway in a host of its own, beside a shop whose handlers a test may replace. */
export interface OpenGateway extends TestHost {
  readonly base: string
  readonly port: number
  readonly handlers: Handlers
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  tell(component: string, from: Contract, event: string, payload: unknown): void
}

export interface GatewayChange {
  readonly pages?: Record<string, string>
  readonly rateLimit?: number
  readonly host?: string
}

/** @param offered what the shop provides instead of its orders */
export async function openGateway(change: GatewayChange = {}, offered?: readonly [contract: Contract, handlers: Handlers]): Promise<OpenGateway> {
  const opened = openHost()
  const { host, bus } = opened
  const handlers: Handlers = {
    get: (input) => input,
    place: () => ({ id: 1 }),
    async *count({ to }: { to: number }) {
      for (let item = 1; item <= to; item++) yield item
    },
    secret: () => null,
  }
  await run(host, 'shop', madeUp('shop', offered ?? [Orders, handlers]))
  await run(host, 'gateway', gateway, { host: '127.0.0.1', port: 0, rateLimit: 10_000, ...change })
  const { detail: base = '' } = (await host.active('gateway')?.health()) ?? {}
  return {
    ...opened,
    base,
    port: Number(new URL(base).port),
    handlers,
    post: async (path, body, headers = {}) => await fetch(base + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    tell: (component, from, event, payload) => bus.emit(component, from, event, payload, opened.call()),
  }
}

/** The problem that a response tells, checked to be one. */
export async function problemOf(response: Response): Promise<{ status: number; code: string; detail: string; details?: unknown }> {
  const type = response.headers.get('content-type')
  const problem = (await response.json()) as { status: number; code: string; detail: string; details?: unknown }
  if (type !== 'application/problem+json; charset=utf-8' || problem.status !== response.status) throw new Error(`found ${type} and the status ${response.status}, expected a problem of that status`)
  return problem
}
