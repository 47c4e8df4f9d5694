import type { Call, Caller } from '@caruso/contract'
import { CallSignal } from './call-signal.ts'
import type { Expiring } from './deadlines.ts'
import { throughNone } from './through.ts'
import { newTraceparent } from './traceparent.ts'

/** Whoever works on a call, and can say what it is that took too long. */
export interface CallGuard {
  expired(call: Call): Error
}

/**
 * The context of one call as the bus makes it. Its signal costs nothing until somebody reads it:
 * most handlers never do, and it would cost more than the rest of a direct call.
 */
export class CallContext implements Call, Expiring {
  readonly deadline: number
  previous: Expiring | undefined
  next: Expiring | undefined
  readonly caller: Caller
  readonly key: string | undefined
  readonly cancellable: boolean
  readonly #parent: Call | undefined
  #trace: string | undefined
  #signal: CallSignal | undefined
  #guard: CallGuard | undefined
  #giveUp: ((error: Error) => void) | undefined

  /** @param parent the call whose cancellation is also this one's; `cancellable` adds the caller at the other end of a wire */
  constructor(deadline: number, caller: Caller, trace: string | undefined, key: string | undefined, parent: Call | undefined, cancellable: boolean) {
    this.deadline = deadline
    this.caller = caller
    this.#trace = trace
    this.key = key
    this.cancellable = cancellable
    this.#parent = parent
  }

  /** That of the parent where none was given; a new one where there is no parent either, made when it is first read. */
  get trace(): string {
    this.#trace ??= this.#parent?.trace ?? newTraceparent()
    return this.#trace
  }

  get through(): readonly string[] {
    return this.#parent?.through ?? throughNone
  }

  get nextKey(): undefined {
    return undefined
  }

  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#signal = new CallSignal(this.#parent)
      this.#signal.watch(this)
    }
    return this.#signal.signal
  }

  /** The same call for another attempt, in place of this one: whoever made the first may still work on it, and let go of it. */
  again(): CallContext {
    this.finish()
    return new CallContext(this.deadline, this.caller, this.#trace, this.key, this.#parent, this.cancellable)
  }

  /** Tells whoever works on this call that nobody waits for it any more. */
  cancel(reason: unknown): void {
    this.#signal ??= new CallSignal(this.#parent)
    this.#signal.abort(reason)
  }

  /** Says how its caller is told when nobody waits any more; the handler still counts as in flight until it is done. */
  guard(guard: CallGuard, giveUp: (error: Error) => void): void {
    this.#guard = guard
    this.#giveUp = giveUp
  }

  expire(): void {
    if (this.#guard !== undefined) this.lose(this.#guard.expired(this))
  }

  lose(error: Error): void {
    this.#giveUp?.(error)
  }

  /** Lets go of its signal's timer, once the call has been answered. */
  finish(): void {
    this.#signal?.finish()
  }
}
