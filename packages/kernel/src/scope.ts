import type { Call, Contract, PayloadOf } from '@caruso/contract'
import type { Server } from 'node:net'

export type Disposer = () => void | Promise<void>

/** What an instance says of itself when asked. */
export interface Health {
  readonly ok: boolean
  /** A few words for the operator. */
  readonly detail?: string
}

/** Ownership of what must be disposed: one after the other, in reverse order, once, collecting errors. */
export interface Ownership {
  /** Registers the disposer of what was just acquired, and returns it. */
  own<T>(resource: T, dispose: (resource: T) => void | Promise<void>): T
  /** Runs the work every so many milliseconds; a run that takes longer delays the next, a failing one is logged. */
  every(milliseconds: number, work: () => void | Promise<void>): void
  /** Runs the work once, after so many milliseconds. */
  after(milliseconds: number, work: () => void | Promise<void>): void
  /** Aborts when the scope ends. */
  readonly signal: AbortSignal
}

/** The scope of one instance: what it owns, and what it tells the kernel. There is no `stop`: the scope is the stop. */
export interface Scope extends Ownership {
  /**
   * What may run in one instance only: it begins when the instance becomes active, and has ended in the old
   * instance before it begins in the new one. What it acquires it registers with `active`; what it returns is disposed too.
   */
  whenActive(begin: (active: Ownership) => void | Disposer | Promise<void | Disposer>): void
  /** A call of its own, for work that nobody called; `as` says on whose behalf, 10 seconds unless told. */
  call(origin?: { readonly as?: string; readonly timeout?: number; readonly trace?: string }): Call
  /** Tells whoever listens about an event of a contract this component provides. */
  emit<C extends Contract, Name extends keyof C['events'] & string>(contract: C, event: Name, payload: PayloadOf<C['events'][Name]>, call: Call): void
  /** Hears an event of a contract this component requires, while the instance is active. */
  on<C extends Contract, Name extends keyof C['events'] & string>(contract: C, event: Name, heard: (payload: PayloadOf<C['events'][Name]>, call: Call) => void | Promise<void>): void
  /** How the instance is; asked every few seconds. */
  health(check: () => Health | Promise<Health>): void
  /** Proves, before anybody is sent here, that the instance works; it fails by throwing. */
  selfTest(test: (call: Call) => void | Promise<void>): void
  /**
   * Serves connections to a port of the host while the instance is active. The listening socket belongs to the
   * host, so it stays open while instances are swapped. Resolves to the port.
   */
  listen(server: Server, at: { readonly port: number; readonly host: string }): Promise<number>
}
