import type { Call, Client, Contract } from '@caruso/contract'
import { randomBytes } from 'node:crypto'
import { CallContext } from './call-context.ts'
import { clientOf } from './client.ts'
import { BusError } from './errors.ts'
import { Events } from './events.ts'
import { NatsLink, type Delivery, type NatsAddress } from './nats-link.ts'
import { Outbox } from './outbox.ts'
import { Outlet, type Consumer, type Paths } from './outlet.ts'
import { Presence } from './presence.ts'
import { decodeCaller, decodeFrames } from './protocol.ts'
import type { Provider } from './provider.ts'
import { Registry, type Entry, type InstanceInfo } from './registry.ts'
import { Requester } from './requester.ts'
import { Responder, type ResponderTarget } from './responder.ts'
import { newTraceparent } from './tracing.ts'
import { announceMicro } from './micro.ts'

/** Characters of one tick's calls to one instance that share a message. */
const batchLimit = 262_144
const messageOverhead = 4_096

/** Where a call of its own comes from: the component, and on whose behalf. */
export interface Origin extends Consumer {
  readonly identity: string
  readonly permissions: readonly string[]
  /** Milliseconds. */
  readonly timeout: number
  readonly trace?: string
}

/** An instance of this process that the bus serves. */
export interface Served {
  readonly info: InstanceInfo
  readonly provider: Provider
}

/**
 * Calls, events and presence of one process. Without `connect` it knows only what runs in this process.
 *
 * Subjects, all below the assembly's name: `call.HOST.INSTANCE` (frames for an instance), `reply.HOST.…` (frames back,
 * and word of what could not be delivered), `event.CONTRACT.EVENT`, `presence`, `ask` and `ask.HOST`.
 */
export class Bus {
  readonly assembly: string
  readonly host: string
  readonly registry = new Registry()
  /** Messages that were dropped because they were none of ours. */
  strangeMessages = 0
  readonly #events: Events
  readonly #outbox = new Outbox((route, message, first, last) => this.#send(route, message, first, last), batchLimit)
  readonly #requester = new Requester(this.#outbox)
  readonly #paths: Paths
  readonly #subscriptions = new Map<string, () => void>()
  readonly #served = new Map<string, Served>()
  #link: NatsLink | undefined
  #presence: Presence | undefined
  #responder = new Responder(this.#outbox, 1_048_576)

  /** @param name begins the name of this process on the bus, which no other process has */
  constructor(assembly: string, name: string) {
    this.assembly = assembly
    this.host = `${name}-${randomBytes(6).toString('hex')}`
    this.#events = new Events(assembly)
    this.#paths = {
      registry: this.registry,
      requester: this.#requester,
      route: ({ info }) => this.#route(info.host, info.id),
      ready: async (deadline) => await this.#link?.ready(deadline),
      undelivered: (entry) => this.#undelivered(entry),
    }
  }

  /** @throws BusError `NOT_CONNECTED` when the server cannot be reached; once connected it comes back by itself */
  async connect(address: NatsAddress): Promise<void> {
    const link = await NatsLink.connect(address, this.host, { down: () => this.#down(), up: () => this.#presence?.resume() })
    this.#link = link
    this.#responder = new Responder(this.#outbox, link.maxPayload - messageOverhead)
    link.subscribe(`${this.assembly}.reply.${this.host}.>`, (delivery) => this.#replied(delivery))
    for (const served of this.#served.values()) this.#subscribe(served)
    this.#events.connect(link)
    this.#presence = new Presence(link, { assembly: this.assembly, host: this.host, registry: this.registry, lost: (host) => this.#lost(host) })
    this.#presence.start([...this.#served.values()].map(({ info }) => info))
    await link.flush()
  }

  /** The call of somebody who was not called. */
  call(origin: Origin): Call {
    const caller = { component: origin.component, identity: origin.identity, permissions: origin.permissions, grants: origin.grants }
    return new CallContext(Date.now() + origin.timeout, caller, origin.trace ?? newTraceparent(), undefined, undefined, false)
  }

  outlet(contract: Contract, consumer: Consumer, component?: string): Outlet {
    return new Outlet(contract, consumer, this.#paths, component)
  }

  client<C extends Contract>(contract: C, consumer: Consumer): Client<C> {
    return clientOf(contract, this.outlet(contract, consumer))
  }

  emit(component: string, contract: Contract, event: string, payload: unknown, call: Call): void {
    this.#events.emit(component, contract, event, payload, call)
  }

  on(topic: string, heard: Parameters<Events['on']>[1]): () => void {
    return this.#events.on(topic, heard)
  }

  /** Lets instances of this process in and others go, as one change that callers everywhere see as one. */
  exchange(enter: readonly Served[], leave: readonly string[]): void {
    for (const served of enter) {
      this.#served.set(served.info.id, served)
      if (!this.#subscriptions.has(served.info.id)) this.#subscribe(served)
    }
    for (const id of leave) this.#served.delete(id)
    this.registry.exchange(enter, leave)
    this.#presence?.exchange(enter.map(({ info }) => info), leave)
  }

  /** Ends the subscriptions of an instance that has left; resolves when nothing can reach it any more. */
  async retire(id: string): Promise<void> {
    this.#subscriptions.get(id)?.()
    this.#subscriptions.delete(id)
    if (this.#link?.connected === true) await this.#link.flush().catch(() => this.#link?.ready(Date.now()))
  }

  /** The instances of this process that the bus serves. */
  served(): Served[] {
    return [...this.#served.values()]
  }

  async close(): Promise<void> {
    this.exchange([], [...this.#served.keys()])
    this.#presence?.stop()
    for (const id of [...this.#subscriptions.keys()]) await this.retire(id)
    this.#outbox.flush()
    this.#requester.close()
    if (this.#link?.connected === true) await this.#link.flush().catch(() => this.#link?.ready(Date.now()))
    await this.#link?.close()
  }

  #route(host: string, instance: string): string {
    return `${this.assembly}.call.${host}.${instance}`
  }

  #subscribe(served: Served): void {
    const link = this.#link
    if (link === undefined) return
    const { info, provider } = served
    const target = targetOf(provider)
    const ends = [
      link.subscribe(this.#route(this.host, info.id), (delivery) => this.#called(delivery, target)),
      announceMicro(link, this.assembly, info, provider),
    ]
    this.#subscriptions.set(info.id, () => {
      for (const end of ends) end()
    })
  }

  /** Sends to an instance, with a reply subject that tells which calls are lost when nobody listens; or back to a caller. */
  #send(route: string, message: string, first: number, last: number): void {
    const link = this.#link
    if (link?.connected !== true) return this.#requester.failSent(route, first, last, new BusError('NOT_CONNECTED', `Sent to "${route}": there is no connection to NATS`))
    const size = message.length * 3 > link.maxPayload ? Buffer.byteLength(message) : 0
    if (size > link.maxPayload) return this.#requester.failSent(route, first, last, new BusError('TOO_LARGE', `Sent a call of ${size} bytes to "${route}": at most ${link.maxPayload} fit into a message`))
    const prefix = `${this.assembly}.call.`
    if (route.startsWith(prefix)) link.publish(route, message, `${this.assembly}.reply.${this.host}.${route.slice(prefix.length)}.${first}-${last}`)
    else link.publish(route, message)
  }

  #called(delivery: Delivery, target: ResponderTarget): void {
    const prefix = `${this.assembly}.reply.`
    if (delivery.reply?.startsWith(prefix) !== true) return
    const tokens = delivery.reply.slice(prefix.length).split('.')
    const replyTo = `${prefix}${tokens[0]}.answer`
    try {
      for (const frame of decodeFrames(delivery.text())) this.#responder.receive(frame, replyTo, target)
    } catch (error) {
      const [first, last] = callRange(tokens.at(-1))
      this.#responder.refuse(replyTo, first, last, error)
    }
  }

  #replied(delivery: Delivery): void {
    if (delivery.noResponders) return this.#notDelivered(delivery.subject.slice(`${this.assembly}.reply.${this.host}.`.length))
    const text = delivery.text()
    try {
      for (const frame of decodeFrames(text)) this.#requester.receive(frame)
    } catch {
      // Only a stranger who holds the token could have written this, and there is no call it belongs to.
      this.strangeMessages++
    }
  }

  #notDelivered(token: string): void {
    const [host = '', instance, range] = token.split('.')
    if (instance === undefined) return this.#presence?.forget(host)
    const [first, last] = callRange(range)
    const route = this.#route(host, instance)
    this.#requester.failSent(route, first, last, new BusError('NOT_DELIVERED', `Sent to "${route}": nobody listens there`))
  }

  #undelivered(entry: Entry): void {
    if (this.registry.get(entry.info.id) !== entry || entry.provider !== undefined) return
    this.registry.exchange([], [entry.info.id])
    this.#presence?.probe(entry.info.host, `${this.assembly}.reply.${this.host}.${entry.info.host}`)
  }

  #lost(host: string): void {
    this.#requester.failAll(`${this.assembly}.call.${host}.`, new BusError('PROVIDER_LOST', `Waited for an answer of host "${host}": it is gone`))
  }

  #down(): void {
    this.#requester.failAll(`${this.assembly}.call.`, new BusError('PROVIDER_LOST', 'Waited for an answer: the connection to NATS is gone'))
  }
}

function targetOf(provider: Provider): ResponderTarget {
  return {
    find: (service, operation) => {
      const served = provider.operation(service, operation)
      if (served === undefined) throw new BusError('UNKNOWN_OPERATION', `Called operation "${operation}" of "${service}" at component "${provider.component}": it is not served there`)
      return served
    },
    caller: (wire) => decodeCaller(wire),
  }
}

/** The lowest and highest id of the calls in a message, as its reply subject tells them. */
function callRange(token: string | undefined): [first: number, last: number] {
  const [first = 0, last = 0] = (token ?? '').split('-').map(Number)
  return Number.isSafeInteger(first) && Number.isSafeInteger(last) && last - first < batchLimit ? [first, last] : [0, 0]
}
