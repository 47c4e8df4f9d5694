import { checkOf, codeOf, isCarusoError, messageOf, type Call, type Check, type Contract, type Operation } from '@caruso/contract'
import type { CallContext } from './call-context.ts'
import { BusError, notExecuted } from './errors.ts'
import { serviceKey } from './protocol.ts'
import type { Provider } from './provider.ts'
import { RememberedAnswers } from './remembered-answers.ts'
import { throughAlso } from './through.ts'
import type { ServerSpan } from './tracing.ts'
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
    this.#handler = provider.holdsState ? (input, call) => handler(input, throughAlso(call, provider.component)) : handler
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
    return this.#provider.plain ? this.#runOnce(input, call) : this.#runSpecially(input, call)
  }

  /** While its provider is paused or observed. */
  #runSpecially(input: unknown, call: CallContext): Promise<unknown> {
    const refusal = this.#provider.refusal(call, false)
    if (refusal !== undefined) return Promise.reject(refusal)
    const asked = performance.now()
    const tell = (failure: unknown, answer: unknown): void => this.#provider.observed({ operation: this, input, call, milliseconds: performance.now() - asked, failure, answer })
    const answered = this.#runOnce(input, call)
    answered.then((answer) => tell(undefined, answer), (failure: unknown) => tell(failure, undefined))
    return answered
  }

  #runOnce(input: unknown, call: CallContext): Promise<unknown> {
    const refusal = this.#refusal(input, call)
    if (refusal !== undefined) return Promise.reject(this.#count(refusal))
    if (call.key === undefined) return this.#run(input, call)
    return (this.#remembered ??= new RememberedAnswers()).once(JSON.stringify([call.caller.component, call.caller.identity, call.key]), () => this.#run(input, call))
  }

  /** Runs an operation that answers with a stream. */
  runStream(input: unknown, call: CallContext): AsyncGenerator<unknown, void> {
    const items = this.#items(input, call)
    return this.#provider.plain ? items : this.#observedItems(items, input, call)
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

  expired(call: Call): BusError {
    return new BusError('DEADLINE_EXCEEDED', `Called ${this.#title()} by component "${call.caller.component}": no answer before its deadline`)
  }

  async *#items(input: unknown, call: CallContext): AsyncGenerator<unknown, void> {
    const resumable = this.operation.resumable !== undefined
    const held = this.#provider.refusal(call, resumable)
    if (held !== undefined) throw held
    const refusal = this.#refusal(input, call)
    if (refusal !== undefined) throw this.#count(refusal)
    const { spans, streams } = this.#provider
    const span = spans?.(this.contract.name, this.name, call)
    const begun = this.#begin()
    let failure: Error | undefined
    const released = (early: unknown): void => this.ended(begun, this.#fault(failure ?? (early === undefined ? undefined : this.#asFailure(early))))
    streams.set(call, resumable)
    try {
      for await (const item of untilAborted(() => this.#handler(input, span?.call ?? call) as AsyncIterable<unknown>, call.signal, released)) {
        // A stream that never waits would let no timer run.
        failure = this.#wrong(item) ?? (call.deadline <= Date.now() ? this.expired(call) : undefined)
        if (failure !== undefined) throw failure
        yield item
      }
    } catch (error) {
      failure = this.#asFailure(error)
      throw failure
    } finally {
      streams.delete(call)
      call.finish()
      span?.end(failure)
    }
  }

  async *#observedItems(items: AsyncGenerator<unknown, void>, input: unknown, call: CallContext): AsyncGenerator<unknown, void> {
    const asked = performance.now()
    let firstAt: number | undefined
    let failure: unknown
    try {
      for await (const item of items) {
        firstAt ??= performance.now()
        yield item
      }
    } catch (error) {
      failure = error
      throw error
    } finally {
      if (codeOf(failure) !== 'PAUSED') this.#provider.observed({ operation: this, input, call, milliseconds: (firstAt ?? performance.now()) - asked, failure: this.#fault(failure), answer: undefined })
    }
  }

  /** Counts a call that begins; when it is one to be timed, returns when that was. */
  #begin(): number {
    this.#provider.began()
    const nth = this.#begun++
    return nth < timedFirst || nth % timedOneIn === 0 ? performance.now() : 0
  }

  #run(input: unknown, call: CallContext): Promise<unknown> {
    const span = this.#provider.spans?.(this.contract.name, this.name, call)
    const begun = this.#begin()
    let answer: unknown
    try {
      answer = this.#handler(input, span === undefined ? call : span.call)
    } catch (error) {
      answer = rejected(error)
    }
    if (!isPromise(answer)) return this.#settled(answer, call, begun, span)
    const pending = answer
    // One object watches the deadline, carries the context and is the entry of the list: this is the path of every call.
    return new Promise((resolve, reject) => {
      call.guard(this, reject)
      this.#provider.deadlines.add(call)
      pending.then(
        (value) => {
          const failure = this.#wrong(value)
          this.#finish(call, begun, span, failure)
          if (failure === undefined) resolve(value)
          else reject(failure)
        },
        (error: unknown) => {
          const failure = this.#asFailure(error)
          this.#finish(call, begun, span, failure)
          reject(failure)
        },
      )
    })
  }

  #finish(call: CallContext, begun: number, span: ServerSpan | undefined, failure: Error | undefined): void {
    this.#provider.deadlines.delete(call)
    call.finish()
    this.ended(begun, failure)
    span?.end(failure)
  }

  async #settled(answer: unknown, call: CallContext, begun: number, span: ServerSpan | undefined): Promise<unknown> {
    const failure = this.#wrong(answer)
    call.finish()
    this.ended(begun, failure)
    span?.end(failure)
    if (failure !== undefined) throw failure
    return answer
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

  /** What counts as a failure of a stream: not that its reader stopped, nor that it goes on elsewhere. */
  #fault(failure: unknown): unknown {
    const code = codeOf(failure)
    return code === 'CANCELLED' || (code === 'MOVED' && this.operation.resumable !== undefined) ? undefined : failure
  }

  #asFailure(error: unknown): Error {
    // What a handler could not deliver says nothing of the call it works on, so that call must not look undelivered.
    if (isCarusoError(error) && !(this.#provider.checks && notExecuted.has(error.code))) return error
    return new BusError('HANDLER_FAILED', `Called ${this.#title()} of component "${this.#provider.component}": ${messageOf(error)}`, { cause: error })
  }

  #title(): string {
    return `"${this.contract.name}.${this.name}"`
  }
}

async function rejected(error: unknown): Promise<never> {
  throw error
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  // What async functions return is known by its class, in less time.
  return value instanceof Promise || (typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function')
}
