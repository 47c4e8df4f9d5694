/** Who asks: the component that makes the call and, behind it, the person or system on whose behalf. */
export interface Caller {
  readonly component: string
  readonly identity: string
  readonly permissions: readonly string[]
}

/** The context of one call: how long it may take, who asks, and the trace it belongs to. */
export interface Call {
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  readonly deadline: number
  readonly caller: Caller
  /** W3C Trace Context, level 1: the `traceparent` header. */
  readonly trace: string
  /** Names this request: a provider that is asked twice with the same key does the work once. */
  readonly key: string | undefined
  /** Aborts when the caller cancels or the deadline passes. */
  readonly signal: AbortSignal
}

/** Changes that a caller may make to the context of a call it passes on. */
export interface CallChange {
  /** Milliseconds from now; it can only shorten the deadline. */
  readonly timeout?: number
  readonly key?: string
  readonly signal?: AbortSignal
}

/** The same call, with less time, an idempotency key, or one more reason to abort. */
export function narrow(call: Call, change: CallChange): Call {
  const deadline = change.timeout === undefined ? call.deadline : Math.min(call.deadline, Date.now() + change.timeout)
  const { signal } = change
  return {
    deadline,
    caller: call.caller,
    trace: call.trace,
    key: change.key ?? call.key,
    get signal() {
      return signal === undefined ? call.signal : AbortSignal.any([call.signal, signal])
    },
  }
}
