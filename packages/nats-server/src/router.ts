import type { Connection } from './connection.ts'
import type { InboundMessage } from './inbound-message.ts'
import { Sublist } from './sublist.ts'
import type { Subscription } from './subscription.ts'

/** Brings each message to the subscriptions that match, and counts. */
export class Router {
  readonly sublist = new Sublist<Subscription>()
  inMsgs = 0
  outMsgs = 0
  inBytes = 0
  outBytes = 0
  slowConsumers = 0

  /** Returns whether anybody got the message. */
  route(message: InboundMessage, sender: Connection): boolean {
    this.inMsgs++
    this.inBytes += message.size
    const matches = this.sublist.match(message.line.toString('latin1', message.subjectStart, message.subjectEnd))
    let isDelivered = false
    for (const subscription of matches.plain) {
      if (this.#deliver(message, subscription, sender)) isDelivered = true
    }
    for (const members of matches.queues) {
      if (this.#deliverToOne(message, members, sender)) isDelivered = true
    }
    return isDelivered
  }

  /** Begins with a random member; goes on to the next while one does not take it (`echo: false`, closed meanwhile). */
  #deliverToOne(message: InboundMessage, members: readonly Subscription[], sender: Connection): boolean {
    const first = Math.floor(Math.random() * members.length)
    for (let step = 0; step < members.length; step++) {
      const member = members[(first + step) % members.length]
      if (member !== undefined && this.#deliver(message, member, sender)) return true
    }
    return false
  }

  #deliver(message: InboundMessage, subscription: Subscription, sender: Connection): boolean {
    const { connection } = subscription
    if (!subscription.isOpen || (connection === sender && !sender.wantsEcho)) return false
    this.outMsgs++
    this.outBytes += message.size
    subscription.delivered++
    connection.send(message, subscription.sidBytes)
    if (subscription.delivered === subscription.max) connection.endSubscription(subscription)
    return true
  }
}
