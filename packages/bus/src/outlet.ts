import { checkOf, codeOf, type Call, type Caller, type Contract, type Operation } from '@caruso/contract'
import { CallContext } from './call-context.ts'
import { Candidates } from './candidates.ts'
import { BusError, notExecuted } from './errors.ts'
import { encodeCaller, serviceKey } from './protocol.ts'
import type { Candidate, Entry, Registry } from './registry.ts'
import type { Address, Requester } from './requester.ts'
import type { ServedOperation } from './served-operation.ts'

/** Milliseconds before an instance that could not be reached is asked again, when no other is there and no change is heard of. */
const retryPause = 20
/** How often in a row another instance is asked at once. */
const mostAtOnce = 2

/** The codes after which a resumable stream goes on. */
const resumedAfter: ReadonlySet<string | undefined> = new Set([...notExecuted, 'MOVED', 'PROVIDER_LOST'])

/** The component that asks, and what the assembly lets it do on whosever behalf. */
export interface Consumer {
  readonly component: string
  readonly grants: readonly string[]
}

/** What an outlet needs of its bus. */
export interface Paths {
  readonly registry: Registry
  readonly requester: Requester
  /** The route of an instance elsewhere. */
  route(entry: Entry): string
  /** Whether calls can leave this process; the registry tells of a change when that begins. */
  readonly connected: boolean
  /** Whether calls have come to an end here. */
  readonly closed: boolean
  /** Told when a call could not be delivered to an instance. */
  undelivered(entry: Entry): void
  /** What an instance that begins to be tried is due at first, as a part of one call. */
  readonly firstDue: () => number
}

/**
 * How one component asks for one contract. It finds an instance in the registry's replica (same process first) and
 * asks again elsewhere when nothing was executed, or when the provider died and the operation is idempotent. A
 * resumable stream whose instance leaves goes on at another, after the last item that was read.
 */
export class Outlet {
  readonly contract: Contract
  readonly #consumer: Consumer
  readonly #paths: Paths
  readonly #component: string | undefined
  readonly #candidates: Candidates
  #seen = -1
  #served = new Map<string, ServedOperation>()
  readonly #addresses = new Map<string, { readonly target: Candidate; readonly from: Caller; readonly through: readonly string[]; readonly address: Address }>()
  #lastName = ''
  #lastServed: ServedOperation | undefined
  #lastCaller: Caller | undefined
  #lastDerived: Caller | undefined

  /** @param component asks only instances of this component */
  constructor(contract: Contract, consumer: Consumer, paths: Paths, component?: string) {
    this.contract = contract
    this.#consumer = consumer
    this.#paths = paths
    this.#component = component
    this.#candidates = new Candidates(paths.firstDue)
  }

  /** Whether somebody provides the contract now. */
  get available(): boolean {
    this.#refresh()
    return this.#candidates.some
  }

  call(name: string, input: unknown, call: Call): Promise<unknown> {
    this.#refresh()
    // Most calls ask what the one before asked.
    const served = name === this.#lastName ? this.#lastServed : this.#servedAs(name)
    if (served !== undefined) return served.run(input, this.#derive(call, served.operation))
    return this.#call(name, this.#operation(name), input, call)
  }

  async *stream(name: string, input: unknown, call: Call): AsyncGenerator<unknown, void> {
    const operation = this.#operation(name)
    let context = this.#derive(call, operation)
    let asked = input
    let failed: Entry | undefined
    let inVain = 0
    try {
      for (;;) {
        const target = this.#reachable(context, failed, inVain) ?? (await this.#await(name, context, failed))
        let begun = false
        let last: unknown
        try {
          for await (const item of this.#open(target, name, asked, context)) {
            begun = true
            last = item
            yield item
          }
          return
        } catch (error) {
          if (!this.#mayRepeat(error, operation, target, begun)) throw error
          if (begun) asked = inputAfter(last, operation, asked, error)
          inVain = begun ? 0 : inVain + 1
          failed = target.entry
          context = context.again()
        }
      }
    } finally {
      context.finish()
    }
  }

  /** The slow way: another process, several instances, or nobody yet. */
  async #call(name: string, operation: Operation, input: unknown, call: Call): Promise<unknown> {
    let context = this.#derive(call, operation)
    let failed: Entry | undefined
    let inVain = 0
    try {
      for (;;) {
        const target = this.#reachable(context, failed, inVain) ?? (await this.#await(name, context, failed))
        try {
          const { provider, info } = target.entry
          if (provider?.checks === true) return await served(target, name).run(input, context)
          const answer = await (provider === undefined ? this.#paths.requester.call(this.#address(target, name, context), input, context) : served(target, name).run(input, context))
          this.#requireAnswer(operation.output, answer, name, info.component)
          return answer
        } catch (error) {
          if (!this.#mayRepeat(error, operation, target, false)) throw error
          inVain++
          failed = target.entry
          context = context.again()
        }
      }
    } finally {
      context.finish()
    }
  }

  async *#open(target: Candidate, name: string, input: unknown, call: CallContext): AsyncGenerator<unknown, void> {
    const { provider, info } = target.entry
    if (provider !== undefined) {
      yield* served(target, name).runStream(input, call)
      return
    }
    const { stream } = this.#operation(name)
    for await (const item of this.#paths.requester.stream(this.#address(target, name, call), input, call)) {
      this.#requireAnswer(stream, item, name, info.component)
      yield item
    }
  }

  #requireAnswer(schema: Operation['output'], answer: unknown, name: string, component: string): void {
    if (schema === undefined || checkOf(schema).accepts(answer)) return
    throw new BusError('INVALID_OUTPUT', `Called "${this.contract.name}.${name}" of component "${component}": its answer breaks the contract: ${checkOf(schema).explain(answer)}`)
  }

  /** Where a call goes; most go where the one before went, for the same caller. */
  #address(target: Candidate, operation: string, { caller, through }: Call): Address {
    const before = this.#addresses.get(operation)
    if (before?.target === target && before.from === caller && before.through === through) return before.address
    const to = { route: this.#paths.route(target.entry), service: serviceKey(target.contract), operation, caller: encodeCaller(caller) }
    const address = through.length === 0 ? to : { ...to, through: JSON.stringify(through) }
    this.#addresses.set(operation, { target, from: caller, through, address })
    return address
  }

  #mayRepeat(error: unknown, { idempotent, resumable }: Operation, target: Candidate, begun: boolean): boolean {
    const code = codeOf(error)
    if (code === 'NOT_DELIVERED') this.#paths.undelivered(target.entry)
    if (resumable !== undefined) return resumedAfter.has(code)
    return !begun && (notExecuted.has(code) || (code === 'PROVIDER_LOST' && idempotent === true))
  }

  #operation(name: string): Operation {
    const operation = this.contract.operations[name]
    if (operation === undefined) throw new BusError('UNKNOWN_OPERATION', `Called "${this.contract.name}.${name}" by component "${this.#consumer.component}": the contract has ${Object.keys(this.contract.operations).join(', ')}`)
    return operation
  }

  /** An instance that can be asked now; not the one that could not be reached a moment ago, and none where several could not. */
  #reachable(call: Call, failed?: Entry, inVain = 0): Candidate | undefined {
    this.#refresh()
    return inVain < mostAtOnce ? this.#candidates.next(call, this.#paths, failed) : undefined
  }

  /** Waits for an instance that can be asked; the one that could not be reached is asked again after a pause. */
  async #await(name: string, call: CallContext, failed: Entry | undefined): Promise<Candidate> {
    let pause = failed === undefined ? undefined : retryPause
    for (;;) {
      if (call.signal.aborted || this.#paths.closed) throw this.#givenUp(name, call)
      await this.#change(call, pause)
      pause = undefined
      const target = this.#reachable(call)
      if (target !== undefined && !call.signal.aborted) return target
    }
  }

  #givenUp(name: string, call: CallContext): BusError {
    const whose = this.#component === undefined ? '' : ` of component "${this.#component}"`
    const what = `Called "${this.contract.name}.${name}"${whose} by component "${this.#consumer.component}"`
    if (this.#paths.closed) return new BusError('CANCELLED', `${what}: the caller has closed its bus`)
    if (codeOf(call.signal.reason) !== 'DEADLINE_EXCEEDED') return new BusError('CANCELLED', `${what}: the caller cancelled`, { cause: call.signal.reason })
    if (this.available && this.#candidates.paused) return new BusError('NO_PROVIDER', `${what}: who provides it was paused until the deadline`)
    if (this.available) return new BusError('NOT_CONNECTED', `${what}: no provider could be reached before the deadline`)
    return new BusError('NO_PROVIDER', `${what}: nobody provides version ^${this.contract.version}`)
  }

  /** Resolves at the next change of who can be asked, after the pause, when the deadline passes, or when the caller cancels. */
  #change(call: CallContext, pause: number | undefined): Promise<void> {
    const { signal } = call
    return new Promise((resolve) => {
      const end = (): void => {
        unwatch()
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const unwatch = this.#paths.registry.watch(end)
      const timer = pause === undefined ? undefined : setTimeout(end, pause)
      signal.addEventListener('abort', end, { once: true })
    })
  }

  #refresh(): void {
    const { registry } = this.#paths
    if (this.#seen === registry.version) return
    this.#seen = registry.version
    this.#candidates.update(registry.lookup(this.contract.name, this.contract.version).filter(({ entry }) => this.#component === undefined || entry.info.component === this.#component))
    this.#served = new Map()
    this.#lastName = ''
    this.#lastServed = undefined
    const { only } = this.#candidates
    if (only?.entry.provider?.checks !== true) return
    for (const operation of only.entry.provider.operations()) {
      if (operation.contract === only.contract) this.#served.set(operation.name, operation)
    }
  }

  #servedAs(name: string): ServedOperation | undefined {
    this.#lastName = name
    this.#lastServed = this.#served.get(name)
    return this.#lastServed
  }

  #derive(call: Call, operation: Operation): CallContext {
    const deadline = operation.timeout === undefined ? call.deadline : Math.min(call.deadline, Date.now() + operation.timeout)
    return new CallContext(deadline, this.#callerOf(call.caller), undefined, call.nextKey, call, call.cancellable)
  }

  #callerOf(caller: Caller): Caller {
    if (caller !== this.#lastCaller || this.#lastDerived === undefined) {
      this.#lastCaller = caller
      this.#lastDerived = { component: this.#consumer.component, identity: caller.identity, permissions: caller.permissions, grants: this.#consumer.grants }
    }
    return this.#lastDerived
  }
}

/** The input that asks for what comes after an item; throws what has ended the stream where the item does not say where it stands. */
function inputAfter(item: unknown, { resumable }: Operation, input: unknown, end: unknown): unknown {
  const cursor: unknown = resumable !== undefined && typeof item === 'object' && item !== null ? Reflect.get(item, resumable.item) : undefined
  if (resumable === undefined || cursor === undefined) throw end
  return { ...(input as object), [resumable.input]: cursor }
}

function served(target: Candidate, name: string): ServedOperation {
  const found = target.entry.provider?.operation(serviceKey(target.contract), name)
  if (found === undefined) throw new BusError('UNKNOWN_OPERATION', `Called "${target.contract.name}.${name}" of component "${target.entry.info.component}": its version ${target.contract.version} has no such operation`)
  return found
}
