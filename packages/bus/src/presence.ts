import { type Contract, type Static, Type } from '@caruso/contract'
import { checkOf } from '@caruso/contract'
import type { Link } from './link.ts'
import { parseJson } from './protocol.ts'
import type { Entry, InstanceInfo, Registry } from './registry.ts'

const Name = Type.String({ pattern: '^[A-Za-z0-9_-]{1,96}$' })
const Info = Type.Object({
  id: Name,
  component: Name,
  plugin: Type.String({ maxLength: 214 }),
  version: Type.String({ maxLength: 256 }),
  host: Name,
  isolation: Type.String({ maxLength: 16 }),
  started: Type.String({ maxLength: 32 }),
  contracts: Type.Array(Type.Object({ name: Name, version: Type.String({ maxLength: 256 }), operations: Type.Record(Type.String(), Type.Object({})), events: Type.Record(Type.String(), Type.Object({})) }), { maxItems: 256 }),
  health: Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String({ maxLength: 1000 })) }),
  share: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  paused: Type.Optional(Type.Literal(true)),
})

/**
 * What a host says of itself: a change, the ids of everything it has (`all`, with some of it in `enter`), that it is
 * still there, or that it leaves (`bye`). `seq` counts its changes, `session` its connections.
 */
const Announcement = Type.Object({
  host: Name,
  seq: Type.Integer({ minimum: 0 }),
  session: Type.Integer({ minimum: 0 }),
  enter: Type.Optional(Type.Array(Info, { maxItems: 10_000 })),
  leave: Type.Optional(Type.Array(Name, { maxItems: 10_000 })),
  all: Type.Optional(Type.Array(Name, { maxItems: 10_000 })),
  bye: Type.Optional(Type.Boolean()),
})
type Announcement = Static<typeof Announcement>

/** What this process says of itself; the same as an announcement, before the border. */
interface Told {
  readonly enter?: readonly InstanceInfo[]
  readonly leave?: readonly string[]
  readonly all?: readonly string[]
  readonly bye?: true
}

/** Milliseconds between two signs of life, and without one until a host is taken for dead. */
const beat = 600
const lease = 1_700
const tick = 200

interface Neighbour {
  seq: number
  session: number
  heard: number
}

export interface PresenceOptions {
  readonly assembly: string
  /** This process, by a name no other has. */
  readonly host: string
  readonly registry: Registry
  /** Called when a host is gone, so nothing it accepted will be answered. */
  lost(host: string): void
  /** Called when the connection of a host broke and came back, so some of what it accepted will not be answered. */
  returned(host: string): void
  /** Told of each message that is no announcement. */
  strange(): void
}

/**
 * Tells the other hosts what runs here, and keeps this process's replica of what runs there: changes are pushed at
 * once, numbered per host so that a gap is seen and asked about, and a lease ends what a dead host cannot withdraw.
 */
export class Presence {
  readonly #options: PresenceOptions
  readonly #link: Link
  readonly #own = new Map<string, InstanceInfo>()
  readonly #neighbours = new Map<string, Neighbour>()
  readonly #ends: (() => void)[] = []
  #seq = 0
  #session = 0
  #ticks = 0
  #lastTick = Date.now()

  constructor(link: Link, options: PresenceOptions) {
    this.#link = link
    this.#options = options
  }

  /** Begins to listen and asks everybody what they have; `own` is what runs here already. */
  start(own: readonly InstanceInfo[]): void {
    for (const info of own) this.#own.set(info.id, info)
    this.#ends.push(
      this.#link.subscribe(this.#subject(), (delivery) => this.#received(delivery.text())).end,
      this.#link.subscribe(this.#askSubject(), () => this.#tellAll()).end,
      this.#link.subscribe(this.#askSubject(this.#options.host), () => this.#tellAll()).end,
    )
    const timer = setInterval(() => this.#tick(), tick).unref()
    this.#ends.push(() => clearInterval(timer))
    this.resume()
  }

  /** After a connection: nobody is given up for what could not be heard, and everybody is asked. */
  resume(): void {
    const now = Date.now()
    this.#session++
    for (const neighbour of this.#neighbours.values()) neighbour.heard = now
    this.#tellAll()
    this.#link.publish(this.#askSubject(), '')
  }

  /** Announces what entered and what left here, as one change. */
  exchange(enter: readonly InstanceInfo[], leave: readonly string[]): void {
    for (const id of leave) this.#own.delete(id)
    for (const info of enter) this.#own.set(info.id, info)
    for (const [at, infos] of this.#portions(enter).entries()) {
      this.#seq++
      this.#tell({ enter: infos, leave: at === 0 ? [...leave] : [] })
    }
  }

  /** Asks a host whether it is still there; when nobody listens for it, it is lost. `reply` is where that is heard. */
  probe(host: string, reply: string): void {
    if (this.#neighbours.has(host) && this.#link.connected) this.#link.publish(this.#askSubject(host), '', reply)
  }

  /** Forgets a host that is gone, with all that ran there. */
  forget(host: string): void {
    if (!this.#neighbours.delete(host)) return
    this.#withdraw(host, () => true)
    this.#options.lost(host)
  }

  stop(): void {
    if (this.#link.connected) this.#tell({ bye: true })
    for (const end of this.#ends.splice(0)) end()
  }

  #tick(): void {
    const now = Date.now()
    // What was sent while this process stood still is read after this timer, so that time counts against nobody.
    const stood = now - this.#lastTick - tick
    this.#lastTick = now
    if (stood > tick) for (const neighbour of this.#neighbours.values()) neighbour.heard += stood
    if (!this.#link.connected) return
    if (++this.#ticks % (beat / tick) === 0) this.#tell({})
    for (const [host, { heard }] of [...this.#neighbours]) {
      if (now - heard > lease) this.forget(host)
    }
  }

  #received(text: string): void {
    const message = readAnnouncement(text)
    if (message === undefined) return this.#options.strange()
    const { host, seq, session, all } = message
    if (host === this.#options.host) return
    if (message.bye === true) return this.forget(host)
    const known = this.#neighbours.get(host)
    const changes = message.enter !== undefined || message.leave !== undefined
    const expected = known === undefined ? undefined : changes && all === undefined ? known.seq + 1 : known.seq
    this.#neighbours.set(host, { seq, session, heard: Date.now() })
    if (known !== undefined && known.session !== session) this.#options.returned(host)
    if (all !== undefined) {
      const kept = new Set(all)
      this.#withdraw(host, (id) => !kept.has(id))
    } else if (seq !== expected) this.#link.publish(this.#askSubject(host), '')
    if (changes) this.#apply(message)
  }

  #apply(message: Announcement): void {
    const { registry } = this.#options
    const enter = (message.enter ?? []).filter((info) => info.host === message.host).map((info): Entry => ({ info: info as typeof info & { contracts: Contract[] }, provider: undefined }))
    const leave = (message.leave ?? []).filter((id) => registry.get(id)?.info.host === message.host)
    if (enter.length + leave.length > 0) registry.exchange(enter, leave)
  }

  #withdraw(host: string, gone: (id: string) => boolean): void {
    const leave = this.#options.registry.list().filter(({ info }) => info.host === host && gone(info.id)).map(({ info }) => info.id)
    if (leave.length > 0) this.#options.registry.exchange([], leave)
  }

  #tellAll(): void {
    for (const enter of this.#portions([...this.#own.values()])) this.#tell({ all: [...this.#own.keys()], enter })
  }

  /** Instances by what fits into one message each; at least one portion, which may be empty. */
  #portions(infos: readonly InstanceInfo[]): (readonly InstanceInfo[])[] {
    const portions: InstanceInfo[][] = [[]]
    let size = 0
    for (const info of infos) {
      const length = Buffer.byteLength(JSON.stringify(info))
      if (size > 0 && size + length > this.#link.maxPayload / 2) {
        portions.push([])
        size = 0
      }
      portions.at(-1)?.push(info)
      size += length
    }
    return portions
  }

  #tell(message: Told): void {
    if (this.#link.connected) this.#link.publish(this.#subject(), JSON.stringify({ host: this.#options.host, seq: this.#seq, session: this.#session, ...message }))
  }

  #subject(): string {
    return `${this.#options.assembly}.presence`
  }

  #askSubject(host?: string): string {
    return host === undefined ? `${this.#options.assembly}.ask` : `${this.#options.assembly}.ask.${host}`
  }
}

/** An announcement, or undefined for whatever else somebody may have sent there. */
function readAnnouncement(text: string): Announcement | undefined {
  try {
    const message = parseJson(text)
    return checkOf(Announcement).accepts(message) ? (message as Announcement) : undefined
  } catch {
    return undefined
  }
}
