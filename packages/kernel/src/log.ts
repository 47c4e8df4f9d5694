import type { Logger } from 'pino'

/** The log a component writes to: structured fields first, then a message. Personal data and secrets do not belong here. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
