import { checkOf, type Call, type Contract } from '@caruso/contract'
import { CallContext } from './call-context.ts'
import { BusError } from './errors.ts'
import type { Link, LinkSubscription } from './link.ts'
import { decodeCaller, encodeCaller, encodeValue, parseJson } from './protocol.ts'
import { isTraceparent, newTraceparent } from './traceparent.ts'

/** An event as its listeners hear it. */
export interface HeardEvent {
  readonly contract: string
  readonly version: string
  readonly component: string
  readonly event: string
  readonly payload: unknown
}

type Listener = (event: HeardEvent, call: Call) => void

const handlingTime = 10_000

/** Events: whoever listens hears each at most once, here at once, on other hosts over NATS. */
export class Events {
  readonly #assembly: string
  readonly #strange: () => void
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #subscriptions = new Map<string, LinkSubscription>()
  #link: Link | undefined

  /** @param strange is told of each message that is no event */
  constructor(assembly: string, strange: () => void) {
    this.#assembly = assembly
    this.#strange = strange
  }

  connect(link: Link): void {
    this.#link = link
    for (const topic of this.#listeners.keys()) this.#subscribe(topic)
  }

  /**
   * Tells an event of a contract.
   *
   * @throws BusError `INVALID_OUTPUT` when the contract has no such event or the payload breaks it, `TOO_LARGE` when it
   * fits into no message
   */
  emit(component: string, contract: Contract, event: string, payload: unknown, call: Call): void {
    const declared = contract.events[event]
    if (declared === undefined) throw new BusError('INVALID_OUTPUT', `Emitted event "${contract.name}.${event}" from component "${component}": the contract has ${Object.keys(contract.events).join(', ') || 'no events'}`)
    const check = checkOf(declared.payload)
    if (!check.accepts(payload)) throw new BusError('INVALID_OUTPUT', `Emitted event "${contract.name}.${event}" from component "${component}": ${check.explain(payload)}`)
    const heard: HeardEvent = { contract: contract.name, version: contract.version, component, event, payload }
    const { caller, trace } = call
    if (this.#link?.connected === true) {
      const text = `[${JSON.stringify(contract.version)},${JSON.stringify(component)},${encodeValue(payload)},${encodeCaller(caller)},${JSON.stringify(trace)}]`
      const size = Buffer.byteLength(text)
      if (size > this.#link.maxPayload) throw new BusError('TOO_LARGE', `Emitted event "${contract.name}.${event}" from component "${component}" with ${size} bytes: at most ${this.#link.maxPayload} fit into a message`)
      this.#link.publish(this.#subject(`${contract.name}.${event}`), text)
    }
    queueMicrotask(() => this.#deliver(heard, call))
  }

  /** Listens to one event, `contract.event`, or to all of them, `*`; returns the end of it. */
  on(topic: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    const mine: Listener = (event, call) => listener(event, call)
    this.#listeners.set(topic, listeners.add(mine))
    if (listeners.size === 1) this.#subscribe(topic)
    return () => {
      if (!listeners.delete(mine) || listeners.size > 0) return
      this.#listeners.delete(topic)
      this.#subscriptions.get(topic)?.end()
      this.#subscriptions.delete(topic)
    }
  }

  #subscribe(topic: string): void {
    if (this.#link === undefined) return
    const listeners = this.#listeners.get(topic)
    const subscription = this.#link.subscribe(this.#subject(topic === '*' ? '>' : topic), (delivery) => {
      const [, , contract, event] = [this.#assembly, ...delivery.subject.slice(this.#assembly.length + 1).split('.')]
      const told = readEvent(contract ?? '', event ?? '', delivery.text())
      if (told === undefined) this.#strange()
      else for (const listener of [...(listeners ?? [])]) listener(told.heard, told.call)
    })
    this.#subscriptions.set(topic, subscription)
  }

  #deliver(heard: HeardEvent, call: Call): void {
    for (const topic of [`${heard.contract}.${heard.event}`, '*']) {
      for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(heard, handling(call.caller, call.trace))
    }
  }

  #subject(topic: string): string {
    return `${this.#assembly}.event.${topic}`
  }
}

/** Work on an event has its own deadline: whoever emitted it does not wait. */
function handling(caller: Call['caller'], trace: string): Call {
  return new CallContext(Date.now() + handlingTime, caller, trace, undefined, undefined, false)
}

function readEvent(contract: string, event: string, text: string): { heard: HeardEvent; call: Call } | undefined {
  try {
    const told = parseJson(text)
    if (!Array.isArray(told)) return undefined
    const [version, component, payload, caller, trace] = told as unknown[]
    if (typeof version !== 'string' || typeof component !== 'string') return undefined
    const context = handling(decodeCaller(caller), typeof trace === 'string' && isTraceparent(trace) ? trace : newTraceparent())
    return { heard: { contract, version, component, event, payload }, call: context }
  } catch {
    return undefined
  }
}
