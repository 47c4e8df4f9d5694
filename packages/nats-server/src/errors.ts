/** What went wrong with a server: a wrong option, a port that cannot be had, a connection file that cannot be used. */
export type NatsServerErrorCode = 'INVALID_OPTION' | 'LISTEN_FAILED' | 'CONNECTION_FILE'

/** Thrown by this package's functions; `code` is stable, `cause` is the system's error where there is one. */
export class NatsServerError extends Error {
  readonly code: NatsServerErrorCode

  constructor(code: NatsServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'NatsServerError'
    this.code = code
  }
}

/** Ends a connection; `message` is the text the client gets in `-ERR`. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
}
