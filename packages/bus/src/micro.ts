import { codeOf, isCompatibleVersion, messageOf, narrow, type Caller, type Contract } from '@caruso/contract'
import { CallContext } from './call-context.ts'
import { BusError } from './errors.ts'
import type { Delivery, Link, LinkSubscription } from './link.ts'
import type { Consumer, Outlet } from './outlet.ts'
import { encodeValue, parseJson, serviceKey } from './protocol.ts'
import type { Provider } from './provider.ts'
import type { InstanceInfo, Registry } from './registry.ts'
import type { ServedOperation } from './served-operation.ts'
import { isTraceparent, newTraceparent } from './traceparent.ts'

/** What is made a micro service: an instance, and the bus it is reached through. */
export interface MicroOptions {
  readonly link: Link
  readonly assembly: string
  readonly info: InstanceInfo
  readonly provider: Provider
  readonly registry: Registry
  /** How any instance of the component is asked. */
  outlet(contract: Contract, consumer: Consumer): Outlet
  /** Told of each request that has no reply subject, so that nobody could be answered. */
  strange(): void
}

interface Endpoint {
  readonly name: string
  readonly subject: string
  readonly served: ServedOperation
}

const queue = 'q'
const timeout = 10_000
/** Characters of an input. */
const maxInput = 1_048_576
/** Characters of an error, well below what a header may take. */
const maxMessage = 1_024
const keyPattern = /^[\x21-\x7e]{1,256}$/
const foreigner: Caller = { component: 'nats', identity: 'anonymous', permissions: [], grants: [] }

const statusOf: ReadonlyMap<string | undefined, number> = new Map([
  ['INVALID_INPUT', 400],
  ['FORBIDDEN', 403],
  ['UNDECLARED', 403],
  ['NOT_FOUND', 404],
  ['UNKNOWN_OPERATION', 404],
  ['DEADLINE_EXCEEDED', 408],
  ['TOO_LARGE', 413],
  ['MOVED', 503],
  ['NO_PROVIDER', 503],
  ['NOT_CONNECTED', 503],
  ['NOT_DELIVERED', 503],
  ['PROVIDER_LOST', 503],
])

/**
 * Makes an instance a standard NATS micro service, so that ordinary NATS tools see it and foreign clients call it as
 * `anonymous`; returns the end of it. Source: NATS ADR-32, revision 6.
 */
export function announceMicro(options: MicroOptions): () => Promise<void> {
  const { link, info } = options
  const endpoints = endpointsOf(options)
  const answers: Record<string, () => object> = {
    PING: () => identityOf('ping', options),
    INFO: () => ({ ...identityOf('info', options), description: '', endpoints: endpoints.map(described) }),
    STATS: () => ({ ...identityOf('stats', options), started: info.started, endpoints: endpoints.map(({ name, subject, served }) => ({ name, subject, queue_group: queue, ...counted(served), data: { in_flight: options.provider.inFlight } })) }),
  }
  const asked = Object.entries(answers).flatMap(([verb, answer]) =>
    [`$SRV.${verb}`, `$SRV.${verb}.${info.component}`, `$SRV.${verb}.${info.component}.${info.id}`].map((subject) =>
      link.subscribe(subject, ({ reply }) => {
        if (reply !== undefined && link.connected) link.publish(reply, JSON.stringify(answer()))
      }),
    ),
  )
  const calls: LinkSubscription[] = []
  const end = whenNotTried(options, () => {
    for (const { subject, served } of endpoints) calls.push(link.subscribe(subject, (delivery) => void serve(options, served, delivery), queue))
  })
  return async () => {
    end()
    // Whoever looks on still sees what it works on.
    options.provider.whenIdle(() => asked.forEach((subscription) => subscription.end()))
    await Promise.all(calls.map((subscription) => subscription.drain()))
  }
}

/**
 * Begins once the instance has no share of its own: whoever shares a queue group gets as much as any other, so one that
 * is being tried is not in it. Returns the end of waiting.
 */
function whenNotTried({ info, registry }: MicroOptions, begin: () => void): () => void {
  if (info.share === undefined) {
    begin()
    return () => undefined
  }
  const unwatch = registry.watch(() => {
    const now = registry.get(info.id)
    if (now === undefined || now.info.share !== undefined) return
    unwatch()
    begin()
  })
  return unwatch
}

/** One endpoint per operation that answers once; of the versions with one major, the newest. */
function endpointsOf({ assembly, provider }: MicroOptions): Endpoint[] {
  const endpoints = new Map<string, Endpoint>()
  for (const served of provider.operations()) {
    const { contract, name, operation } = served
    if (operation.stream !== undefined) continue
    const major = `v${Number.parseInt(contract.version, 10)}`
    const subject = `${assembly}.api.${contract.name}.${major}.${name}`
    const known = endpoints.get(subject)
    if (known === undefined || isCompatibleVersion(contract.version, known.served.contract.version)) endpoints.set(subject, { name: `${contract.name}-${major}-${name}`, subject, served })
  }
  return [...endpoints.values()]
}

function identityOf(kind: 'ping' | 'info' | 'stats', { assembly, info }: MicroOptions): object {
  const metadata = { assembly, host: info.host, isolation: info.isolation, contracts: info.contracts.map(serviceKey).join(' ') }
  return { type: `io.nats.micro.v1.${kind}_response`, name: info.component, id: info.id, version: info.version, metadata }
}

function described({ name, subject, served }: Endpoint): object {
  const { description } = served.operation
  return { name, subject, queue_group: queue, metadata: description === undefined ? {} : { description } }
}

function counted({ calls, errors, lastError, milliseconds }: ServedOperation): object {
  const nanoseconds = Math.round(milliseconds * 1e6)
  return { num_requests: calls, num_errors: errors, last_error: lastError, processing_time: nanoseconds, average_processing_time: calls === 0 ? 0 : Math.round(nanoseconds / calls) }
}

async function serve(options: MicroOptions, served: ServedOperation, delivery: Delivery): Promise<void> {
  const { link, strange } = options
  const { reply } = delivery
  if (reply === undefined) return strange()
  try {
    const [input, call] = [inputOf(delivery), callOf(delivery)]
    const text = encodeValue(await served.run(input, call).catch((error: unknown) => unlessPaused(options, served, input, call, error)))
    const size = Buffer.byteLength(text)
    if (size > link.maxPayload) throw new BusError('TOO_LARGE', `Answered a call with ${size} bytes: at most ${link.maxPayload} fit into a message`)
    if (link.connected) link.publish(reply, text)
  } catch (error) {
    if (link.connected) link.respondError(reply, statusOf.get(codeOf(error)) ?? 500, `${codeOf(error) ?? 'HANDLER_FAILED'}: ${messageOf(error)}`.slice(0, maxMessage))
  }
}

/** A paused instance answers nobody, and a foreign client would not ask again: its call waits for whoever of the component can. */
function unlessPaused({ outlet }: MicroOptions, { contract, name }: ServedOperation, input: unknown, call: CallContext, error: unknown): Promise<unknown> {
  if (codeOf(error) !== 'PAUSED') throw error
  return outlet(contract, foreigner).call(name, input, narrow(call, call.key === undefined ? {} : { key: call.key }))
}

function inputOf(delivery: Delivery): unknown {
  const text = delivery.text()
  if (text.length > maxInput) throw new BusError('TOO_LARGE', `Read an input of ${text.length} characters: at most ${maxInput} are taken`)
  return parseJson(text)
}

function callOf({ headers }: Delivery): CallContext {
  const trace = headers.get('traceparent')
  const key = headers.get('nats-idempotency-key')
  return new CallContext(Date.now() + timeout, foreigner, trace !== undefined && isTraceparent(trace) ? trace : newTraceparent(), key !== undefined && keyPattern.test(key) ? key : undefined, undefined, false)
}
