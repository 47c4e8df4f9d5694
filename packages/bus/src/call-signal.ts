import type { Call } from '@caruso/contract'
import { longestTimer } from './deadlines.ts'
import { BusError } from './errors.ts'

/** The signal of one call: aborted when its deadline passes, when it is cancelled, or when the call is that it is work of. */
export class CallSignal {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(parent: Call | undefined) {
    this.signal = parent?.cancellable === true ? AbortSignal.any([this.#controller.signal, parent.signal]) : this.#controller.signal
  }

  /** Aborts at the deadline of the call. */
  watch({ deadline, caller }: Call): void {
    const left = deadline - Date.now()
    const expired = (): void => this.abort(new BusError('DEADLINE_EXCEEDED', `Worked on a call of component "${caller.component}": its deadline has passed`))
    if (left <= 0) expired()
    else this.#timer = setTimeout(expired, Math.min(left, longestTimer)).unref()
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
    this.finish()
  }

  /** Lets go of the timer. */
  finish(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
