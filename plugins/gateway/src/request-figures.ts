import type { FastifyReply, FastifyRequest } from 'fastify'

/** Counts the gateway's own requests, and tells them as Prometheus text. */
export class RequestFigures {
  readonly #byRoute = new Map<string, { requests: number; seconds: number }>()
  readonly #operations = new WeakMap<FastifyRequest, string>()

  /** Says which operation a request asks for. Only those that exist are told, so that there are few labels. */
  attribute(request: FastifyRequest, address: string): void {
    this.#operations.set(request, address)
  }

  count(request: FastifyRequest, reply: FastifyReply): void {
    const route = this.#operations.get(request) ?? request.routeOptions.url ?? 'none'
    this.#add(`route="${route}",method="${request.method}",status="${reply.raw.statusCode}"`, reply.elapsedTime)
  }

  #add(labels: string, milliseconds: number): void {
    const known = this.#byRoute.get(labels) ?? { requests: 0, seconds: 0 }
    this.#byRoute.set(labels, { requests: known.requests + 1, seconds: known.seconds + milliseconds / 1000 })
  }

  /** @param clients connected over WebSocket */
  text(clients: number): string {
    const rows = [...this.#byRoute]
    return [
      '# HELP caruso_gateway_request_duration_seconds Requests answered, and how long they took.',
      '# TYPE caruso_gateway_request_duration_seconds summary',
      ...rows.map(([labels, { seconds }]) => `caruso_gateway_request_duration_seconds_sum{${labels}} ${seconds}`),
      ...rows.map(([labels, { requests }]) => `caruso_gateway_request_duration_seconds_count{${labels}} ${requests}`),
      '# HELP caruso_gateway_event_clients Clients that are connected for events.',
      '# TYPE caruso_gateway_event_clients gauge',
      `caruso_gateway_event_clients ${clients}`,
      '',
    ].join('\n')
  }
}
