import type { Call } from '@caruso/contract'
import type { Log, PublicServices, Scope } from '@caruso/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from './errors.ts'
import { sendLines } from './json-lines.ts'
import type { Offer } from './offer.ts'
import { isReadable } from './operation-table.ts'
import type { Route } from './operation-table.ts'
import { problemOf } from './problem.ts'
import type { Problem } from './problem.ts'
import { inputFromQuery } from './query-input.ts'
import type { Query } from './query-input.ts'
import { callOf } from './request-call.ts'
import type { RequestFigures } from './request-figures.ts'

interface Parts {
  readonly services: PublicServices
  readonly scope: Scope
  readonly log: Log
  readonly offer: Offer
  readonly figures: RequestFigures
}

type ApiRequest = FastifyRequest<{ Params: { contract: string; version: string; operation: string }; Querystring: Query }>

/** Milliseconds an operation may take that does not say so itself. */
const defaultTimeout = 10_000

/**
 * Serves every public operation at `/api/<contract>/v<major>/<operation>`. One web route for all: components come, go and
 * change versions while the gateway runs, and routes of the web server cannot be taken back.
 */
export function serveApi(app: FastifyInstance, parts: Parts): void {
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: '/api/:contract/:version/:operation',
    handler: async (request: ApiRequest, reply) => {
      const { contract, version, operation } = request.params
      const route = parts.offer.table.find(`/api/${contract}/${version}/${operation}`)
      parts.figures.attribute(request, route.address)
      const input = inputOf(request, reply, route)
      const call = callOf(request, reply, parts.scope, route.operation.timeout ?? defaultTimeout)
      const target = { contract: route.contract, major: route.major, operation: route.name }
      if (route.operation.stream !== undefined) return streamTo(reply, parts, route, input, call)
      const answer = await parts.services.call(target, input, call)
      return reply.header('cache-control', 'no-store').type('application/json; charset=utf-8').send(JSON.stringify(answer))
    },
  })
}

function inputOf(request: ApiRequest, reply: FastifyReply, route: Route): unknown {
  if (request.method === 'POST') return request.body ?? {}
  const reads = request.method === 'GET' || request.method === 'HEAD'
  if (reads && isReadable(route)) return inputFromQuery(request.query, route.operation.input)
  void reply.header('allow', isReadable(route) ? 'GET, HEAD, POST' : 'POST')
  throw new GatewayError('METHOD_NOT_ALLOWED', `Asked "${route.address}" by ${request.method}: expected ${isReadable(route) ? 'GET or POST' : 'POST'}`)
}

async function streamTo(reply: FastifyReply, { services, log }: Parts, route: Route, input: unknown, call: Call): Promise<void> {
  const failed = (error: unknown): Problem => {
    const problem = problemOf(error)
    if (problem.status === 500) log.warn({ err: error, operation: route.address, trace: call.trace }, 'An operation failed while it answered')
    return problem
  }
  const items = services.stream({ contract: route.contract, major: route.major, operation: route.name }, input, call)
  await sendLines(reply, items, failed)
}
