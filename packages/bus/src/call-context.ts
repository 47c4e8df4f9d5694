import type { Call, Caller } from '@caruso/contract'
import { type Expiring, longestTimer } from './deadlines.ts'
import { BusError } from './errors.ts'
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
  readonly nextKey = undefined
  readonly cancellable: boolean
  readonly #parent: Call | undefined
  #trace: string | undefined
  #controller: AbortController | undefined
  #signal: AbortSignal | undefined
  #timer: NodeJS.Timeout | undefined
  #cancelled: unknown
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

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#cancelled !== undefined) this.#controller.abort(this.#cancelled)
      else this.#arm()
    }
    this.#signal ??= this.#parent?.cancellable === true ? AbortSignal.any([this.#controller.signal, this.#parent.signal]) : this.#controller.signal
    return this.#signal
  }

  /** The same call for another attempt, in place of this one: whoever made the first may still work on it, and let go of it. */
  again(): CallContext {
    this.finish()
    return new CallContext(this.deadline, this.caller, this.#trace, this.key, this.#parent, this.cancellable)
  }

  /** Tells whoever works on this call that nobody waits for it any more. */
  cancel(reason: unknown): void {
    this.#cancelled ??= reason
    this.#controller?.abort(reason)
    clearTimeout(this.#timer)
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

  /** Lets go of the timer and of whoever waited, once the call has been answered: an answer must not stay as long as the context of its call. */
  finish(): void {
    this.#giveUp = undefined
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(): void {
    const left = this.deadline - Date.now()
    const expired = (): void => this.cancel(new BusError('DEADLINE_EXCEEDED', `Worked on a call of component "${this.caller.component}": its deadline has passed`))
    if (left <= 0) expired()
    else this.#timer = setTimeout(expired, Math.min(left, longestTimer)).unref()
  }
}
