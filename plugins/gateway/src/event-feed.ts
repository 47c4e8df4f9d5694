import { namePattern } from '@caruso/contract'
import type { PublicEvent } from '@caruso/kernel'

/** The part of a WebSocket that the feed uses. */
export interface ClientSocket {
  readonly bufferedAmount: number
  send(text: string): void
  ping(): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', heard: (data: { toString(): string }, binary: boolean) => void): unknown
  on(event: 'pong' | 'close', heard: () => void): unknown
  on(event: 'error', heard: (error: Error) => void): unknown
}

/** Codes that a client sees when the feed closes its connection. */
export const closeCodes = { goingAway: 1001, notUnderstood: 1007, full: 1013, tooSlow: 4008 } as const

interface Listener {
  readonly wanted: Set<string>
  alive: boolean
}

const maxClients = 1000
const maxSubscriptions = 100
/** Bytes that wait for one client. */
const maxBuffered = 1024 * 1024

/**
 * Public events to whoever is connected. A client sends `{"subscribe": ["orders.placed", "status.*"]}` and is answered
 * `{"subscribed": […]}`; then it gets `{"event", "version", "component", "payload"}`. One that reads too slowly is closed.
 */
export class EventFeed {
  readonly #clients = new Map<ClientSocket, Listener>()

  get size(): number {
    return this.#clients.size
  }

  add(socket: ClientSocket): void {
    socket.on('close', () => this.#clients.delete(socket))
    // A broken connection closes next, which is all there is to do.
    socket.on('error', () => socket.terminate())
    if (this.#clients.size >= maxClients) return socket.close(closeCodes.full, 'Too many clients')
    const listener: Listener = { wanted: new Set(), alive: true }
    this.#clients.set(socket, listener)
    socket.on('pong', () => (listener.alive = true))
    socket.on('message', (data, binary) => subscribe(socket, listener, binary ? '' : data.toString()))
  }

  tell({ contract, event, version, component, payload }: PublicEvent): void {
    const names = [`${contract}.${event}`, `${contract}.*`]
    let text: string | undefined
    for (const [socket, { wanted }] of this.#clients) {
      if (!names.some((name) => wanted.has(name))) continue
      if (socket.bufferedAmount > maxBuffered) {
        this.#clients.delete(socket)
        socket.close(closeCodes.tooSlow, 'Too slow')
        continue
      }
      text ??= JSON.stringify({ event: names[0], version, component, payload })
      socket.send(text)
    }
  }

  /** Asks every client whether it is still there, and lets go of those that did not answer the last time. */
  ping(): void {
    for (const [socket, listener] of this.#clients) {
      if (!listener.alive) {
        socket.terminate()
        continue
      }
      listener.alive = false
      socket.ping()
    }
  }

  close(): void {
    for (const socket of this.#clients.keys()) socket.close(closeCodes.goingAway, 'The gateway is going away')
    this.#clients.clear()
  }
}

function subscribe(socket: ClientSocket, { wanted }: Listener, text: string): void {
  const names = readSubscription(text)
  if (names === undefined || wanted.union(new Set(names)).size > maxSubscriptions) {
    return socket.close(closeCodes.notUnderstood, `Expected {"subscribe": ["contract.event" or "contract.*"]}, up to ${maxSubscriptions}`)
  }
  for (const name of names) wanted.add(name)
  socket.send(JSON.stringify({ subscribed: [...wanted] }))
}

/** The events a message asks for, or undefined where it cannot be understood. */
export function readSubscription(text: string): readonly string[] | undefined {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return undefined
  }
  const names: unknown = typeof message === 'object' && message !== null && 'subscribe' in message ? message.subscribe : undefined
  return Array.isArray(names) && names.every(isEventName) ? names : undefined
}

function isEventName(name: unknown): name is string {
  if (typeof name !== 'string') return false
  const [contract = '', event = '', ...rest] = name.split('.')
  return rest.length === 0 && namePattern.test(contract) && (event === '*' || namePattern.test(event))
}
