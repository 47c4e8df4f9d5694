import type { HeardEvent, PublicContract, PublicOperationName } from '@caruso/bus'
import type { Call } from '@caruso/contract'

/** Whatever public operations and events the assembly offers at the moment. */
export interface PublicServices {
  /** What is offered now, one entry per component and contract version. */
  list(): readonly PublicContract[]
  /** Calls back after each change of what is offered, until the scope ends. */
  watch(changed: () => void): void
  /**
   * Asks a public operation.
   *
   * @throws CarusoError `NO_PROVIDER` when nobody offers it, and whatever the provider answers
   */
  call(target: PublicOperationName, input: unknown, call: Call): Promise<unknown>
  /** Asks a public operation that answers with a stream. */
  stream(target: PublicOperationName, input: unknown, call: Call): AsyncIterable<unknown>
  /** Hears every public event, until the scope ends. */
  onEvent(heard: (event: HeardEvent) => void): void
  /** The counters of this process as Prometheus text. */
  metrics(): string
}
