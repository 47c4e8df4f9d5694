import { connect, headers, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import { messageOf } from '@caruso/contract'
import { BusError } from './errors.ts'
import type { Delivery, Link, LinkSubscription, LinkWatcher } from './link.ts'

/** Where a NATS server listens, and the token it asks for. */
export interface NatsAddress {
  readonly url: string
  readonly token?: string
}

const reconnectWait = 100

/** A connection to NATS that comes back by itself. The only place that knows the NATS client. */
export class NatsLink implements Link {
  readonly #connection: NatsConnection
  #connected = true

  private constructor(connection: NatsConnection) {
    this.#connection = connection
  }

  /** @throws BusError `NOT_CONNECTED` when the server does not answer or refuses the token */
  static async connect(address: NatsAddress, name: string, watcher: LinkWatcher): Promise<NatsLink> {
    try {
      const connection = await connect({
        servers: address.url,
        ...(address.token === undefined ? {} : { token: address.token }),
        name,
        noEcho: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: reconnectWait,
        reconnectJitter: reconnectWait,
        pingInterval: 2_000,
        maxPingOut: 2,
        ignoreAuthErrorAbort: true,
      })
      const link = new NatsLink(connection)
      void link.#follow(watcher)
      return link
    } catch (cause) {
      throw new BusError('NOT_CONNECTED', `Connected to NATS at "${address.url}": ${messageOf(cause)}`, { cause })
    }
  }

  get connected(): boolean {
    return this.#connected
  }

  get maxPayload(): number {
    return this.#connection.info?.max_payload ?? 1_048_576
  }

  publish(subject: string, text: string, reply?: string): void {
    this.#connection.publish(subject, Buffer.from(text), reply === undefined ? {} : { reply })
  }

  respondError(reply: string, code: number, message: string): void {
    const headers = natsHeaders([
      ['Nats-Service-Error', message],
      ['Nats-Service-Error-Code', String(code)],
    ])
    this.#connection.publish(reply, Buffer.alloc(0), { headers })
  }

  subscribe(subject: string, received: (delivery: Delivery) => void, queue?: string): LinkSubscription {
    const subscription = this.#connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error === null) received(new NatsDelivery(message))
      },
    })
    return {
      end: () => subscription.unsubscribe(),
      drain: async () => {
        if (!subscription.isClosed() && !this.#connection.isClosed()) await subscription.drain()
      },
    }
  }

  async flush(): Promise<void> {
    if (this.#connected) await Promise.allSettled([this.#connection.flush()])
  }

  async close(): Promise<void> {
    this.#connected = false
    await this.#connection.close()
  }

  async #follow(watcher: LinkWatcher): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') {
        this.#connected = false
        watcher.down()
      } else if (status.type === 'reconnect') {
        this.#connected = true
        watcher.up()
      }
    }
  }
}

class NatsDelivery implements Delivery {
  readonly #message: Msg

  constructor(message: Msg) {
    this.#message = message
  }

  get subject(): string {
    return this.#message.subject
  }

  get reply(): string | undefined {
    return this.#message.reply === '' ? undefined : this.#message.reply
  }

  get noResponders(): boolean {
    return this.#message.headers?.code === 503
  }

  get headers(): ReadonlyMap<string, string> {
    const { headers } = this.#message
    return new Map(headers === undefined ? [] : headers.keys().map((name) => [name.toLowerCase(), headers.get(name)]))
  }

  text(): string {
    const { data } = this.#message
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()
  }
}

function natsHeaders(entries: readonly (readonly [string, string])[]): MsgHdrs {
  const made = headers()
  // A header ends at a line break, so none may be in its value.
  for (const [name, value] of entries) made.set(name, value.replaceAll(/[\r\n]+/g, ' '))
  return made
}
