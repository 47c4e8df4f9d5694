import { createHash } from 'node:crypto'
import { checkOf, CarusoError } from '@caruso/contract'
import type { OutputOf } from '@caruso/contract'
import type { PublicServices, Scope } from '@caruso/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Pages } from './contract.ts'
import { GatewayError } from './errors.ts'
import { callOf } from './request-call.ts'

type Page = OutputOf<typeof Pages.operations.get>
type PageRequest = FastifyRequest<{ Querystring: Readonly<Record<string, string | string[] | undefined>> }>

/** Milliseconds a page may take. */
const timeout = 5000

/** Serves the pages of components at whatever address the gateway does not answer itself. */
export function servePages(app: FastifyInstance, prefixes: Readonly<Record<string, string>>, services: PublicServices, scope: Scope): void {
  const mounts = Object.entries(prefixes).map(([prefix, component]): Mount => ({ prefix: prefix.replace(/\/+$/, ''), component })).toSorted((a, b) => b.prefix.length - a.prefix.length)
  app.get('/*', async (request: PageRequest, reply) => {
    const path = pathOf(request)
    const mount = mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))
    if (mount === undefined) throw new GatewayError('NOT_FOUND', `Looked for a page at "${path.slice(0, 200)}": found none`)
    // Pages link to their files by relative addresses, which need the slash.
    if (path === mount.prefix) return reply.redirect(request.url.replace(/\?|$/, '/$&'), 308)
    const call = callOf(request, reply, scope, timeout)
    const target = { contract: Pages.name, major: 1, component: mount.component, operation: 'get' }
    return sendPage(request, reply, asPage(await services.call(target, inputOf(request, path.slice(mount.prefix.length)), call), mount))
  })
}

interface Mount {
  readonly prefix: string
  readonly component: string
}

function pathOf(request: PageRequest): string {
  const raw = request.url.split('?', 1)[0] ?? '/'
  try {
    return decodeURIComponent(raw)
  } catch (error) {
    throw new GatewayError('REQUEST_INVALID', `Read the address "${raw.slice(0, 200)}": expected percent-encoded UTF-8`, { cause: error })
  }
}

function inputOf(request: PageRequest, path: string): unknown {
  const query = Object.entries(request.query).map(([name, value]) => [name, typeof value === 'string' ? value : (value?.[0] ?? '')])
  const language = request.headers['accept-language']?.slice(0, 512)
  return { path, query: Object.fromEntries(query), ...(language === undefined ? {} : { acceptLanguage: language }) }
}

function asPage(answer: unknown, { component }: Mount): Page {
  const check = checkOf(Pages.operations.get.output)
  if (!isPage(answer)) throw new CarusoError('INVALID_OUTPUT', `Asked component "${component}" for a page: ${check.explain(answer)}`)
  return answer
}

function isPage(answer: unknown): answer is Page {
  return checkOf(Pages.operations.get.output).accepts(answer)
}

function sendPage(request: PageRequest, reply: FastifyReply, page: Page): FastifyReply {
  const tag = `"${createHash('sha256').update(page.body).digest('base64url').slice(0, 22)}"`
  void reply.header('etag', tag).header('cache-control', page.maxAge === undefined ? 'no-cache' : `public, max-age=${page.maxAge}`)
  if (page.language !== undefined) void reply.header('content-language', page.language).header('vary', 'accept-language')
  if (page.status === 200 && request.headers['if-none-match'] === tag) return reply.code(304).send()
  return reply.code(page.status).type(`${page.type}; charset=utf-8`).send(page.body)
}
