import type { NatsAddress } from './nats-link.ts'

/** What a subscription receives. */
export interface Delivery {
  readonly subject: string
  readonly reply: string | undefined
  readonly headers: ReadonlyMap<string, string>
  /** True for the server's word that nobody subscribes to where a message of ours was sent. */
  readonly noResponders: boolean
  text(): string
}

/** The two ends of a subscription. */
export interface LinkSubscription {
  /** At once: what is on its way is dropped. */
  end(): void
  /** At the server first: what it had sent before is still received. */
  drain(): Promise<void>
}

/** Told when the connection goes and comes back. */
export interface LinkWatcher {
  down(): void
  up(): void
}

/**
 * A connection to NATS, as far as the bus needs one. What one end publishes reaches a subscriber in that order, late or
 * not at all; it is lost only where a connection breaks.
 */
export interface Link {
  readonly connected: boolean
  /** The most bytes one message may carry. */
  readonly maxPayload: number
  publish(subject: string, text: string, reply?: string): void
  /** Answers a request with an error, in the headers of ADR-32. */
  respondError(reply: string, code: number, message: string): void
  subscribe(subject: string, received: (delivery: Delivery) => void, queue?: string): LinkSubscription
  /** Resolves when the server has taken everything that was sent before, or the connection is gone. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Opens a connection under a name; rejects with BusError `NOT_CONNECTED` where it cannot. */
export type OpenLink = (address: NatsAddress, name: string, watcher: LinkWatcher) => Promise<Link>
