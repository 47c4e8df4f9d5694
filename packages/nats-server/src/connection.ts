import type { Socket } from 'node:net'
import { beforeConnect, type ConnectOptions, parseConnectOptions } from './connect-options.ts'
import { ProtocolViolation } from './errors.ts'
import type { FlushQueue } from './flush-queue.ts'
import type { InboundMessage } from './inbound-message.ts'
import type { Limits } from './limits.ts'
import { Outbound } from './outbound.ts'
import { type OperationHandler, Parser } from './parser.ts'
import type { Router } from './router.ts'
import { isLiteralSubject, isValidSubject } from './subject.ts'
import { Subscription } from './subscription.ts'
import { sameToken } from './token.ts'

/** What all connections of a server share. */
export interface ConnectionSetting {
  readonly limits: Limits
  readonly token: string
  readonly router: Router
  readonly flushQueue: FlushQueue
}

/** How long a closing connection may take to read its last lines, in milliseconds. */
const linger = 500

/**
 * One client, in one of three states:
 * 1. `connecting`: only `CONNECT` is accepted, until the connect timeout.
 * 2. `ready`: authenticated.
 * 3. `closing`: its subscriptions are gone, its input is ignored; the last lines are being written.
 * The socket's `close` event ends it and releases its timer.
 */
export class Connection implements OperationHandler {
  /** Resolves when the socket is gone. */
  readonly closed: Promise<void>
  readonly #socket: Socket
  readonly #setting: ConnectionSetting
  readonly #parser: Parser
  readonly #outbound: Outbound
  readonly #subscriptions = new Map<string, Subscription>()
  #state: 'connecting' | 'ready' | 'closing' = 'connecting'
  #options: ConnectOptions = beforeConnect
  #timer: NodeJS.Timeout
  #pingsOut = 0
  #isQuiet = false

  constructor(socket: Socket, setting: ConnectionSetting) {
    this.#socket = socket
    this.#setting = setting
    this.#parser = new Parser(this, setting.limits.maxPayload)
    this.#outbound = new Outbound(socket, setting.flushQueue)
    this.#timer = setTimeout(() => this.#refuse('Authentication Timeout'), setting.limits.connectTimeout)
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('end', () => this.close())
    // The stream destroys itself after an error, so `close` follows and says the same.
    socket.on('error', () => this.close())
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    socket.on('close', () => {
      this.#release()
      resolve()
    })
  }

  get isOpen(): boolean {
    return this.#state !== 'closing'
  }

  get mayOperate(): boolean {
    return this.#state === 'ready'
  }

  get wantsEcho(): boolean {
    return this.#options.echo
  }

  /** The first line that a client reads. */
  greet(info: string): void {
    this.#outbound.writeText(`INFO ${info} \r\n`)
  }

  send(message: InboundMessage, sid: Buffer): void {
    this.#outbound.writeMessage(message, sid, this.#options.headers)
    if (this.#outbound.pendingBytes <= this.#setting.limits.maxPending) return
    // The bytes of this turn were not yet offered to the kernel: only what it does not take counts.
    this.#outbound.flush()
    if (this.#outbound.pendingBytes > this.#setting.limits.maxPending) this.#closeSlow()
  }

  endSubscription(subscription: Subscription): void {
    if (!subscription.isOpen) return
    subscription.isOpen = false
    this.#subscriptions.delete(subscription.sid)
    this.#setting.router.sublist.remove(subscription)
  }

  /** Writes what is pending, then ends; a client that does not read is cut off after half a second. */
  close(): void {
    if (!this.isOpen) return
    this.#state = 'closing'
    clearTimeout(this.#timer)
    for (const subscription of this.#subscriptions.values()) this.endSubscription(subscription)
    this.#outbound.end()
    this.#timer = setTimeout(() => this.#socket.destroy(), linger)
  }

  onConnect(json: string): void {
    const options = parseConnectOptions(json)
    if (!sameToken(options.token, this.#setting.token)) throw new ProtocolViolation('Authorization Violation')
    this.#options = options
    if (this.#state === 'connecting') {
      this.#state = 'ready'
      clearTimeout(this.#timer)
      this.#timer = setInterval(() => this.#checkAlive(), this.#setting.limits.pingInterval)
    }
    this.#acknowledge()
  }

  onPing(): void {
    this.#outbound.writeText('PONG\r\n')
  }

  onPong(): void {
    this.#pingsOut = 0
  }

  onSubscribe(subject: string, queue: string | undefined, sid: string): void {
    if (!isValidSubject(subject)) {
      this.#complain('Invalid Subject')
      return
    }
    if (!this.#subscriptions.has(sid)) {
      if (this.#subscriptions.size >= this.#setting.limits.maxSubscriptions) {
        this.#complain('maximum subscriptions exceeded')
        return
      }
      const subscription = new Subscription(this, subject, queue, sid)
      this.#subscriptions.set(sid, subscription)
      this.#setting.router.sublist.add(subscription)
    }
    this.#acknowledge()
  }

  onUnsubscribe(sid: string, max: number): void {
    const subscription = this.#subscriptions.get(sid)
    if (subscription !== undefined) {
      subscription.max = max
      if (subscription.delivered >= max) this.endSubscription(subscription)
    }
    this.#acknowledge()
  }

  onPublish(message: InboundMessage): void {
    if (message.headerSize >= 0 && !this.#options.headers) throw new ProtocolViolation('message headers not supported')
    if (this.#options.pedantic && !isLiteralSubject(subjectOf(message))) this.#complain('Invalid Publish Subject')
    // Before the message, as nats-server does it: a client may count its own messages only after the acknowledgement.
    this.#acknowledge()
    const isDelivered = this.#setting.router.route(message, this)
    if (!isDelivered && this.#options.noResponders && message.replyEnd > message.replyStart) this.#tellNoResponders(message)
  }

  #read(chunk: Buffer): void {
    if (!this.isOpen) return
    this.#isQuiet = false
    try {
      this.#parser.parse(chunk)
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      this.#refuse(error.message)
    }
  }

  #acknowledge(): void {
    if (this.#options.verbose) this.#outbound.writeText('+OK\r\n')
  }

  #complain(text: string): void {
    this.#outbound.writeText(`-ERR '${text}'\r\n`)
  }

  #refuse(text: string): void {
    if (!this.isOpen) return
    this.#complain(text)
    this.close()
  }

  #closeSlow(): void {
    if (!this.isOpen) return
    this.#setting.router.slowConsumers++
    this.#outbound.discard()
    this.#refuse('Slow Consumer')
  }

  #checkAlive(): void {
    if (!this.#isQuiet) {
      this.#isQuiet = true
      this.#pingsOut = 0
      return
    }
    if (this.#pingsOut >= this.#setting.limits.maxPingsOut) {
      this.#refuse('Stale Connection')
      return
    }
    this.#pingsOut++
    this.#outbound.writeText('PING\r\n')
  }

  /** Only to the asker, and only if it listens for the answer. */
  #tellNoResponders(message: InboundMessage): void {
    const reply = message.line.toString('latin1', message.replyStart, message.replyEnd)
    const listener = this.#setting.router.sublist.match(reply).plain.find((subscription) => subscription.connection === this)
    if (listener === undefined) return
    this.#outbound.writeText(`HMSG ${reply} ${listener.sid} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`)
  }

  #release(): void {
    this.close()
    clearTimeout(this.#timer)
  }
}

function subjectOf(message: InboundMessage): string {
  return message.line.toString('latin1', message.subjectStart, message.subjectEnd)
}
