import type { Call, Contract } from '@caruso/contract'

/** A contract that some component offers to the outside, reduced to its public operations and events. */
export interface PublicService {
  readonly component: string
  readonly componentVersion: string
  readonly contract: Contract
}

/** Names a public operation: the contract by name and major version, of one component where it matters whose. */
export interface PublicTarget {
  readonly contract: string
  readonly major: number
  readonly component?: string
  readonly operation: string
}

/** Whatever public operations and events the assembly offers at the moment. */
export interface PublicServices {
  /** What is offered now, one entry per component and contract version. */
  list(): readonly PublicService[]
  /** Calls back after each change of what is offered, until the scope ends. */
  watch(changed: () => void): void
  /**
   * Asks a public operation.
   *
   * @throws CarusoError `NO_PROVIDER` when nobody offers it, and whatever the provider answers
   */
  call(target: PublicTarget, input: unknown, call: Call): Promise<unknown>
  /** Asks a public operation that answers with a stream. */
  stream(target: PublicTarget, input: unknown, call: Call): AsyncIterable<unknown>
  /** Hears every public event, until the scope ends. */
  onEvent(heard: (event: PublicEvent) => void): void
  /** The counters of this process as Prometheus text. */
  metrics(): string
}

export interface PublicEvent {
  readonly contract: string
  readonly version: string
  readonly component: string
  readonly event: string
  readonly payload: unknown
}
