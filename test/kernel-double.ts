import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { CarusoError, checkOf } from '@caruso/contract'
import type { Call, Contract } from '@caruso/contract'
import type { Disposer, Ownership, PublicEvent, PublicService, PublicServices, PublicTarget, Scope } from '@caruso/kernel'

type Handler = (input: unknown, call: Call) => unknown

/** Public services that a test makes up: contracts with handlers by operation, changed while the gateway runs. */
export class ServicesDouble implements PublicServices {
  readonly #offered = new Map<Contract, { readonly component: string; readonly handlers: Readonly<Record<string, Handler>> }>()
  readonly #watchers: (() => void)[] = []
  readonly #hearers: ((event: PublicEvent) => void)[] = []

  offer(component: string, contract: Contract, handlers: Readonly<Record<string, Handler>>): void {
    this.#offered.set(contract, { component, handlers })
    for (const changed of this.#watchers) changed()
  }

  withdraw(contract: Contract): void {
    this.#offered.delete(contract)
    for (const changed of this.#watchers) changed()
  }

  tell(event: PublicEvent): void {
    for (const heard of this.#hearers) heard(event)
  }

  list(): readonly PublicService[] {
    return [...this.#offered].map(([contract, { component }]) => ({ component, componentVersion: '1.0.0', contract }))
  }

  watch(changed: () => void): void {
    this.#watchers.push(changed)
  }

  onEvent(heard: (event: PublicEvent) => void): void {
    this.#hearers.push(heard)
  }

  metrics(): string {
    return 'caruso_double 1\n'
  }

  async call(target: PublicTarget, input: unknown, call: Call): Promise<unknown> {
    return this.#handler(target, input)(input, received(call))
  }

  async *stream(target: PublicTarget, input: unknown, call: Call): AsyncGenerator {
    const items = this.#handler(target, input)(input, call)
    if (!isIterable(items)) throw new TypeError('the handler of a test gave no stream')
    yield* items
  }

  #handler(target: PublicTarget, input: unknown): Handler {
    for (const [contract, { component, handlers }] of this.#offered) {
      const fits = contract.name === target.contract && contract.version.startsWith(`${target.major}.`) && (target.component ?? component) === component
      const operation = contract.operations[target.operation]
      const handler = handlers[target.operation]
      if (!fits || operation === undefined || handler === undefined) continue
      const check = checkOf(operation.input)
      if (!check.accepts(input)) throw new CarusoError('INVALID_INPUT', `Called "${target.contract}.${target.operation}": ${check.explain(input)}`)
      return handler
    }
    throw new CarusoError('NO_PROVIDER', `Called "${target.contract}.${target.operation}": nobody provides it`)
  }
}

/** A scope with the host's listening socket, as a component of a test gets it. */
export class ScopeDouble implements Scope {
  readonly #disposers: Disposer[] = []
  readonly #abort = new AbortController()
  readonly #begin: ((active: Ownership) => void | Disposer | Promise<void | Disposer>)[] = []
  readonly calls: Call[] = []
  readonly emitted: { readonly event: string; readonly payload: unknown }[] = []
  readonly heard = new Map<string, (payload: never, call: Call) => void | Promise<void>>()
  port = 0

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  own<T>(resource: T, dispose: (resource: T) => void | Promise<void>): T {
    this.#disposers.push(() => dispose(resource))
    return resource
  }

  every(milliseconds: number, work: () => void | Promise<void>): void {
    this.own(setInterval(() => void work(), milliseconds), clearInterval)
  }

  after(milliseconds: number, work: () => void | Promise<void>): void {
    this.own(setTimeout(() => void work(), milliseconds), clearTimeout)
  }

  whenActive(begin: (active: Ownership) => void | Disposer | Promise<void | Disposer>): void {
    this.#begin.push(begin)
  }

  async activate(): Promise<void> {
    for (const begin of this.#begin) await begin(this)
  }

  call(origin: { readonly as?: string; readonly timeout?: number; readonly trace?: string } = {}): Call {
    const trace = origin.trace ?? `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
    const timeout = origin.timeout ?? 10_000
    const caller = { component: 'gateway', identity: origin.as ?? 'gateway', permissions: [], grants: [] }
    const call = { deadline: Date.now() + timeout, caller, trace, key: undefined, nextKey: undefined, through: [], signal: AbortSignal.timeout(timeout), cancellable: false }
    this.calls.push(call)
    return call
  }

  emit(_contract: Contract, event: string, payload: unknown): void {
    this.emitted.push({ event, payload })
  }

  on(contract: Contract, event: string, heard: (payload: never, call: Call) => void | Promise<void>): void {
    this.heard.set(`${contract.name}.${event}`, heard)
  }

  health(): void {}

  selfTest(): void {
    throw new Error('not used here')
  }

  /** What the host does: it owns the listening socket, and hands each connection to whoever is active. */
  async listen(server: Server, at: { readonly port: number; readonly host: string }): Promise<number> {
    const listener = createServer({ noDelay: true }, (socket: Socket) => server.emit('connection', socket))
    await new Promise<void>((resolve) => listener.listen(at.port, at.host, resolve))
    this.own(listener, () => void listener.close())
    const address = listener.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    return this.port
  }

  async end(): Promise<void> {
    this.#abort.abort()
    for (let dispose = this.#disposers.pop(); dispose !== undefined; dispose = this.#disposers.pop()) await dispose()
  }
}

/** What a provider sees of a call: the key that was meant for it. */
function received(call: Call): Call {
  return { deadline: call.deadline, caller: call.caller, trace: call.trace, key: call.nextKey, nextKey: undefined, through: call.through, signal: call.signal, cancellable: call.cancellable }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
