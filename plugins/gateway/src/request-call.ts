import { narrow } from '@caruso/contract'
import type { Call } from '@caruso/contract'
import type { Scope } from '@caruso/kernel'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from './errors.ts'

/** The call that a request makes: anonymous, part of the client's trace, cancelled when the client goes away. */
export function callOf(request: FastifyRequest, reply: FastifyReply, scope: Scope, timeout: number): Call {
  const trace = traceOf(request.headers.traceparent)
  const key = keyOf(request.headers['idempotency-key'])
  const gone = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new GatewayError('CANCELLED', `Answered ${request.method} ${request.url}: the client has gone`))
  })
  const call = scope.call({ as: 'anonymous', timeout, ...(trace === undefined ? {} : { trace }) })
  void reply.header('traceparent', call.trace)
  return narrow(call, { signal: gone.signal, ...(key === undefined ? {} : { key }) })
}

/** The trace a client says it belongs to, where it is one (W3C Trace Context, level 1). */
export function traceOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && traceparent.test(header) ? header : undefined
}

const traceparent = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * The client's name for a request that it may repeat, with or without quotes.
 *
 * @throws GatewayError `REQUEST_INVALID` when it is longer than 128 characters or not plain ASCII
 */
export function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const key = typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : ''
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) throw new GatewayError('REQUEST_INVALID', `Read the header "Idempotency-Key": expected 1 to 128 ASCII characters without spaces, found ${key.length}`)
  return key
}
