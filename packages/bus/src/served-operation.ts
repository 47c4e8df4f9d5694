import { checkOf, codeOf, isCarusoError, messageOf, type Call, type Check, type Contract, type Operation } from '@caruso/contract'
import type { CallContext } from './call-context.ts'
import { Expiring } from './deadlines.ts'
import { BusError } from './errors.ts'
import { serviceKey } from './protocol.ts'
import type { Provider } from './provider.ts'
import { RememberedAnswers } from './remembered-answers.ts'
import { serverSpan, type ServerSpan } from './tracing.ts'
import { untilAborted } from './until-aborted.ts'

/** Reading the clock twice would cost a third of a direct call, so not every call is timed. */
const timedFirst = 64
const timedOneIn = 16

type Handler = (input: unknown, call: Call) => unknown

/** One operation as an instance serves it: checked, timed, counted. */
export class ServedOperation {
  readonly contract: Contract
  readonly name: string
  readonly operation: Operation
  calls = 0
  errors = 0
  lastError = ''
  #begun = 0
  #timed = 0
  #timedMilliseconds = 0
  readonly #provider: Provider
  readonly #handler: Handler
  readonly #input: Check | undefined
  readonly #answer: Check | undefined
  #remembered: RememberedAnswers | undefined

  constructor(provider: Provider, contract: Contract, name: string, operation: Operation, handler: Handler | undefined) {
    if (typeof handler !== 'function') throw new BusError('UNKNOWN_OPERATION', `Provided contract "${serviceKey(contract)}" by component "${provider.component}": expected a function for operation "${name}", found ${typeof handler}`)
    this.#provider = provider
    this.contract = contract
    this.name = name
    this.operation = operation
    this.#handler = handler
    this.#input = provider.checks ? checkOf(operation.input) : undefined
    const answer = operation.output ?? operation.stream
    this.#answer = provider.checks && answer !== undefined ? checkOf(answer) : undefined
  }

  /** Time spent in all calls, by those that were timed: the first ones, and of the others each sixteenth. */
  get milliseconds(): number {
    return this.#timed === 0 ? 0 : (this.#timedMilliseconds / this.#timed) * this.calls
  }

  /** Runs the operation once. Rejects with what the handler threw, or with the code of what was not right. */
  run(input: unknown, call: CallContext): Promise<unknown> {
    const refusal = this.#refusal(input, call)
    if (refusal !== undefined) return Promise.reject(this.#count(refusal))
    if (call.key === undefined) return this.#run(input, call)
    this.#remembered ??= new RememberedAnswers()
    return this.#remembered.once(`${call.caller.component} ${call.caller.identity} ${call.key}`, () => this.#run(input, call))
  }

  /** Runs an operation that answers with a stream. */
  async *runStream(input: unknown, call: CallContext): AsyncGenerator<unknown, void> {
    const refusal = this.#refusal(input, call)
    if (refusal !== undefined) throw this.#count(refusal)
    const { tracer, streams } = this.#provider
    const span = tracer === undefined ? undefined : serverSpan(tracer, this.contract.name, this.name, call)
    const begun = this.#begin()
    let failure: unknown
    let open = 2
    const close = (): void => {
      if (--open === 0) this.ended(begun, codeOf(failure) === 'CANCELLED' ? undefined : failure)
    }
    streams.add(call)
    try {
      for await (const item of untilAborted(() => this.#handler(input, span?.call ?? call) as AsyncIterable<unknown>, call.signal, close)) {
        if (this.#answer !== undefined && !this.#answer.accepts(item)) throw this.#invalidAnswer(item)
        // A stream that never waits would let no timer run.
        if (call.deadline <= Date.now()) throw this.expired(call)
        yield item
      }
    } catch (error) {
      failure = this.#asFailure(error)
      throw failure
    } finally {
      streams.delete(call)
      call.finish()
      span?.end(failure)
      close()
    }
  }

  /** Counts the end of a call; `begun` is 0 for one that is not timed. */
  ended(begun: number, failure: unknown): void {
    this.calls++
    if (begun !== 0) {
      this.#timed++
      this.#timedMilliseconds += performance.now() - begun
    }
    if (failure !== undefined) this.#fail(failure)
    this.#provider.ended()
  }

  /** Takes a call that is done out of those whose deadlines are watched. */
  unwatch(running: Expiring): void {
    this.#provider.deadlines.delete(running)
  }

  expired(call: Call): BusError {
    return new BusError('DEADLINE_EXCEEDED', `Called ${this.#title()} by component "${call.caller.component}": no answer before its deadline`)
  }

  /** Counts a call that begins; when it is one to be timed, returns when that was. */
  #begin(): number {
    this.#provider.began()
    const nth = this.#begun++
    return nth < timedFirst || nth % timedOneIn === 0 ? performance.now() : 0
  }

  #run(input: unknown, call: CallContext): Promise<unknown> {
    const { tracer } = this.#provider
    const span = tracer === undefined ? undefined : serverSpan(tracer, this.contract.name, this.name, call)
    const begun = this.#begin()
    let answer: unknown
    try {
      answer = this.#handler(input, span === undefined ? call : span.call)
    } catch (error) {
      answer = rejected(error)
    }
    return new Promise((resolve, reject) => {
      const running = new RunningCall(this, call, span, begun, resolve, reject)
      if (isPromise(answer)) {
        this.#provider.deadlines.add(running)
        answer.then((value) => running.settle(value, this.#wrong(value), true), (error: unknown) => running.settle(undefined, this.#asFailure(error), true))
      } else running.settle(answer, this.#wrong(answer), false)
    })
  }

  #count(refusal: BusError): BusError {
    this.calls++
    this.#fail(refusal)
    return refusal
  }

  #fail(failure: unknown): void {
    this.errors++
    this.lastError = messageOf(failure)
  }

  #refusal(input: unknown, call: Call): BusError | undefined {
    const { permission } = this.operation
    if (permission !== undefined && !call.caller.permissions.includes(permission) && !call.caller.grants.includes(permission)) {
      return new BusError('FORBIDDEN', `Called ${this.#title()} by component "${call.caller.component}": the permission "${permission}" is missing`)
    }
    if (this.#input !== undefined && !this.#input.accepts(input)) {
      return new BusError('INVALID_INPUT', `Called ${this.#title()} by component "${call.caller.component}": ${this.#input.explain(input)}`)
    }
    return call.deadline <= this.#provider.deadlines.now() ? this.expired(call) : undefined
  }

  #wrong(answer: unknown): BusError | undefined {
    return this.#answer === undefined || this.#answer.accepts(answer) ? undefined : this.#invalidAnswer(answer)
  }

  #invalidAnswer(answer: unknown): BusError {
    return new BusError('INVALID_OUTPUT', `Called ${this.#title()} of component "${this.#provider.component}": its answer breaks the contract: ${this.#answer?.explain(answer)}`)
  }

  #asFailure(error: unknown): unknown {
    // What a handler could not deliver says nothing of the call it works on, so that call must not look undelivered.
    if (isCarusoError(error) && !(this.#provider.checks && (error.code === 'NOT_DELIVERED' || error.code === 'NOT_CONNECTED'))) return error
    return new BusError('HANDLER_FAILED', `Called ${this.#title()} of component "${this.#provider.component}": ${messageOf(error)}`, { cause: error })
  }

  #title(): string {
    return `"${this.contract.name}.${this.name}"`
  }
}

/** A call whose handler has begun: it is answered when the handler is done, or given up at the deadline. */
class RunningCall extends Expiring {
  readonly #served: ServedOperation
  readonly #call: CallContext
  readonly #span: ServerSpan | undefined
  readonly #begun: number
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: unknown) => void

  constructor(served: ServedOperation, call: CallContext, span: ServerSpan | undefined, begun: number, resolve: (value: unknown) => void, reject: (error: unknown) => void) {
    super(call.deadline)
    this.#served = served
    this.#call = call
    this.#span = span
    this.#begun = begun
    this.#resolve = resolve
    this.#reject = reject
  }

  settle(value: unknown, failure: unknown, watched: boolean): void {
    if (watched) this.#served.unwatch(this)
    this.#call.finish()
    this.#served.ended(this.#begun, failure)
    this.#span?.end(failure)
    if (failure === undefined) this.#resolve(value)
    else this.#reject(failure)
  }

  /** The caller is told; the handler still counts as in flight until it is done. */
  override expire(): void {
    this.#reject(this.#served.expired(this.#call))
  }

  override lose(error: Error): void {
    this.#reject(error)
  }
}

async function rejected(error: unknown): Promise<never> {
  throw error
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
