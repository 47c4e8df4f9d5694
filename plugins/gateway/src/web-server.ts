import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import websocket from '@fastify/websocket'
import type { Log } from '@caruso/kernel'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from './config.ts'
import { GatewayError } from './errors.ts'
import { problemOf, problemType, retryAfter } from './problem.ts'

const maxBody = 1024 * 1024
/** Bytes of one message of a WebSocket client; they only subscribe. */
const maxMessage = 16 * 1024
/** Milliseconds in which a request has to be there whole. */
const requestTimeout = 30_000

/** The bare web server: limits, headers, and failures as problems. It has no routes and does not listen. */
export async function webServer(requestsPerSecond: number, log: Log): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: maxBody, requestTimeout, schemaController: noSchemas, frameworkErrors: (error, request, reply) => sendProblem(error, request, reply, log) })
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, log))
  app.setNotFoundHandler((request) => {
    throw new GatewayError('NOT_FOUND', `Looked for ${request.method} "${request.url.slice(0, 200)}": found nothing`)
  })
  app.addHook('onRequest', async (request) => requireOwnName(request))
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives }, strictTransportSecurity: false })
  await app.register(rateLimit, {
    max: requestsPerSecond,
    timeWindow: 1000,
    errorResponseBuilder: (_request, { max }) => new GatewayError('TOO_MANY_REQUESTS', `Counted the requests of the last second: found more than ${max}`),
  })
  await app.register(websocket, { options: { maxPayload: maxMessage } })
  return app
}

/** @throws GatewayError `ORIGIN_REFUSED` when a page of another site opens the connection */
export function requireOwnOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return
  throw new GatewayError('ORIGIN_REFUSED', `Connected from a page of "${origin.slice(0, 200)}": only pages of "${host}" may`)
}

/** The provider checks input and output, so no route has a schema; without fastify's compilers 3 MB and 30 ms are saved. */
const noSchemas = { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } }

function refuseSchema(): never {
  throw new GatewayError('REQUEST_INVALID', 'Compiled the schema of a web route: routes of the gateway have none')
}

const directives = {
  defaultSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  objectSrc: ["'none'"],
}

/**
 * A page on the web can have its own name resolve to this machine and so read what a local server answers (DNS rebinding);
 * it cannot make the browser ask for "localhost".
 */
function requireOwnName(request: FastifyRequest): void {
  if (!isLoopback(request.hostname)) throw new GatewayError('HOST_REFUSED', `Asked for host "${request.hostname.slice(0, 200)}": the gateway answers to localhost, 127.0.0.1 and [::1]`)
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const problem = problemOf(error)
  if (problem.status === 500) log.warn({ err: error, method: request.method, url: request.url.slice(0, 200), trace: reply.getHeader('traceparent') }, 'A request failed')
  if (problem.status === 503 || problem.status === 429) void reply.header('retry-after', retryAfter)
  void reply.code(problem.status).header('cache-control', 'no-store').type(problemType).send(JSON.stringify(problem))
}
