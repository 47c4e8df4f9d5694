import { CarusoError } from '@caruso/contract'

/** What can go wrong between a caller and a provider; a provider's own errors keep their own codes. */
export type BusCode =
  | 'CANCELLED'
  | 'DEADLINE_EXCEEDED'
  | 'FORBIDDEN'
  | 'HANDLER_FAILED'
  | 'INVALID_INPUT'
  | 'INVALID_OUTPUT'
  | 'MOVED'
  | 'NO_PROVIDER'
  | 'NOT_CONNECTED'
  | 'NOT_DELIVERED'
  | 'PAUSED'
  | 'PROVIDER_LOST'
  | 'TOO_LARGE'
  | 'UNDECLARED'
  | 'UNKNOWN_OPERATION'

/** The codes that say that nothing was executed, so that whatever was asked can be asked again. */
export const notExecuted: ReadonlySet<string | undefined> = new Set<BusCode>(['NOT_DELIVERED', 'NOT_CONNECTED', 'PAUSED'])

/** A failure on the way between caller and provider. */
export class BusError extends CarusoError {
  constructor(code: BusCode, message: string, options?: { readonly cause?: unknown; readonly details?: unknown }) {
    super(code, message, options)
    this.name = 'BusError'
  }
}
