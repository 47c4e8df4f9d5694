import type { Call, Client, Contract } from '@caruso/contract'
import { randomBytes } from 'node:crypto'
import { CallContext } from './call-context.ts'
import { clientOf } from './client.ts'
import { BusError } from './errors.ts'
import { Events } from './events.ts'
import type { Delivery, Link, OpenLink } from './link.ts'
import { NatsLink, type NatsAddress } from './nats-link.ts'
import { Outbox } from './outbox.ts'
import { Outlet, type Consumer, type Paths } from './outlet.ts'
import { Presence } from './presence.ts'
import { readFrames, type Frame } from './protocol.ts'
import type { Provider } from './provider.ts'
import { providerTarget } from './provider-target.ts'
import { readRecordRequest, Recorder } from './recorder.ts'
import { Registry, type Entry, type InstanceInfo } from './registry.ts'
import { Requester } from './requester.ts'
import { Responder, type ResponderTarget } from './responder.ts'
import { announceMicro } from './micro.ts'
import { stagger } from './stagger.ts'

/** Characters of one tick's calls to one instance that share a message. */
const batchLimit = 262_144
const messageOverhead = 4_096
const defaultPayload = 1_048_576
/** The name of a host, as it may stand in a subject. */
const hostName = /^[A-Za-z0-9_-]{1,96}$/

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
 * Subjects, all below the assembly's name: `call.HOST.INSTANCE` (calls for an instance), `control.HOST` (credits and
 * cancellations for what runs at a host), `reply.HOST.…` (frames back, and word of what could not be delivered),
 * `event.CONTRACT.EVENT`, `presence`, `ask`, `ask.HOST`, `record`, and `api.CONTRACT.vMAJOR.OPERATION` for foreign clients.
 */
export class Bus {
  readonly assembly: string
  readonly host: string
  readonly registry = new Registry()
  readonly #events: Events
  readonly #outbox = new Outbox((route, message, first, last) => this.#send(route, message, first, last), batchLimit)
  readonly #requester: Requester
  readonly #paths: Paths
  readonly #subscriptions = new Map<string, () => Promise<void>>()
  readonly #served = new Map<string, Served>()
  readonly #recorder = new Recorder()
  #strangeMessages = 0
  #closed = false
  #link: Link | undefined
  #presence: Presence | undefined
  #responder = new Responder(this.#outbox, defaultPayload)

  /** @param name begins the name of this process on the bus, which no other process has */
  constructor(assembly: string, name: string) {
    this.assembly = assembly
    this.host = `${name}-${randomBytes(6).toString('hex')}`
    this.#events = new Events(assembly, () => this.#strange())
    this.#requester = new Requester(this.#outbox, (route) => `${assembly}.control.${route.slice(assembly.length + '.call.'.length).split('.', 1)[0]}`)
    this.#paths = this.#makePaths()
  }

  /** @throws BusError `NOT_CONNECTED` when the server cannot be reached; once connected it comes back by itself */
  async connect(address: NatsAddress, open: OpenLink = NatsLink.connect): Promise<void> {
    const link = await open(address, this.host, { down: () => this.#down(), up: () => this.#up() })
    this.#link = link
    this.#responder = new Responder(this.#outbox, link.maxPayload - messageOverhead)
    this.#outbox.limit(Math.min(batchLimit, Math.floor((link.maxPayload - messageOverhead) / 3)))
    link.subscribe(`${this.assembly}.reply.${this.host}.>`, (delivery) => this.#replied(delivery))
    link.subscribe(`${this.assembly}.control.${this.host}`, (delivery) => this.#controlled(delivery))
    link.subscribe(`${this.assembly}.record`, (delivery) => this.#recorded(link, delivery))
    for (const served of this.#served.values()) this.#subscribe(served)
    this.#events.connect(link)
    this.#presence = new Presence(link, {
      assembly: this.assembly,
      host: this.host,
      registry: this.registry,
      lost: (host) => this.#lost(host),
      returned: (host) => this.#requester.query(`${this.assembly}.call.${host}.`),
      strange: () => this.#strange(),
    })
    this.#presence.start([...this.#served.values()].map(({ info }) => info))
    await link.flush()
  }

  /** The call of somebody who was not called. */
  call(origin: Origin): Call {
    const caller = { component: origin.component, identity: origin.identity, permissions: origin.permissions, grants: origin.grants }
    return new CallContext(Date.now() + origin.timeout, caller, origin.trace, undefined, undefined, false)
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

  /**
   * Asks whoever listens to a subject, and hears the text of every answer; returns the end of it.
   *
   * @throws BusError `NOT_CONNECTED` when the bus was not connected
   */
  survey(subject: string, question: unknown, heard: (answer: string) => void): () => void {
    if (this.#link === undefined) throw new BusError('NOT_CONNECTED', `Asked "${subject}": there is no connection to NATS`)
    const reply = `${this.assembly}.survey.${this.host}.${randomBytes(6).toString('hex')}`
    const answers = this.#link.subscribe(reply, (delivery) => {
      if (!delivery.noResponders) heard(delivery.text())
    })
    this.#link.publish(subject, JSON.stringify(question), reply)
    return () => answers.end()
  }

  /**
   * Lets instances of this process in and others go, as one change that callers everywhere see as one.
   *
   * @throws BusError `TOO_LARGE` when what is to be told of an instance fits into no message
   */
  exchange(enter: readonly Served[], leave: readonly string[]): void {
    for (const { info } of enter) this.#requireTellable(info)
    for (const served of enter) {
      this.#served.set(served.info.id, served)
      if (!this.#subscriptions.has(served.info.id)) this.#subscribe(served)
    }
    for (const id of leave) this.#served.delete(id)
    this.registry.exchange(enter, leave)
    this.#presence?.exchange(enter.map(({ info }) => info), leave)
  }

  /** Ends the subscriptions of an instance that has left; resolves when what was sent to it is here, and nothing more can come. */
  async retire(id: string): Promise<void> {
    const end = this.#subscriptions.get(id)
    this.#subscriptions.delete(id)
    await end?.()
  }

  /** Messages that were dropped because they were none of ours. */
  get strangeMessages(): number {
    return this.#strangeMessages
  }

  /** The instances of this process that the bus serves. */
  served(): Served[] {
    return [...this.#served.values()]
  }

  /** Leaves: nothing new is accepted, answers that are ready are sent, what still runs or waits is told so, in this order. */
  async close(): Promise<void> {
    this.#closed = true
    this.exchange([], [...this.#served.keys()])
    await Promise.all([...this.#subscriptions.keys()].map((id) => this.retire(id)))
    this.#responder.close()
    this.#requester.close()
    this.#outbox.flush()
    this.#presence?.stop()
    await this.#link?.flush()
    await this.#link?.close()
  }

  #makePaths(): Paths {
    const isConnected = (): boolean => this.#link?.connected === true
    const isClosed = (): boolean => this.#closed
    return {
      registry: this.registry,
      requester: this.#requester,
      route: ({ info }) => this.#route(info.host, info.id),
      undelivered: (entry) => this.#undelivered(entry),
      firstDue: stagger(Math.random()),
      get connected() {
        return isConnected()
      },
      get closed() {
        return isClosed()
      },
    }
  }

  #route(host: string, instance: string): string {
    return `${this.assembly}.call.${host}.${instance}`
  }

  #subscribe(served: Served): void {
    const link = this.#link
    if (link === undefined) return
    const { info, provider } = served
    const target = providerTarget(provider)
    const calls = link.subscribe(this.#route(this.host, info.id), (delivery) => this.#called(delivery, target))
    const endMicro = announceMicro({ link, assembly: this.assembly, info, provider, registry: this.registry, outlet: (contract, consumer) => this.outlet(contract, consumer, info.component), strange: () => this.#strange() })
    this.#subscriptions.set(info.id, async () => {
      await Promise.all([calls.drain(), endMicro()])
    })
  }

  /** Sends to an instance, with a reply subject that tells which calls are lost when nobody listens; or back to a caller. */
  #send(route: string, message: string, first: number, last: number): void {
    const link = this.#link
    if (link?.connected !== true) return this.#requester.failSent(route, first, last, new BusError('NOT_CONNECTED', `Sent to "${route}": there is no connection to NATS`))
    const size = message.length * 3 > link.maxPayload ? Buffer.byteLength(message) : 0
    if (size > link.maxPayload) return this.#requester.failSent(route, first, last, new BusError('TOO_LARGE', `Sent a call of ${size} bytes to "${route}": at most ${link.maxPayload} fit into a message`))
    const calls = `${this.assembly}.call.`
    const control = `${this.assembly}.control.`
    const reply = `${this.assembly}.reply.${this.host}.`
    if (route.startsWith(calls)) link.publish(route, message, `${reply}${route.slice(calls.length)}.${first}-${last}`)
    else if (route.startsWith(control)) link.publish(route, message, `${reply}${route.slice(control.length)}`)
    else link.publish(route, message)
  }

  #called(delivery: Delivery, target: ResponderTarget): void {
    this.#taken(delivery, (replyTo) => this.#responder.reader(replyTo, target))
  }

  #controlled(delivery: Delivery): void {
    this.#taken(delivery, (replyTo) => (frame) => this.#responder.control(frame, replyTo))
  }

  /** Answers that it records, and then with each span. */
  #recorded(link: Link, delivery: Delivery): void {
    const { reply } = delivery
    const request = readRecordRequest(delivery.text())
    if (reply === undefined || request === undefined) return this.#strange()
    const tell = (answer: object): void => {
      if (link.connected) link.publish(reply, JSON.stringify({ host: this.host, ...answer }))
    }
    this.#recorder.record(request, [...this.#served.values()].map(({ provider }) => provider), tell)
    tell({})
  }

  #taken(delivery: Delivery, taker: (replyTo: string) => (frame: Frame) => void): void {
    const prefix = `${this.assembly}.reply.`
    const host = delivery.reply?.startsWith(prefix) === true ? (delivery.reply.slice(prefix.length).split('.', 1)[0] ?? '') : ''
    if (!hostName.test(host)) return this.#strange()
    const replyTo = `${prefix}${host}.answer`
    readFrames(delivery.text(), {
      read: taker(replyTo),
      unreadable: (error, frameKind, id) => {
        this.#strange()
        if (frameKind !== undefined && id !== undefined) this.#responder.refuse(frameKind, id, replyTo, error)
      },
    })
  }

  #replied(delivery: Delivery): void {
    if (delivery.noResponders) return this.#notDelivered(delivery.subject.slice(`${this.assembly}.reply.${this.host}.`.length))
    readFrames(delivery.text(), {
      read: (frame) => this.#requester.receive(frame),
      unreadable: (error, frameKind, id) => {
        this.#strange()
        if (frameKind !== undefined && id !== undefined) this.#requester.refuse(frameKind, id, error)
      },
    })
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
    this.#responder.abandon(`${this.assembly}.reply.${host}.answer`)
    this.#requester.failAll(`${this.assembly}.call.${host}.`, new BusError('PROVIDER_LOST', `Waited for an answer of host "${host}": it is gone`))
  }

  #up(): void {
    this.#presence?.resume()
    // Calls that wait for a connection look again when the registry changes.
    this.registry.exchange([], [])
  }

  #strange(): void {
    this.#strangeMessages++
  }

  #requireTellable(info: InstanceInfo): void {
    const most = (this.#link?.maxPayload ?? defaultPayload) - messageOverhead
    const size = Buffer.byteLength(JSON.stringify(info))
    if (size > most) throw new BusError('TOO_LARGE', `Let in instance "${info.id}" whose contracts take ${size} bytes: at most ${most} fit into a message`)
  }

  #down(): void {
    this.#responder.abandon()
    this.#requester.failAll(`${this.assembly}.call.`, new BusError('PROVIDER_LOST', 'Waited for an answer: the connection to NATS is gone'))
  }
}

/** The lowest and highest id of the calls in a message, as its reply subject tells them. */
function callRange(token: string | undefined): [first: number, last: number] {
  const [first = 0, last = 0] = (token ?? '').split('-').map(Number)
  return Number.isSafeInteger(first) && Number.isSafeInteger(last) ? [first, last] : [0, 0]
}
