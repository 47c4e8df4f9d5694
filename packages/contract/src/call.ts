/** Who asks: the component that makes the call and, behind it, the person or system on whose behalf. */
export interface Caller {
  readonly component: string
  readonly identity: string
  /** What the identity may do. */
  readonly permissions: readonly string[]
  /** What the assembly lets the calling component do, on whosever behalf. */
  readonly grants: readonly string[]
}

/** The context of one call: how long it may take, who asks, and the trace it belongs to. */
export interface Call {
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  readonly deadline: number
  readonly caller: Caller
  /** W3C Trace Context, level 1: the `traceparent` header. */
  readonly trace: string
  /** The idempotency key this call came with: a provider that is asked twice with the same key does the work once. */
  readonly key: string | undefined
  /** The key that the next call made with this context carries; set by `narrow`, for a key is not inherited. */
  readonly nextKey: string | undefined
  /** The components that hold state and work on what this call descends from: they take it even while they are paused. */
  readonly through: readonly string[]
  /** Aborts when the caller cancels or the deadline passes. Made when it is first read. */
  readonly signal: AbortSignal
  /** False where nobody can cancel, so that nobody needs to watch the signal for more than the deadline. */
  readonly cancellable: boolean
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
  let both: AbortSignal | undefined
  return {
    deadline,
    caller: call.caller,
    trace: call.trace,
    key: call.key,
    nextKey: change.key ?? call.nextKey,
    through: call.through,
    cancellable: call.cancellable || signal !== undefined,
    get signal() {
      return signal === undefined ? call.signal : (both ??= AbortSignal.any([call.signal, signal]))
    },
  }
}
