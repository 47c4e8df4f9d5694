import { messageOf, type Call, type Contract } from '@caruso/contract'
import { serviceKey } from './protocol.ts'
import { ServedOperation } from './served-operation.ts'
import type { CallContext } from './call-context.ts'
import { Deadlines } from './deadlines.ts'
import { BusError } from './errors.ts'
import { registeredSpans } from './tracing.ts'

/** A contract with the functions that implement it; whether their types fit was settled where the plugin was written. */
export interface ProvidedService {
  readonly contract: Contract
  readonly implementation: Readonly<Record<string, (input: never, call: Call) => unknown>>
}

/** An answered call, as whoever compares versions sees it. */
export interface ObservedCall {
  readonly operation: ServedOperation
  readonly input: unknown
  readonly call: Call
  /** Until the answer, or until the first item of a stream. */
  readonly milliseconds: number
  /** What the caller was told instead of an answer. */
  readonly failure: unknown
  /** Undefined for a stream, which is told of when it has ended. */
  readonly answer: unknown
}

/** Is told of each call when it has been answered. */
export type CallObserver = (call: ObservedCall) => void

/**
 * What an instance in reach of this process serves: it checks, runs and counts calls.
 *
 * `checks` is false where the functions only pass calls on to a process that checks by itself. `holdsState` says that
 * a pause waits for what was accepted, so that what descends from that is taken during the pause.
 */
export class Provider {
  readonly instance: string
  readonly component: string
  readonly checks: boolean
  readonly holdsState: boolean
  readonly started = new Date()
  readonly deadlines = new Deadlines()
  /** What makes spans of calls, where something does: OpenTelemetry, and a recorder as long as it records. */
  spans = registeredSpans()
  /** The streams that are being read, and whether they can go on elsewhere. */
  readonly streams = new Map<CallContext, boolean>()
  readonly #services = new Map<string, ReadonlyMap<string, ServedOperation>>()
  #inFlight = 0
  #paused = false
  #left = false
  #observer: CallObserver | undefined
  #plain = true
  readonly #idle: ((idle: boolean) => void)[] = []

  constructor(instance: string, component: string, services: readonly ProvidedService[], checks: boolean, holdsState = false) {
    this.instance = instance
    this.component = component
    this.checks = checks
    this.holdsState = holdsState
    for (const { contract, implementation } of services) {
      const operations = Object.entries(contract.operations).map(([name, operation]): [string, ServedOperation] => {
        const handler = implementation[name]
        return [name, new ServedOperation(this, contract, name, operation, handler as ((input: unknown, call: Call) => unknown) | undefined)]
      })
      this.#services.set(serviceKey(contract), new Map(operations))
    }
  }

  /** Calls and streams that were accepted and have not ended, by our own count. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Whether calls are just run: none is refused for now, and nobody observes. */
  get plain(): boolean {
    return this.#plain
  }

  get observer(): CallObserver | undefined {
    return this.#observer
  }

  set observer(observer: CallObserver | undefined) {
    this.#observer = observer
    this.#plain = observer === undefined && !this.#paused
  }

  operation(service: string, name: string): ServedOperation | undefined {
    return this.#services.get(service)?.get(name)
  }

  operations(): ServedOperation[] {
    return [...this.#services.values()].flatMap((operations) => [...operations.values()])
  }

  began(): void {
    this.#inFlight++
  }

  ended(): void {
    if (--this.#inFlight === 0 && this.#idle.length > 0) for (const tell of this.#idle.splice(0)) tell(true)
  }

  /** Tells, at once or later, when nothing is in flight: true; or that what was is given up: false. */
  whenIdle(tell: (idle: boolean) => void): void {
    if (this.#inFlight === 0) tell(true)
    else this.#idle.push(tell)
  }

  /** Resolves to true when nothing is in flight any more, to false when the limit (ms) passes before. */
  async drained(limit: number): Promise<boolean> {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limit)
      this.whenIdle((idle) => {
        clearTimeout(timer)
        resolve(idle)
      })
    })
  }

  /**
   * Refuses what does not descend from a call that was accepted, with `PAUSED`: nothing was executed, so callers ask
   * again. Resumable streams end with `MOVED`, and come back when whoever serves then is told of.
   */
  pause(): void {
    this.#paused = true
    this.#plain = false
    this.#sendOn('is paused')
  }

  resume(): void {
    this.#paused = false
    this.#plain = this.#observer === undefined
  }

  /** Ends resumable streams with `MOVED`, now and from now on, since whoever reads them goes on elsewhere: the instance drains. */
  leave(): void {
    this.#left = true
    this.#sendOn('leaves')
  }

  /** Why a call, or a resumable stream, may not begin now, where it may not; nothing of it was executed. */
  refusal(call: Call, resumable: boolean): BusError | undefined {
    if (resumable && this.#left) return this.#moved('leaves')
    // Once all that was accepted has ended, what descends from it comes too late: its caller did not wait for it.
    if (!this.#paused || (this.#inFlight > 0 && call.through.includes(this.component))) return undefined
    return new BusError('PAUSED', `Called component "${this.component}" by component "${call.caller.component}": the instance "${this.instance}" is paused`)
  }

  /** Tells the observer. One that fails is taken off: what it does must not touch a call. */
  observed(call: ObservedCall): void {
    try {
      this.#observer?.(call)
    } catch (error) {
      this.observer = undefined
      process.emitWarning(`Observed a call of component "${this.component}", and observes no more: ${messageOf(error)}`)
    }
  }

  /** Gives up what has not ended: streams end with `MOVED`, calls with `PROVIDER_LOST`. */
  close(): void {
    for (const stream of [...this.streams.keys()]) stream.cancel(this.#moved('has left'))
    this.deadlines.close(new BusError('PROVIDER_LOST', `Waited for an answer: the instance "${this.instance}" of component "${this.component}" has left`))
    for (const tell of this.#idle.splice(0)) tell(false)
  }

  #sendOn(why: string): void {
    for (const [stream, resumable] of [...this.streams]) if (resumable) stream.cancel(this.#moved(why))
  }

  #moved(why: string): BusError {
    return new BusError('MOVED', `Read a stream: the instance "${this.instance}" of component "${this.component}" ${why}`)
  }
}
