import { getSystemErrorMap } from 'node:util'
import { codeOf, messageOf } from '@caruso/contract'

/** What a client is told about a failure: RFC 9457, served as `application/problem+json`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  /** What the component adds to a failure of its own. */
  readonly details?: unknown
}

export const problemType = 'application/problem+json; charset=utf-8'

/** Seconds after which it is worth asking again. */
export const retryAfter = 1

/** The problem that any failure is for a client; of failures inside it tells no more than that. */
export function problemOf(error: unknown): Problem {
  const code = publicCode(error)
  const known = kinds.get(code)
  const [status, title] = known ?? [422, 'The component refused']
  const hidden = status === 500
  const details = known === undefined && typeof error === 'object' && error !== null && 'details' in error ? error.details : undefined
  return {
    type: `urn:caruso:problem:${code}`,
    title,
    status,
    code,
    detail: hidden ? 'The request could not be answered; the log says why, under the trace in the header "traceparent"' : messageOf(error),
    ...(details === undefined ? {} : { details }),
  }
}

const kinds: ReadonlyMap<string, readonly [status: number, title: string]> = new Map([
  ['REQUEST_INVALID', [400, 'The request cannot be read']],
  ['INVALID_INPUT', [400, 'The input does not fit the operation']],
  ['FORBIDDEN', [403, 'Not permitted']],
  ['ORIGIN_REFUSED', [403, 'Asked from a foreign page']],
  ['NOT_FOUND', [404, 'Not found']],
  ['UNKNOWN_OPERATION', [404, 'No such operation']],
  ['METHOD_NOT_ALLOWED', [405, 'Not by this method']],
  ['TOO_LARGE', [413, 'Too large']],
  ['UNSUPPORTED_TYPE', [415, 'Only JSON is understood']],
  ['HOST_REFUSED', [421, 'Asked for under a foreign name']],
  ['TOO_MANY_REQUESTS', [429, 'Too many requests']],
  ['CANCELLED', [499, 'Nobody waits for the answer']],
  ['HANDLER_FAILED', [500, 'The component failed']],
  ['INVALID_OUTPUT', [500, 'The component answered with something else than it promised']],
  ['UNDECLARED', [500, 'The component failed']],
  ['PROVIDER_LOST', [502, 'The component was lost while it worked']],
  ['MOVED', [503, 'The component was exchanged while it answered']],
  ['NO_PROVIDER', [503, 'Nobody offers this at the moment']],
  ['NOT_CONNECTED', [503, 'Not connected']],
  ['NOT_DELIVERED', [503, 'The request did not arrive']],
  ['DEADLINE_EXCEEDED', [504, 'It took too long']],
])

/** Codes of the web server, in our words. */
const translated: ReadonlyMap<string, string> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'TOO_LARGE'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'UNSUPPORTED_TYPE'],
])

const systemCodes: ReadonlySet<string> = new Set([...getSystemErrorMap().values()].map(([name]) => name))

/** A code that may be shown: a component's own, but never one of the system, the runtime or the web server. */
function publicCode(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return statusOf(error) < 500 ? 'REQUEST_INVALID' : 'HANDLER_FAILED'
  if (code.startsWith('FST_')) return translated.get(code) ?? (statusOf(error) < 500 ? 'REQUEST_INVALID' : 'HANDLER_FAILED')
  return systemCodes.has(code) || code.startsWith('ERR_') ? 'HANDLER_FAILED' : code
}

/** The status that the web server gave its own error. */
function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500
}
