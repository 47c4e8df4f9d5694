import type { Bus, CallContext, Consumer, Outlet, ResponderTarget } from '@caruso/bus'
import { type Call, checkOf, type Static, Type } from '@caruso/contract'
import { type Description, KernelError, type Log } from '@caruso/kernel/instance'
import { answeringOnce, control, longestMessage } from './control.ts'

const Emit = Type.Object({ contract: Type.String(), version: Type.String(), event: Type.String(), payload: Type.Unknown() })
const Topic = Type.Object({ topic: Type.String({ maxLength: 130 }) })
const Line = Type.Object({ level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]), fields: Type.Record(Type.String(), Type.Unknown()), message: Type.String({ maxLength: longestMessage }) })

type Serve = (input: unknown, call: CallContext) => unknown

/** What a host does for an isolated instance, and for no other: only what the plugin declared. */
export class HostService {
  readonly consumer: Consumer
  readonly #bus: Bus
  readonly #log: Log
  readonly #told: (event: unknown) => void
  readonly #outlets = new Map<string, Outlet>()
  readonly #topics = new Map<string, () => void>()
  #description: Description = { plugin: '', provides: [], requires: [] }
  #endWatch: (() => void) | undefined

  /** @param told passes an event on to the instance */
  constructor(bus: Bus, consumer: Consumer, log: Log, told: (event: unknown) => void) {
    this.#bus = bus
    this.consumer = consumer
    this.#log = log
    this.#told = told
  }

  /** Fixes what the plugin declared; from here on nothing else is served to it. */
  declare(description: Description): void {
    this.#description = description
    for (const { key, contract } of description.requires) {
      if (contract !== undefined) this.#outlets.set(key, this.#bus.outlet(contract, this.consumer))
    }
  }

  /** @throws KernelError `UNDECLARED` for whatever the plugin did not declare */
  find(service: string, name: string, stream: boolean): ReturnType<ResponderTarget['find']> {
    const outlet = service.startsWith(control.requirement) ? this.#outlets.get(service.slice(control.requirement.length)) : undefined
    const operation = outlet !== undefined && Object.hasOwn(outlet.contract.operations, name) ? outlet.contract.operations[name] : undefined
    if (outlet !== undefined && operation !== undefined && (operation.stream !== undefined) === stream) {
      return { run: async (input, call) => await outlet.call(name, input, call), runStream: (input, call) => outlet.stream(name, input, call) }
    }
    const serve = service === control.host && !stream ? this.#own(name) : undefined
    if (serve !== undefined) return answeringOnce(serve)
    const error = this.#undeclared(service, name)
    this.#log.warn({ component: this.consumer.component, service, operation: name }, `Refused an undeclared call of component "${this.consumer.component}"`)
    throw error
  }

  /** Ends what the instance listens to. */
  deafen(): void {
    for (const end of this.#topics.values()) end()
    this.#topics.clear()
  }

  close(): void {
    this.deafen()
    this.#endWatch?.()
  }

  #own(operation: string): Serve | undefined {
    const serves: Readonly<Record<string, Serve>> = {
      emit: (input, call) => this.#emit(required(Emit, input), call),
      on: (input) => this.#on(required(Topic, input).topic),
      off: (input) => this.#off(required(Topic, input).topic),
      log: (input) => this.#write(required(Line, input)),
      available: () => this.#available(),
    }
    return Object.hasOwn(serves, operation) ? serves[operation] : undefined
  }

  #emit(input: Static<typeof Emit>, call: Call): void {
    const contract = this.#description.provides.find(({ name, version }) => name === input.contract && version === input.version)
    if (contract === undefined) throw this.#undeclared(input.contract, input.event)
    this.#bus.emit(this.consumer.component, contract, input.event, input.payload, call)
  }

  #on(topic: string): void {
    // Only whole names of declared events: a topic becomes part of a subject.
    const declared = this.#description.requires.flatMap(({ contract }) => (contract === undefined ? [] : Object.keys(contract.events).map((event) => `${contract.name}.${event}`)))
    if (!declared.includes(topic)) throw this.#undeclared('event', topic)
    if (!this.#topics.has(topic)) this.#topics.set(topic, this.#bus.on(topic, (event, call) => this.#told({ ...event, caller: call.caller, trace: call.trace })))
  }

  #off(topic: string): void {
    this.#topics.get(topic)?.()
    this.#topics.delete(topic)
  }

  #write({ level, fields, message }: Static<typeof Line>): void {
    this.#log[level]({ ...fields, component: this.consumer.component }, message)
  }

  /** The optional requirements that are there now; from the first question on the instance is told of changes. */
  #available(): string[] {
    const current = (): string[] => [...this.#outlets].filter(([, outlet]) => outlet.available).map(([key]) => key)
    this.#endWatch ??= this.#bus.registry.watch(() => this.#told({ available: current() }))
    return current()
  }

  #undeclared(service: string, operation: string): KernelError {
    const declared = this.#description.requires.map(({ key }) => key).join(', ')
    return new KernelError('UNDECLARED', `Called "${service}" operation "${operation}" from component "${this.consumer.component}": it declared ${declared || 'no requirements'}`)
  }
}

function required<S extends Type.TSchema>(schema: S, input: unknown): Static<S> {
  const check = checkOf(schema)
  if (check.accepts(input)) return input as Static<S>
  throw new KernelError('UNDECLARED', `Asked the host of an isolated component: ${check.explain(input)}`)
}
