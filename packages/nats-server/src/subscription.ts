import type { Connection } from './connection.ts'
import type { Interest } from './sublist.ts'

/** One `SUB` of one connection. */
export class Subscription implements Interest {
  readonly connection: Connection
  readonly subject: string
  readonly queue: string | undefined
  readonly sid: string
  /** `sid` as it goes into each message. */
  readonly sidBytes: Buffer
  delivered = 0
  /** Ends after so many messages; 0 is no limit. */
  max = 0
  /** Cached matches may still name a subscription that has ended. */
  isOpen = true

  constructor(connection: Connection, subject: string, queue: string | undefined, sid: string) {
    this.connection = connection
    this.subject = subject
    this.queue = queue
    this.sid = sid
    this.sidBytes = Buffer.from(sid, 'latin1')
  }
}
