import { NatsServerError } from './errors.ts'

/** What one server grants its clients. */
export interface Limits {
  /** Bytes of headers and body of one message. */
  readonly maxPayload: number
  /** Bytes that may wait for one client before it is closed as a slow consumer. */
  readonly maxPending: number
  readonly maxConnections: number
  /** Per connection. */
  readonly maxSubscriptions: number
  /** Milliseconds of silence after which a client is pinged. */
  readonly pingInterval: number
  /** Pings without an answer after which a client is closed as stale. */
  readonly maxPingsOut: number
  /** Milliseconds within which a client must authenticate. */
  readonly connectTimeout: number
}

const defaults = {
  maxPayload: 1_048_576,
  maxPending: 67_108_864,
  maxConnections: 4_096,
  maxSubscriptions: 65_536,
  pingInterval: 120_000,
  maxPingsOut: 2,
  connectTimeout: 2_000,
} satisfies Limits

const names = ['maxPayload', 'maxPending', 'maxConnections', 'maxSubscriptions', 'pingInterval', 'maxPingsOut', 'connectTimeout'] as const

/** The largest delay of a timer, and far above every sensible limit. */
const largest = 2 ** 31 - 1
/** Sizes have at most nine digits in the protocol's lines. */
const largestPayload = 67_108_864

/**
 * Fills in nats-server's defaults (`maxConnections` apart: 4096).
 * @throws NatsServerError `INVALID_OPTION`
 */
export function createLimits(options: Partial<Limits>): Limits {
  const limits: { -readonly [name in keyof Limits]: number } = { ...defaults }
  for (const name of names) {
    const value = options[name]
    if (value !== undefined) limits[name] = checked(name, value, name === 'maxPayload' ? largestPayload : largest)
  }
  if (limits.maxPending < limits.maxPayload) {
    throw invalid('maxPending', limits.maxPending, `less than maxPayload, ${limits.maxPayload}`)
  }
  return limits
}

function checked(name: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value > 0 && value <= most) return value
  throw invalid(name, value, `not a whole number from 1 to ${most}`)
}

function invalid(name: string, value: number, found: string): NatsServerError {
  return new NatsServerError('INVALID_OPTION', `Cannot start the NATS server with ${name} "${value}": ${found}`)
}
