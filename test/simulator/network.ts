import { BusError, type Delivery, type Link, type LinkSubscription, type LinkWatcher } from '@caruso/bus'
import type { VirtualTime } from './virtual-time.ts'

interface Subscription {
  readonly subject: string
  readonly received: (delivery: Delivery) => void
  ended: boolean
}

/** One connection as the server knows it; a link that comes back has a new one. */
interface Session {
  readonly link: SimulatedLink
  /** Nothing that is under way arrives any more. */
  broken: boolean
  readonly subscriptions: Set<Subscription>
  /** When the last message up and down arrives: none overtakes another. */
  upAt: number
  downAt: number
}

/** How a connection breaks: after how many milliseconds the server and the client find out, and the client is back. */
export interface Break {
  readonly serverAfter: number
  readonly clientAfter: number
  readonly backAfter: number
}

/** Subjects of foreign clients, of whom there are none. */
const foreign = /^\$SRV\.|\.api\./

/**
 * A NATS server and its connections, in virtual time. Each message takes a drawn time; those of one connection keep
 * their order. A message is lost only where a connection breaks under it.
 */
export class Network {
  readonly time: VirtualTime
  readonly #sessions = new Set<Session>()
  readonly #links = new Map<string, SimulatedLink>()
  /** Told of each message that is sent, by its sender. */
  sent: (link: SimulatedLink, subject: string) => void = () => undefined

  constructor(time: VirtualTime) {
    this.time = time
  }

  async connect(owner: string, name: string, watcher: LinkWatcher): Promise<Link> {
    await new Promise<void>((resolve) => this.time.after(this.delay(), owner, resolve))
    const link = new SimulatedLink(this, owner, name, watcher)
    this.#links.set(owner, link)
    return link
  }

  link(owner: string): SimulatedLink | undefined {
    return this.#links.get(owner)
  }

  delay(): number {
    const { random } = this.time
    return random.chance(0.05) ? random.within(5, 150) : 0.1 + random.next() * 3
  }

  open(link: SimulatedLink): Session {
    const session = { link, broken: false, subscriptions: new Set<Subscription>(), upAt: 0, downAt: 0 }
    this.#sessions.add(session)
    return session
  }

  forget(session: Session): void {
    this.#sessions.delete(session)
  }

  /** Does something at the server when what was sent before has been done there. */
  up(session: Session, act: () => void): void {
    session.upAt = Math.max(session.upAt, this.time.now + this.delay())
    this.time.after(session.upAt - this.time.now, 'network', () => {
      if (!session.broken) act()
    })
  }

  /** Does something at the client when what the server sent before has arrived. */
  down(session: Session, act: () => void): void {
    session.downAt = Math.max(session.downAt, this.time.now + this.delay())
    this.time.after(session.downAt - this.time.now, session.link.owner, () => {
      if (!session.broken) act()
    })
  }

  route(from: Session, subject: string, text: string, reply: string | undefined): void {
    let found = false
    for (const session of this.#sessions) {
      if (session === from) continue
      for (const subscription of session.subscriptions) {
        if (!matches(subscription.subject, subject)) continue
        found = true
        this.down(session, () => {
          session.link.heard.set(from.link.name, this.time.now)
          if (!subscription.ended) subscription.received(new SimulatedDelivery(subject, reply, false, text))
        })
      }
    }
    if (found || reply === undefined) return
    for (const subscription of from.subscriptions) {
      if (matches(subscription.subject, reply)) this.down(from, () => subscription.received(new SimulatedDelivery(reply, undefined, true, '')))
    }
  }

  /** Kills the server and starts it again: every connection breaks, and comes back at its own time. */
  restartServer(milliseconds: number): void {
    for (const session of [...this.#sessions]) session.link.break({ serverAfter: 0, clientAfter: this.delay(), backAfter: milliseconds + this.time.random.within(0, 300) })
  }
}

/** A participant's connection. */
export class SimulatedLink implements Link {
  readonly owner: string
  readonly name: string
  readonly maxPayload = 1_048_576
  /** When something of whom was last heard here. */
  readonly heard = new Map<string, number>()
  upSince: number
  connected = true
  readonly #network: Network
  readonly #watcher: LinkWatcher
  readonly #subscriptions = new Set<Subscription>()
  readonly #waiting = new Set<() => void>()
  #session: Session
  #breaking = false

  constructor(network: Network, owner: string, name: string, watcher: LinkWatcher) {
    this.#network = network
    this.owner = owner
    this.name = name
    this.#watcher = watcher
    this.upSince = network.time.now
    this.#session = network.open(this)
  }

  publish(subject: string, text: string, reply?: string): void {
    if (!this.connected) throw new BusError('NOT_CONNECTED', `Published to "${subject}": there is no connection`)
    this.#network.sent(this, subject)
    const session = this.#session
    this.#network.up(session, () => this.#network.route(session, subject, text, reply))
  }

  respondError(reply: string): void {
    this.publish(reply, '')
  }

  subscribe(subject: string, received: (delivery: Delivery) => void): LinkSubscription {
    if (foreign.test(subject)) return { end: () => undefined, drain: () => Promise.resolve() }
    const subscription = { subject, received, ended: false }
    this.#subscriptions.add(subscription)
    this.#add(this.#session, [subscription])
    return {
      end: () => {
        subscription.ended = true
        void this.#remove(subscription)
      },
      drain: async () => {
        await this.#remove(subscription)
        subscription.ended = true
      },
    }
  }

  async flush(): Promise<void> {
    const session = this.#session
    if (!this.connected) return
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve)
      this.#network.up(session, () => this.#network.down(session, () => {
        this.#waiting.delete(resolve)
        resolve()
      }))
    })
  }

  async close(): Promise<void> {
    this.connected = false
    const session = this.#session
    this.#network.up(session, () => this.#network.forget(session))
    await Promise.resolve()
  }

  /** Lets nothing through for so long, in both directions; nothing is lost. */
  stall(milliseconds: number): void {
    const until = this.#network.time.now + milliseconds
    this.#session.upAt = Math.max(this.#session.upAt, until)
    this.#session.downAt = Math.max(this.#session.downAt, until)
  }

  /** Breaks the connection, with what is under way on it. */
  break({ serverAfter, clientAfter, backAfter }: Break): void {
    if (this.#breaking || !this.connected) return
    this.#breaking = true
    const { time } = this.#network
    const session = this.#session
    session.broken = true
    time.after(serverAfter, 'network', () => this.#network.forget(session))
    time.after(clientAfter, this.owner, () => {
      this.connected = false
      for (const resolve of [...this.#waiting]) resolve()
      this.#waiting.clear()
      this.#watcher.down()
      time.after(backAfter, this.owner, () => this.#comeBack())
    })
  }

  /** Its process has died: the server finds out after so many milliseconds. */
  die(serverAfter: number): void {
    const session = this.#session
    this.#breaking = true
    session.broken = true
    this.#network.time.after(serverAfter, 'network', () => this.#network.forget(session))
  }

  #comeBack(): void {
    this.#session = this.#network.open(this)
    this.#breaking = false
    this.connected = true
    this.#add(this.#session, [...this.#subscriptions])
    this.upSince = this.#network.time.now
    this.#watcher.up()
  }

  #add(session: Session, subscriptions: readonly Subscription[]): void {
    // What is subscribed to meanwhile is told when the connection is back.
    if (!this.connected) return
    this.#network.up(session, () => {
      for (const subscription of subscriptions) if (this.#subscriptions.has(subscription)) session.subscriptions.add(subscription)
    })
  }

  async #remove(subscription: Subscription): Promise<void> {
    const session = this.#session
    this.#network.up(session, () => session.subscriptions.delete(subscription))
    await this.flush()
    this.#subscriptions.delete(subscription)
  }
}

class SimulatedDelivery implements Delivery {
  readonly headers: ReadonlyMap<string, string> = new Map()
  readonly subject: string
  readonly reply: string | undefined
  readonly noResponders: boolean
  readonly #text: string

  constructor(subject: string, reply: string | undefined, noResponders: boolean, text: string) {
    this.subject = subject
    this.reply = reply
    this.noResponders = noResponders
    this.#text = text
  }

  text(): string {
    return this.#text
  }
}

function matches(pattern: string, subject: string): boolean {
  return pattern.endsWith('>') ? subject.startsWith(pattern.slice(0, -1)) : pattern === subject
}
